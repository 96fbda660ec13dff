"""What all wire models share: camelCase names, RFC 3339 UTC times with milliseconds, no surprises in numbers."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel


def rfc3339(moment: datetime) -> str:
    """Return `moment` as RFC 3339 UTC with milliseconds, for example `2026-11-21T05:03:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


Timestamp = Annotated[AwareDatetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]


class Wire(BaseModel):
    """A JSON object on the wire. Unknown members are ignored so that old and new programs understand each other."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True, allow_inf_nan=False
    )

    def wire(self) -> bytes:
        """Return the JSON text as bytes, camelCase."""
        return self.model_dump_json(by_alias=True).encode()
