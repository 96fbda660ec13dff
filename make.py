#!/usr/bin/env python3
"""Sets the project up and runs it: `python3 make.py VERB [...]`, with nothing but Python 3.11 or newer on the machine.

  run [...]             start the wall (arguments go to `kiosk run`; --help shows them)
  test [...]            run the tests (arguments go to pytest), all of them in several processes
  setup                 only set up, and say what was done
  check                 style, types, architecture, QML
  bench [NAME] [...]    measure (--list shows what; --json prints one object per figure)
  package               build the stand-alone folder dist/kiosk

Every verb sets up first what it needs: system packages (through apt, where it may), `.venv` and in it the packages of
`requirements.lock`, checked against its hashes. A set-up broken off is begun anew; a finished one costs nothing.
`test` and `bench` also need PostgreSQL, Redis and nginx.
"""

import sys

if sys.version_info < (3, 11):  # everything in this file parses on older versions, so that this line can be read there
    sys.exit("make.py needs Python 3.11 or newer; {} is {}.{}.".format(sys.executable, *sys.version_info[:2]))

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMP = VENV / "kiosk-setup.done"
UNFINISHED = VENV / "kiosk-setup.unfinished"
LOG = VENV / "kiosk-setup.log"

# What Qt opens on a screen (X, Wayland, the bare console), and the Debian package that holds it; found by ldd, less
# what these packages always bring along.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libgbm.so.1": "libgbm1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
PROGRAMS = {"Xvfb": "xvfb"}
SERVERS = {"initdb": "postgresql", "redis-server": "redis-server", "nginx": "nginx-light"}  # a wall needs none of them
POSTGRESQL = "/usr/lib/postgresql"  # here Debian puts PostgreSQL's programs, a folder for each version
SOFTWARE_GL = ("swrast_dri.so", "libgl1-mesa-dri")
PYTHON = "python{}.{}".format(*sys.version_info[:2])
IN_SEVERAL_PROCESSES = ("-n", "auto", "--dist", "worksteal")  # tests/conftest.py says in how many


def say(text: str) -> None:
    """Prints a line of progress; on stderr, because stdout belongs to what is run."""
    print(text, file=sys.stderr, flush=True)


def fail(text: str) -> NoReturn:
    """Ends with one line and exit code 1."""
    sys.exit(f"make.py: {text}")


