"""What a server is started with."""

from pathlib import Path

import pytest

from kiosk.server.options import ServerOptions


@pytest.mark.parametrize(("provider", "jobs"), [("procedural", 1), ("openai", 2), ("comfyui", 2), ("automatic1111", 2)])
def test_where_a_service_paints_one_job_more_is_under_way(provider: str, jobs: int) -> None:
    """A wall draws one piece at a time; at a service, which costs no core, there is an order more."""
    assert ServerOptions(Path(), provider=provider).jobs_at_once == jobs  # type: ignore[arg-type] # one of the names it knows
