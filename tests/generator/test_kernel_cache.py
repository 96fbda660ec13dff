"""The kernels' cache: one folder for each state of the sources, and none that nobody wanted for a month."""

import os
import subprocess
import sys
from pathlib import Path

from kiosk.generator.kernel_cache import KEPT_S, folder_for

ROOT = Path(__file__).resolve().parents[2]
OWN, OLDER, OLDEST = "0123456789abcdef", "1" * 16, "f" * 16
DAY_S = 86_400.0
KERNEL = """
import os, shutil
from kiosk.generator import jit

def add(a, b):
    return a + b

shutil.rmtree(os.environ["NUMBA_CACHE_DIR"])
print(jit.kernel(add)(1, 2))
"""


def filled(folder: Path, *, unused_s: float) -> Path:
    """A folder with a kernel in it, last used so long ago."""
    (folder / "kiosk").mkdir(parents=True)
    (folder / "kiosk" / "kernel.nbi").write_bytes(b"kernel")
    used_s = folder.stat().st_mtime - unused_s
    os.utime(folder, (used_s, used_s))
    return folder


def test_what_nobody_wanted_for_a_month_goes(tmp_path: Path) -> None:
    """A version of last week stays beside the one that starts, one of two months ago goes."""
    older = filled(tmp_path / OLDER, unused_s=KEPT_S - DAY_S)
    oldest = filled(tmp_path / OLDEST, unused_s=KEPT_S + DAY_S)
    assert folder_for(OWN, root=tmp_path) == tmp_path / OWN
    assert (older / "kiosk" / "kernel.nbi").exists()
    assert not oldest.exists()


def test_a_start_keeps_its_own_and_marks_it(tmp_path: Path) -> None:
    """A version that starts after two months of rest has its kernels still, also when another starts after it."""
    own = filled(tmp_path / OWN, unused_s=2 * KEPT_S)
    assert folder_for(OWN, root=tmp_path) == own
    assert (own / "kiosk" / "kernel.nbi").exists()
    folder_for(OLDER, root=tmp_path)
    assert (own / "kiosk" / "kernel.nbi").exists()


def test_what_is_none_of_ours_stays(tmp_path: Path) -> None:
    """Folders of other names, files, and what a link leads to are left alone, however old."""
    foreign = filled(tmp_path / "cache" / "photographs", unused_s=2 * KEPT_S)
    elsewhere = filled(tmp_path / "elsewhere", unused_s=2 * KEPT_S)
    (tmp_path / "cache" / OLDER).symlink_to(elsewhere, target_is_directory=True)
    os.utime(tmp_path / "cache" / OLDER, (0, 0), follow_symlinks=False)
    (tmp_path / "cache" / OLDEST).write_text("a file")
    os.utime(tmp_path / "cache" / OLDEST, (0, 0))
    folder_for(OWN, root=tmp_path / "cache")
    assert (foreign / "kiosk" / "kernel.nbi").exists()
    assert (elsewhere / "kiosk" / "kernel.nbi").exists()
    assert (tmp_path / "cache" / OLDEST).read_text() == "a file"


def test_where_no_folder_can_be_nothing_is_removed(tmp_path: Path) -> None:
    """A file in the folder's place means no cache, and the others stay."""
    oldest = filled(tmp_path / OLDEST, unused_s=2 * KEPT_S)
    (tmp_path / OWN).write_text("a file")
    assert folder_for(OWN, root=tmp_path) is None
    assert oldest.exists()


def test_a_process_whose_folder_goes_compiles_again(tmp_path: Path) -> None:
    """A real start removes what is old; and when its own folder is removed under it, its kernels work and are kept."""
    oldest = filled(tmp_path / "gallery-kiosk" / "numba" / OLDEST, unused_s=2 * KEPT_S)
    (tmp_path / "program.py").write_text(KERNEL)
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")], env=environment, capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr
    assert not oldest.exists()
    assert [path.name for path in oldest.parent.rglob("*.nbi")]
