"""A ComfyUI workflow as a template: JSON in API format whose placeholders are filled for each piece. Pure.

    {"3": {"class_type": "KSampler", "inputs": {"seed": "%seed%", "steps": 20, …}},
     "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "%prompt%, oil on canvas", …}}, …}

`%prompt%`, `%seed%`, `%width%`, `%height%` and `%model%` may stand anywhere in a text; one that is the whole text
becomes its value, a number for the middle three.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from kiosk.domain.errors import KioskError

Graph = dict[str, Any]
FILE_MAX_BYTES: Final = 4 * 1024 * 1024
_PLACEHOLDER: Final = re.compile(r"%(prompt|seed|width|height|model)%")
_MODEL_INPUTS: Final = ("ckpt_name", "unet_name")

STANDARD: Final[Graph] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "cfg": 7,
            "denoise": 1,
            "latent_image": ["5", 0],
            "model": ["4", 0],
            "negative": ["7", 0],
            "positive": ["6", 0],
            "sampler_name": "dpmpp_2m",
            "scheduler": "karras",
            "seed": "%seed%",
            "steps": 28,
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "%model%"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"batch_size": 1, "height": "%height%", "width": "%width%"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": "%prompt%"}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": "text, watermark, signature, frame"}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "gallery-kiosk", "images": ["8", 0]}},
}


class BadWorkflow(KioskError):
    """A workflow cannot be used; the message says why."""

    code = "bad_workflow"


def parse(data: bytes) -> Graph:
    """Return the workflow in a file's bytes; raise BadWorkflow."""
    try:
        graph = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadWorkflow("The workflow is not JSON.") from error
    if isinstance(graph, dict) and isinstance(graph.get("nodes"), list):
        raise BadWorkflow("The workflow is saved for the editor; use ComfyUI's Export (API) instead.")
    if not isinstance(graph, dict) or not graph or not all(_is_node(node) for node in graph.values()):
        raise BadWorkflow("The workflow is not one of ComfyUI's API format.")
    if "%prompt%" not in json.dumps(graph):
        raise BadWorkflow("The workflow has no %prompt% in it.")
    return graph


def needs_model(graph: Graph) -> bool:
    """Tell whether the workflow leaves its model to the settings."""
    return "%model%" in json.dumps(graph)


def fill(graph: Graph, values: Mapping[str, str | int]) -> Graph:
    """Return the workflow with `values` (by placeholder, without the signs) in their places."""
    filled: Graph = _filled(graph, values)
    return filled


def model_in(graph: Graph) -> str:
    """Return the name of the first model that a filled workflow loads, "" when none is found."""
    for node in graph.values():
        for name in _MODEL_INPUTS:
            if isinstance(found := node["inputs"].get(name), str):
                return found
    return ""


def _is_node(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("class_type"), str) and isinstance(node.get("inputs"), dict)


def _filled(value: Any, values: Mapping[str, str | int]) -> Any:
    match value:
        case dict():
            return {name: _filled(inner, values) for name, inner in value.items()}
        case list():
            return [_filled(inner, values) for inner in value]
        case str():
            whole = _PLACEHOLDER.fullmatch(value)
            return values[whole[1]] if whole else _PLACEHOLDER.sub(lambda found: str(values[found[1]]), value)
        case _:
            return value
