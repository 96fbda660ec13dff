"""What a process and all it has started cost: CPU time and memory, read from /proc. Linux only."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.harness import Figure

BLOCK_MIB = 512 / 1024**2
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 1024**2
SHARED_MEMORY = Path("/dev/shm")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """One process: its name, CPU time of its own and of its dead children, resident memory."""

    pid: int
    name: str
    cpu_s: float
    rss_mib: float


def tree(root: int) -> list[int]:
    """The process and its descendants, parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def costs(root: int) -> list[Cost]:
    """What each process of the tree costs; one that ends meanwhile is left out."""
    return [cost for pid in tree(root) for cost in _cost(pid)]


def cpu_s(root: int) -> float:
    """The CPU time of the whole tree so far, dead and reaped children included."""
    return sum(cost.cpu_s for cost in costs(root))


def held_mib(root: int) -> float:
    """The memory the tree holds, whatever other programs run beside it.

    Pages of files count once for the whole tree, also where a program outside of it uses the same library (its fair
    share, PSS, would make a program lighter the more of its like are running); pages of no file count by fair share.
    """
    own_kib = 0
    of_files: dict[str, int] = {}
    for pid in tree(root):
        here: dict[str, int] = {}
        for file, resident, share, dirty in _mappings(pid):
            if file:
                own_kib += dirty
                here[file] = here.get(file, 0) + resident - dirty
            else:
                own_kib += share
        of_files |= {file: max(kib, of_files.get(file, 0)) for file, kib in here.items()}
    return (own_kib + sum(of_files.values())) / 1024


def shared_files_mib() -> float:
    """What walls keep as files in shared memory, which is memory that no process has mapped."""
    files = (path for folder in SHARED_MEMORY.glob("*kiosk*") for path in (folder, *folder.rglob("*")))
    return sum(_blocks(path) for path in files) * BLOCK_MIB


def load_average(where: str) -> Figure:
    """The machine's load, to be read beside the figures that follow."""
    return Figure(name=f"load average (1 min) before {where}", value=os.getloadavg()[0], unit="processes")


def _blocks(path: Path) -> int:
    try:
        return path.stat().st_blocks
    except OSError:
        return 0


def _cost(pid: int) -> Iterator[Cost]:
    fields = _stat(pid)
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE_MIB
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return
    if fields:
        yield Cost(pid, _role(command), sum(map(int, fields[11:15])) * TICK_S, resident)


def _mappings(pid: int) -> Iterator[tuple[str, int, int, int]]:
    """For each mapping: the file's device and number ("" for none), resident, fair share, private and written (KiB)."""
    try:
        lines = Path(f"/proc/{pid}/smaps").read_text(errors="replace").splitlines()
    except OSError:
        return
    file = ""
    sizes: dict[str, int] = {}
    for line in lines:
        word, *rest = line.split()
        if not word.endswith(":"):
            file = "" if rest[3] == "0" else f"{rest[2]} {rest[3]}"
        elif word in {"Rss:", "Pss:", "Private_Dirty:"}:
            sizes[word] = int(rest[0])
        elif word == "VmFlags:":
            yield file, sizes["Rss:"], sizes["Pss:"], sizes["Private_Dirty:"]


def _role(command: list[str]) -> str:
    """The word that tells our processes apart: run, serve, imaging; the program's name for any other."""
    if "-m" in command and "kiosk" in command:
        return command[command.index("kiosk") + 1]
    if any("multiprocessing" in word for word in command):
        return "worker"
    return Path(command[0].split(" ")[0]).name


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third (state) on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
