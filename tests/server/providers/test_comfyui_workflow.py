"""Workflows as templates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.server.providers.comfyui_workflow import STANDARD, BadWorkflow, Graph, fill, model_in, needs_model, parse

VALUES: dict[str, str | int] = {"prompt": "blue silk", "seed": 5, "width": 640, "height": 384, "model": "a.safetensors"}


def test_a_whole_placeholder_becomes_its_value_and_others_text() -> None:
    """A seed stays a number; amid a text it is written out; links and numbers are left alone; the template stays."""
    graph: Graph = {
        "1": {"class_type": "X", "inputs": {"seed": "%seed%", "text": "%prompt% no. %seed%", "link": ["2", 0]}}
    }
    inputs = fill(graph, VALUES)["1"]["inputs"]
    assert inputs == {"seed": 5, "text": "blue silk no. 5", "link": ["2", 0]}
    assert graph["1"]["inputs"]["seed"] == "%seed%"


def test_the_standard_workflow_is_filled_to_the_last_place() -> None:
    """No placeholder is left, and the model is the one given."""
    assert needs_model(STANDARD)
    filled = fill(STANDARD, VALUES)
    assert not needs_model(filled)
    assert "%" not in str(filled)
    assert model_in(filled) == "a.safetensors"


@given(prompt=st.text())
def test_a_prompt_can_say_anything(prompt: str) -> None:
    """Quotes, braces and other placeholders in it stay what they are: it is filled in once, as a text."""
    assert fill(STANDARD, VALUES | {"prompt": prompt})["6"]["inputs"]["text"] == prompt


@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_workflow_or_a_reason(data: bytes) -> None:
    """Nothing but BadWorkflow comes of bytes that are none."""
    with pytest.raises(BadWorkflow):
        parse(data)