def quietly(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in the project's folder and keeps what it prints; its exit code is the caller's to judge."""
    return subprocess.run(
        command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )


# ---------------------------------------------------------------------------- system packages


def opens(library: str) -> bool:
    """True when the dynamic linker finds the library: what Qt will try, whatever the distribution."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_software_gl() -> bool:
    """True when Mesa's software renderer is there, which draws where there is no graphics card."""
    folders = [*Path("/usr/lib").glob("*/dri"), Path("/usr/lib64/dri"), Path("/usr/lib/dri")]
    return any((folder / SOFTWARE_GL[0]).exists() for folder in folders)


def missing(libraries: dict[str, str], programs: dict[str, str]) -> dict[str, str]:
    """What is not on this machine: {library or program: Debian package}."""
    found = {name: package for name, package in libraries.items() if not opens(name)}
    folders = [os.environ.get("PATH", os.defpath), "/usr/sbin", *map(str, Path(POSTGRESQL).glob("*/bin"))]
    path = os.pathsep.join(folders)
    return found | {name: package for name, package in programs.items() if not shutil.which(name, path=path)}


def install_system_packages(wanted: dict[str, str]) -> None:
    """Installs Debian packages, as root or with a sudo that asks nothing; otherwise ends with the command to type."""
    if not wanted:
        return
    packages = sorted(set(wanted.values()))
    if not shutil.which("apt-get"):
        fail(f"this machine lacks {', '.join(sorted(wanted))}; install the packages that hold them and start again.")
    rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if rights and (not shutil.which("sudo") or quietly(*rights, "true").returncode):
        fail(f"packages are missing; type this and start again: sudo apt-get install -y {' '.join(packages)}")
    say(f"system packages: installing {len(packages)} ({', '.join(packages)})")
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    quietly(*apt, "update")  # should it fail, the next line tells which packages that leaves unknown
    install = quietly(*apt, "install", "-y", "--no-install-recommends", *packages)
    if install.returncode:
        reason = next((line for line in install.stdout.splitlines() if line.startswith("E: ")), "apt-get failed")
        fail(f"apt-get could not install {' '.join(packages)} ({reason}); is the network there?")


# ---------------------------------------------------------------------------- the virtual environment


def fingerprint() -> str:
    """What a finished set-up was made from; another one makes it stale."""
    parts = [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    parts += [sys.version.encode(), os.fsencode(VENV), repr((LIBRARIES, PROGRAMS, SOFTWARE_GL)).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_set_up() -> bool:
    """True when nothing is left to do."""
    try:
        return STAMP.read_text() == fingerprint() and (BIN / "python").exists()
    except OSError:
        return False


def is_usable() -> bool:
    """True when `.venv` was not broken off, not moved here, and works with this very Python."""
    if UNFINISHED.exists() or not (BIN / "pip").exists():
        return False
    found = quietly(str(BIN / "python"), "-c", "import pip, sys; print(sys.version)")
    moved = not (BIN / "pip").read_bytes().startswith(b"#!" + os.fsencode(BIN))
    return found.returncode == 0 and found.stdout.strip() == sys.version and not moved


def set_up() -> list[str]:
    """Brings the machine and `.venv` to the locked state; tells what was done. One set-up at a time."""
    with (ROOT / "make.py").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another set-up of this folder to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if is_set_up():
            return []
        wanted = missing(LIBRARIES, PROGRAMS)
        if not has_software_gl():
            wanted[SOFTWARE_GL[0]] = SOFTWARE_GL[1]
        if importlib.util.find_spec("ensurepip") is None:
            wanted["ensurepip"] = f"{PYTHON}-venv"
        install_system_packages(wanted)
        done = [f"system packages installed: {', '.join(sorted(set(wanted.values())))}"] if wanted else []
        if not is_usable():
            say(f"creating {VENV}")
            create_venv()
            done.append(f"created {VENV}")
        STAMP.unlink(missing_ok=True)
        UNFINISHED.touch()
        locked = len(re.findall("(?m)^[^ #]+==", (ROOT / "requirements.lock").read_text()))
        pip("packages", ["--no-deps", "--require-hashes", "-r", "requirements.lock"], lock.fileno(), locked)
        pip("kiosk", ["--no-deps", "--no-build-isolation", "-e", "."], lock.fileno(), 1)
        STAMP.write_text(fingerprint())
        UNFINISHED.unlink()
        return [*done, "locked Python packages and kiosk itself installed"]


def create_venv() -> None:
    """Makes an empty `.venv`, marked as unfinished from its first moment on."""
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    UNFINISHED.touch()
    base = getattr(sys, "_base_executable", sys.executable)  # this Python itself may be the one in `.venv`
    made = quietly(base, "-m", "venv", "--prompt", "kiosk", str(VENV))
    if made.returncode:
        fail(f"could not create {VENV}: {made.stdout.strip().splitlines()[-1]}")


def pip(what: str, arguments: list[str], lock_fd: int, count: int) -> None:
    """Runs `pip install`, shows how far it is, keeps its output in a log; ends with one line when it fails.

    pip inherits the lock: should this process be killed, the next set-up waits until pip has ended too.
    """
    command = [str(BIN / "python"), "-m", "pip", "install", "--disable-pip-version-check", *arguments]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=subprocess.STDOUT, text=True, pass_fds=[lock_fd])
    lines: list[str] = []
    seen = 0
    with process, LOG.open("a") as log:
        for line in process.stdout or ():
            log.write(line)
            lines.append(line.strip())
            seen += line.startswith(("Collecting ", "Requirement already ", "Ignoring ", "Obtaining "))
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{what}: {min(seen, count)}/{count} {line.split(' (')[0].strip()[:60]:60}")
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    if process.returncode:
        signs = "NewConnectionError", "ConnectTimeout", "ReadTimeout", "name resolution", "Network is unreachable"
        offline = any(sign in line for line in lines for sign in signs)
        reason = next((line for line in lines if line.startswith("ERROR: ")), f"exit code {process.returncode}")
        hint = "the package index cannot be reached; is the network there?" if offline else f"the log is {LOG}."
        fail(f"pip could not install the {what} ({reason}): {hint}")


def ensure_set_up() -> list[str]:
    """Sets up unless that is done; what was done, for people."""
    if is_set_up():
        return []
    started = time.monotonic()
    say("setting up (once; a few minutes and about 800 MB of disk)")
    done = set_up()
    say(f"set up in {time.monotonic() - started:.0f} s")
    return done


# ---------------------------------------------------------------------------- the verbs


def become(*command: str) -> NoReturn:
    """Becomes that program: its signals, its exit code."""
    os.execv(command[0], command)


def check() -> int:
    """Runs every checker and prints a line for each; 1 when any found something."""
    checkers = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
        "lint-imports": ["lint-imports"],
        "qmllint": ["python", "-m", "tests.qml.lint"],
    }
    failures = 0
    for name, (program, *arguments) in checkers.items():
        result = quietly(str(BIN / program), *arguments)
        failures += result.returncode != 0
        print(f"{result.stdout}FAIL  {name}" if result.returncode else f"ok    {name}", flush=True)
    return 1 if failures else 0


def package() -> int:
    """Builds dist/kiosk with PyInstaller and says where it lies and how big it is."""
    install_system_packages(missing({f"lib{PYTHON}.so.1.0": f"lib{PYTHON}"}, {"objdump": "binutils"}))
    say("packaging (a few minutes)")
    shutil.rmtree(ROOT / "build" / "kiosk", ignore_errors=True)  # PyInstaller judges what lies there by its age alone
    built = quietly(str(BIN / "python"), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "kiosk.spec")
    if built.returncode:
        fail(f"PyInstaller failed:\n{built.stdout}")
    bundle = ROOT / "dist" / "kiosk"
    size = sum(path.lstat().st_size for path in bundle.rglob("*"))
    print(f"{bundle} ({size / 1e6:.0f} MB); start it with {bundle / 'kiosk'} run")
    return 0


def main(verb: str = "", *arguments: str) -> int:
    """Carries out the verb; returns the exit code."""
    if verb in {"-h", "--help"}:
        print(__doc__)
        return 0
    takes_arguments = verb in {"run", "test", "bench"}
    if not takes_arguments and (verb not in {"setup", "check", "package"} or arguments):
        say(f"make.py: {' '.join([verb, *arguments]) or 'no verb'}: not understood\n\n{__doc__}")
        return 2
    done = ensure_set_up()
    if verb == "run":
        become(str(BIN / "kiosk"), "run", *arguments)
    if takes_arguments:
        install_system_packages(missing({}, SERVERS))
        os.chdir(ROOT)
        if verb == "test":
            quietly(str(BIN / "python"), "-m", "tests.compile_kernels")  # a style that fails to is the tests' to tell
        program = ("pytest", *IN_SEVERAL_PROCESSES) if verb == "test" else ("tests.bench",)
        become(str(BIN / "python"), "-m", *program, *arguments)
    if verb == "setup":
        print("\n".join(done or [f"already set up: {VENV}"]))
        return 0
    return check() if verb == "check" else package()


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
