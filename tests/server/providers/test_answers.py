"""What a refusal says, wherever the services put it, and what of it may be quoted."""

import pytest

from kiosk.server.providers.answers import Answer, failure_of, quoted, words_of
from kiosk.server.providers.outcomes import WHY, Outcome


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"error": {"message": "No.", "details": "node 4"}}, "No. node 4"),
        ({"error": "HTTPException", "detail": "Wrong", "errors": ""}, "HTTPException Wrong"),
        ({"detail": [{"msg": "bad"}]}, "[{'msg': 'bad'}]"),
        ({}, ""),
    ],
)
def test_the_words_are_found(said: dict[str, object], words: str) -> None:
    """OpenAI's and ComfyUI's object, AUTOMATIC1111's four fields, a validation's list, nothing."""
    assert words_of(said) == words


def test_a_quotation_is_short_printable_and_without_secrets() -> None:
    """No line breaks, no escapes, no key, at most 200 characters."""
    text = quoted("key sk-1\x1b[31m\nnext line " + "x" * 500, ["sk-1", ""])
    assert text.startswith("key *** [31m next line xxx")
    assert len(text) == 200


def test_of_secrets_that_hold_one_another_nothing_is_left() -> None:
    """Whatever their order, the longest is taken out first."""
    assert quoted("no bob:hunter22, nor hunter22", ["hunter22", "bob:hunter22"]) == "no ***, nor ***"


def test_every_status_is_some_failure() -> None:
    """Each status other than 2xx has an outcome with words of its own, and no message is empty."""
    for status in [*range(300, 600)]:
        error = failure_of(Answer(status, {}, b"<html>"), provider="studio", secrets=())
        assert error.outcome in WHY
        assert error.message.startswith(f"studio answered {status}")
    assert failure_of(Answer(418, {}, b""), provider="studio", secrets=()).outcome is Outcome.MISCONFIGURED
