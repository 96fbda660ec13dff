"""The peers' way: a page in Chromium's kiosk mode that cross-fades full-screen pictures by CSS.

The page holds two pictures; the next is decoded before its change begins and then fades in over the other. It is read
from files, with no server and nothing else to do: less than any real peer does.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGE = "chromium"
QUIET = [
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--noerrdialogs",
    "--disable-infobars",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-extensions",
    "--password-store=basic",
]
RENDERERS: Mapping[str, Sequence[str]] = {
    "as it comes": [],
    "drawing with llvmpipe": ["--use-gl=angle", "--use-angle=gl", "--ignore-gpu-blocklist"],
}
PAGE = """<!doctype html>
<title>Gallery</title>
<style>
  html, body { margin: 0; height: 100%; background: #0b0b0c; overflow: hidden; cursor: none }
  img { position: absolute; width: 100vw; height: 100vh; object-fit: cover; opacity: 0;
        will-change: opacity }
  img.shown { opacity: 1; transition: opacity MORPHs ease-in-out }
</style>
<img id="a"><img id="b">
<script>
  const pictures = PICTURES, layers = [document.getElementById("a"), document.getElementById("b")];
  let count = 0;
  async function next() {
    const layer = layers[count % 2];
    count += 1;
    layer.src = pictures[count % pictures.length];
    await layer.decode();
    layer.classList.remove("shown");
    layer.style.zIndex = count;
    layer.getBoundingClientRect(); // takes the opacity of 0 as said
    layer.classList.add("shown");
  }
  next();
  setInterval(next, 1000 * DWELL);
</script>
"""


def install() -> None:
    """Installs Debian's Chromium where it is missing; raises CalledProcessError where that is not allowed."""
    if shutil.which(PACKAGE) is None:
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
        subprocess.run([*apt, "update"], check=False, stdout=subprocess.DEVNULL)
        install = [*apt, "install", "-y", "--no-install-recommends", PACKAGE]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def running_page(
    pictures: Sequence[Path], environment: Mapping[str, str], *, renderer: str, dwell_s: float, morph_s: float
) -> Iterator[int]:
    """Runs the page over the whole screen of 1920x1080; yields the browser's process id."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "gallery.html"
        urls = json.dumps([picture.resolve().as_uri() for picture in pictures])
        words = {"MORPH": f"{morph_s:g}", "DWELL": f"{dwell_s:g}", "PICTURES": urls}
        text = PAGE
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        page.write_text(text, "utf-8")
        place = ["--kiosk", "--window-position=0,0", "--window-size=1920,1080", f"--user-data-dir={folder}/profile"]
        command = [PACKAGE, *QUIET, *RENDERERS[renderer], *place, f"--app={page.as_uri()}"]
        with subprocess.Popen(
            command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as browser:
            try:
                yield browser.pid
            finally:
                browser.terminate()
                try:
                    browser.wait(10)
                except subprocess.TimeoutExpired:
                    browser.kill()
