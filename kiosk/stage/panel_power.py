"""The panel itself, off while the wall sleeps: the first way that works on this machine, on a thread of its own.

The stage says what it wants and goes on; programs that hang, servers that do not answer and files that refuse cost the
wall nothing. `panel_power_ways.py` knows the ways.
"""

import logging
import subprocess
import threading
from typing import assert_never

from kiosk.stage import panel_power_x
from kiosk.stage.panel_power_ways import Dpms, EachOutput, Machine, Run, Step, Way, Write, advice, ways

log = logging.getLogger(__name__)

FADE_S = 2.5
STEP_LIMIT_S = 10.0
TRY_AGAIN_S = 5.0
ON_TRIES = 6
CLOSE_LIMIT_S = 3.0


class PanelPower:
    """Switches the panel off and on. Any thread may speak to it; the last word counts.

    Switching off waits `fade_s` seconds, for the wall to have darkened; a wall that wakes before that keeps its panel
    on. A panel that does not come on is tried again, by every way there is.
    """

    def __init__(self, machine: Machine, *, fade_s: float = FADE_S) -> None:
        self._machine = machine
        self._fade_s = fade_s
        self._news = threading.Condition()
        self._wanted: bool | None = None
        self._is_open = True
        self._way: Way | None = None
        self._is_on: bool | None = None
        self._told = False
        self._thread = threading.Thread(target=self._run, name="panel power", daemon=True)
        self._thread.start()

    @property
    def way(self) -> str:
        """The name of the way that worked; empty before one has, or when there is none."""
        return self._way.name if self._way else ""

    @property
    def is_on(self) -> bool | None:
        """How the panel was last switched; None before that."""
        return self._is_on

    def switch(self, *, on: bool) -> None:
        """Have the panel on or off. At the first start say `on=True`: a wall that crashed asleep left it off."""
        with self._news:
            self._wanted = on
            self._news.notify()

    def close(self) -> None:
        """Light a panel that is off, and end; takes at most `CLOSE_LIMIT_S` seconds."""
        with self._news:
            self._is_open = False
            self._news.notify()
        self._thread.join(CLOSE_LIMIT_S)

    def _run(self) -> None:
        tries = 0
        while True:
            with self._news:
                self._news.wait_for(self._has_news, TRY_AGAIN_S if tries else None)
                wanted, self._wanted = self._wanted, None
                if wanted is False and self._news.wait_for(self._has_news, self._fade_s):
                    continue  # awake again before it was dark, or closing
            if not self._is_open:
                break
            if wanted is False:
                tries = 0
                self._off()
            else:
                tries = tries + 1 if wanted is None else 1
                tries = 0 if self._on(last=tries >= ON_TRIES) or tries >= ON_TRIES else tries
        if self._is_on is False:
            self._on(last=True)

    def _has_news(self) -> bool:
        return self._wanted is not None or not self._is_open

    def _off(self) -> None:
        for way in (self._way,) if self._way else ways(self._machine):
            if _all_work(way.off):
                if self._way is None:
                    log.info("the panel is switched off and on by %s", way.name)
                self._way, self._is_on = way, False
                return
        if self._way is not None:
            log.warning(
                "%s does not switch the panel off any more; the wall is dark, the panel stays lit", self._way.name
            )
        elif not self._told:
            self._told = True
            log.warning("the wall is dark, the panel stays lit: nothing here can switch it. %s", advice(self._machine))

    def _on(self, *, last: bool) -> bool:
        """Light the panel; False when it has to be tried again."""
        if self._way is None:
            any(_all_work(way.on) for way in ways(self._machine) if way.is_discreet)
            return True
        others = tuple(way for way in ways(self._machine) if way != self._way)
        if any(_all_work(way.on) for way in (self._way, *others)):
            self._is_on = True
            return True
        log.log(logging.ERROR if last else logging.WARNING, "the panel does not come on by %s", self._way.name)
        return False


def _all_work(steps: tuple[Step, ...]) -> bool:
    return all(_works(step) for step in steps)


def _works(step: Step) -> bool:
    match step:
        case Run(command=command, words=words, echoes=echoes):
            said = _said(command, words)
            return said is not None and echoes in said
        case Write(path=path, text=text):
            try:
                path.write_text(text)
            except OSError as error:
                log.debug("%s: %s", path, error)
                return False
            return True
        case Dpms(display_name=name, on=on):
            return panel_power_x.switch_on(name) if on else panel_power_x.switch_off(name)
        case EachOutput(program=program, on=on):
            listed = _said((program,), "") or ""
            names = [line.split()[0] for line in listed.splitlines() if line[:1].strip()]
            flag = "--on" if on else "--off"
            return bool(names) and all(_said((program, "--output", name, flag), "") is not None for name in names)
        case _:
            assert_never(step)


def _said(command: tuple[str, ...], words: str) -> str | None:
    """Return what a program printed; None when it failed, hung or could not be started."""
    try:
        done = subprocess.run(  # noqa: S603 - found on PATH, arguments made in panel_power_ways
            command,
            input=words,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=STEP_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.debug("%s: %s", command[0], error)
        return None
    return done.stdout if done.returncode == 0 else None
