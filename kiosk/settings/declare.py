"""How a setting is declared: the types with their rules, and the words and numbers that go with each."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kiosk.settings.rules import (
    check_database_url,
    check_ip_address,
    check_link_template,
    check_names,
    check_pin_hash,
    check_redis_url,
    check_store_url,
    check_time_of_day,
    check_token,
    check_url,
)

Url = Annotated[str, AfterValidator(check_url)]
DatabaseUrl = Annotated[str, AfterValidator(check_database_url)]
RedisUrl = Annotated[str, AfterValidator(check_redis_url)]
StoreUrl = Annotated[str, AfterValidator(check_store_url)]
Token = Annotated[str, AfterValidator(check_token)]
LinkTemplate = Annotated[str, AfterValidator(check_link_template)]
IpAddress = Annotated[str, AfterValidator(check_ip_address)]
PinHash = Annotated[str, AfterValidator(check_pin_hash)]
TimeOfDay = Annotated[str, AfterValidator(check_time_of_day)]
Names = Annotated[tuple[str, ...], AfterValidator(check_names)]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


def setting(
    default: Any,
    title: str,
    explanation: str,
    *,
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    step: float | None = None,
    kind: str = "",
    empty: str = "",
) -> Any:
    """Declare one setting: `explanation` is one sentence, `ge` and `le` its range, `step` what one tap changes it by.

    `kind` is given where the type alone does not say how to ask for the value ("secret", "pin", "time"); `empty` says
    what an empty text means.
    """
    extra: dict[str, Any] = {"unit": unit, "step": step, "kind": kind, "empty": empty}
    return Field(
        default,
        title=title,
        description=explanation,
        ge=ge,
        le=le,
        repr=kind not in {"secret", "pin"},
        json_schema_extra=extra,
    )


class Section(BaseModel):
    """A table of `settings.toml`; values are strict, so that a misspelt one is named and not guessed at."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)
