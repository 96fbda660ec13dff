"""How an order to a service outside can end, and the words the provenance has for it. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """How an order to a service outside ended. The last two are orders that never reached it."""

    DONE = "done"
    REFUSED = "refused"
    RATE_LIMITED = "rate_limited"
    UNAUTHORIZED = "unauthorized"
    EXHAUSTED = "exhausted"
    MISCONFIGURED = "misconfigured"
    UNAVAILABLE = "unavailable"
    TIMED_OUT = "timed_out"
    BAD_ANSWER = "bad_answer"
    FAULT = "fault"
    STOPPED = "stopped"
    OVER_BUDGET = "over_budget"


WHY: Final[Mapping[Outcome, str]] = {
    Outcome.REFUSED: "it refused the prompt",
    Outcome.RATE_LIMITED: "it asked to wait",
    Outcome.UNAUTHORIZED: "it did not accept the key",
    Outcome.EXHAUSTED: "its account has no credit left",
    Outcome.MISCONFIGURED: "it could not use the request as configured",
    Outcome.UNAVAILABLE: "it could not be reached or failed",
    Outcome.TIMED_OUT: "it did not answer in time",
    Outcome.BAD_ANSWER: "its answer held no usable picture",
    Outcome.FAULT: "this server failed on it",
    Outcome.STOPPED: "it is left alone after earlier faults",
    Outcome.OVER_BUDGET: "the day's budget is used up",
}
# What a person can do about it.
ADVICE: Final[Mapping[Outcome, str]] = {
    Outcome.UNAUTHORIZED: "Set generate.provider_key anew.",
    Outcome.EXHAUSTED: "Look at the account's credit and limits.",
    Outcome.MISCONFIGURED: "Look at generate.provider_url, provider_model and provider_workflow.",
}
