"""The commands' side of the display's control socket; its counterpart is `kiosk.app.control`."""

import json
import socket
from typing import Any

from kiosk.domain.errors import KioskError, NotRunning
from kiosk.storage.folder import DataFolder, is_locked

ANSWER_LIMIT_S = 60.0


def is_display_running(folder: DataFolder) -> bool:
    """Tell whether a display holds the data folder."""
    return is_locked(folder.display_lock)


def ask_display(folder: DataFolder, command: str, **arguments: Any) -> Any:
    """Send one command to the running display and return its result.

    Raises NotRunning when none answers, KioskError with the display's own words when it says no.
    """
    try:
        address = json.loads(folder.display_file.read_bytes())["socket"]
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(ANSWER_LIMIT_S)
            door.connect(address)
            door.sendall(json.dumps({"command": command, **arguments}).encode() + b"\n")
            with door.makefile("rb") as answers:
                answer = json.loads(answers.readline())
    except (OSError, ValueError, KeyError) as error:
        if is_display_running(folder) and isinstance(error, TimeoutError):
            raise KioskError(
                f"The display on {folder.root} did not answer within {ANSWER_LIMIT_S:.0f} s.",
                hint="Its log says why; `kiosk doctor` checks the machine.",
                code="no_answer",
            ) from error
        raise NotRunning(
            f"No display is running on {folder.root}.",
            hint="Start one with `kiosk run`, or name its folder with --data-dir.",
        ) from error
    if not answer.get("ok"):
        fault = answer.get("error", {})
        raise KioskError(
            fault.get("message", "The display refused."), hint=fault.get("hint", ""), code=fault.get("code", "error")
        )
    return answer["result"]
