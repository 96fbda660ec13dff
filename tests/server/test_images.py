"""One contract for both image stores: a folder, and a bucket of a real S3 server on loopback."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import pytest

from kiosk.domain.errors import KioskError
from kiosk.server.image_stores import open_store
from kiosk.server.images import EXTENSIONS, SHARDS, ImageMissing, ImageStore, ImageStoreFault, key_of
from kiosk.server.images_bucket import ImageBucket
from kiosk.server.images_folder import ImageFolder
from tests.server.bucket import bucket_server, new_bucket

JPEG = "image/jpeg"
DATA = bytes(range(256)) * 40
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The module's one S3 server."""
    with bucket_server() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ImageStore:
    """An empty store of either kind."""
    url = f"file://{tmp_path}/images" if request.param == "folder" else new_bucket(request.getfixturevalue("s3"))
    return open_store(url, tmp_path / "elsewhere")


def test_what_is_put_is_read(store: ImageStore) -> None:
    """An image is named by its SHA-256 and comes back byte for byte, in any format."""
    for media_type in EXTENSIONS:
        assert store.put(DATA, media_type) == SHA256
        assert store.read(SHA256, media_type, 0, len(DATA)) == DATA


def test_put_twice_is_put_once(store: ImageStore) -> None:
    """The second time changes nothing; so do ten at once."""
    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(lambda _: store.put(DATA, JPEG), range(10))) == {SHA256}
    assert store.put(DATA, JPEG) == SHA256
    assert store.read(SHA256, JPEG, 0, len(DATA)) == DATA


@pytest.mark.parametrize(("start", "length"), [(0, 1), (0, 10_240), (17, 300), (10_239, 1)])
def test_any_part_can_be_read(store: ImageStore, start: int, length: int) -> None:
    """A range is exactly those bytes."""
    store.put(DATA, JPEG)
    assert store.read(SHA256, JPEG, start, length) == DATA[start : start + length]


def test_what_is_not_there_is_missing(store: ImageStore) -> None:
    """Never put, another format, beyond the end: ImageMissing, never fewer bytes than asked for."""
    with pytest.raises(ImageMissing):
        store.read(SHA256, JPEG, 0, 1)
    store.put(DATA, JPEG)
    with pytest.raises(ImageMissing):
        store.read(SHA256, "image/png", 0, 1)
    with pytest.raises(ImageMissing):
        store.read(SHA256, JPEG, 10_000, 1_000)


def test_what_is_deleted_is_gone(store: ImageStore) -> None:
    """Deleting twice is no fault, leaves others alone, and the image can come back."""
    other = store.put(DATA[1:], JPEG)
    store.put(DATA, JPEG)
    for _ in range(2):
        store.delete(SHA256, JPEG)
    with pytest.raises(ImageMissing):
        store.read(SHA256, JPEG, 0, 1)
    assert store.read(other, JPEG, 0, 10) == DATA[1:11]
    store.put(DATA, JPEG)
    assert store.read(SHA256, JPEG, 0, 10) == DATA[:10]


def test_all_images_are_listed_by_shard(store: ImageStore, tmp_path: Path) -> None:
    """Each in one shard, with its length and when it was put; many, none, and what is no image make no difference."""
    put = {
        (store.put(DATA[:length], media_type), media_type, length)
        for length in range(1, 21)
        for media_type in EXTENSIONS
    }
    store.put(DATA, JPEG)
    for number in range(10):
        put_key(store, f"{SHA256[:2]}/{number:064}.jpg", b"x")
        put_key(store, f"{SHA256[:2]}/{SHA256}.gif", b"x")
        put_key(store, f"{SHA256[:2]}/.{SHA256}.jpg.{number}", b"x")
    found = [(shard, image) for shard in SHARDS for image in store.list(shard)]
    assert {(image.sha256, image.media_type, image.byte_count) for _, image in found} == put | {
        (SHA256, JPEG, len(DATA))
    }
    assert len(found) == len(put) + 1
    assert all(image.sha256.startswith(shard) for shard, image in found)
    (tmp_path / "now").touch()
    now_ms = (tmp_path / "now").stat().st_mtime_ns // 1_000_000
    assert all(abs(image.put_at - now_ms) < 60_000 for _, image in found)


def test_a_shard_larger_than_a_page_is_listed_whole(store: ImageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page holds a part of what the store has; the rest follows, also when what was listed is deleted meanwhile."""
    monkeypatch.setattr("kiosk.server.images_bucket.LISTED", 3)
    names = {f"{SHA256[:2]}{number:062}" for number in range(10)}
    for name in names:
        put_key(store, key_of(name, JPEG), b"x")
    listed = []
    for image in store.list(SHA256[:2]):
        store.delete(image.sha256, image.media_type)
        listed.append(image.sha256)
    assert sorted(listed) == sorted(names)
    assert list(store.list(SHA256[:2])) == []


def test_a_torn_image_is_put_anew(store: ImageStore) -> None:
    """One of the wrong length (another program's doing) is replaced by the next put."""
    store.put(DATA, JPEG)
    tear(store, DATA[:5_000])
    with pytest.raises(ImageMissing):
        store.read(SHA256, JPEG, 0, len(DATA))
    store.put(DATA, JPEG)
    assert store.read(SHA256, JPEG, 0, len(DATA)) == DATA


def test_nobody_ever_reads_half_an_image(store: ImageStore) -> None:
    """While images of 2 MB are put, whoever finds one finds all of it."""
    images = [bytes([number]) * 2_000_000 for number in range(4)]
    done = threading.Event()
    seen: list[bool] = []

    def watch(data: bytes) -> None:
        sha256 = hashlib.sha256(data).hexdigest()
        while True:
            is_last = done.is_set()
            try:
                seen.append(store.read(sha256, JPEG, 0, len(data)) == data)
            except ImageMissing:
                pass
            else:
                return
            assert not is_last

    with ThreadPoolExecutor(len(images)) as pool:
        watching = [pool.submit(watch, data) for data in images]
        for data in images:
            store.put(data, JPEG)
        done.set()
        for future in watching:
            future.result()
    assert seen == [True] * len(images)


def test_a_kill_in_the_middle_leaves_no_half_image(tmp_path: Path) -> None:
    """A writer killed amid its files leaves whole files under their names, and nothing else that is visible."""
    writer = (
        "import sys; from pathlib import Path; from kiosk.server.images_folder import ImageFolder\n"
        "store = ImageFolder(Path(sys.argv[1])); number = 0\n"
        "while True:\n"
        "    store.put(number.to_bytes(4, 'big') * 500_000, 'image/jpeg'); number += 1; print(flush=True)\n"
    )
    for kill_after in (1, 2, 4):
        root = tmp_path / f"images-{kill_after}"
        with subprocess.Popen([sys.executable, "-c", writer, str(root)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(kill_after):
                assert process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
        files = [path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")]
        assert len(files) >= kill_after
        for path in files:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem


def test_a_store_that_is_gone_is_a_fault(tmp_path: Path) -> None:
    """When the object store stops answering, every call says so within seconds, in one line without a secret."""
    with bucket_server() as address:
        store = open_store(new_bucket(address), tmp_path)
        store.put(DATA, JPEG)
    calls: list[Callable[[], object]] = [
        lambda: store.put(DATA, JPEG),
        lambda: store.read(SHA256, JPEG, 0, 1),
        lambda: store.delete(SHA256, JPEG),
        lambda: list(store.list(SHA256[:2])),
    ]
    with socket.socket() as keeper:  # of the port, which the kernel would give to others
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", urlsplit(address).port))
        for call in calls:
            with pytest.raises(ImageStoreFault, match="cannot be used") as caught:
                call()
            assert "\n" not in str(caught.value)
            assert "sham" not in str(caught.value)


@pytest.mark.parametrize("url", ["s3://nobody-made-this/images", "s3://a-bucket"])
def test_a_bucket_that_cannot_be_reached_is_told_at_the_start(tmp_path: Path, s3: str, url: str) -> None:
    """No such bucket, or no such server: one clear line that says where to look."""
    with pytest.MonkeyPatch.context() as patch:
        if url == "s3://a-bucket":
            patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(KioskError, match="cannot be used") as caught:
            open_store(url, tmp_path)
    assert caught.value.code == "images_url"
    assert "AWS_ENDPOINT_URL" in caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://host/images", "images", "file://", "file://host/images", "s3://", "s3://k:p@b"])
def test_an_address_that_is_no_store_is_refused(tmp_path: Path, url: str) -> None:
    """What names neither a folder nor a bucket is refused, without repeating what may hold a secret."""
    with pytest.raises(KioskError, match="neither a folder nor a bucket") as caught:
        open_store(url, tmp_path)
    assert "k:p" not in str(caught.value)


@pytest.mark.parametrize("place", ["picture.jpg", "picture.jpg/below"])
def test_a_folder_that_cannot_be_one_is_told_at_the_start(tmp_path: Path, place: str) -> None:
    """A file where the folder should be: one clear line, not a fault at the first image."""
    (tmp_path / "picture.jpg").write_bytes(DATA)
    with pytest.raises(KioskError, match="cannot be kept in") as caught:
        open_store(f"file://{tmp_path}/{place}", tmp_path)
    assert caught.value.code == "images_url"


def test_no_address_means_the_data_folder(tmp_path: Path) -> None:
    """An empty one keeps images in the folder given; a folder's name may hold spaces."""
    open_store("", tmp_path / "images").put(DATA, JPEG)
    open_store(f"file://{tmp_path}/my%20images", tmp_path).put(DATA, JPEG)
    for name in ("images", "my images"):
        assert (tmp_path / name / key_of(SHA256, JPEG)).read_bytes() == DATA


def tear(store: ImageStore, data: bytes) -> None:
    """Put the wrong bytes under the image's name, past the store's own doors."""
    put_key(store, key_of(SHA256, JPEG), data)


def put_key(store: ImageStore, key: str, data: bytes) -> None:
    """Put bytes under any name, past the store's own doors."""
    if isinstance(store, ImageFolder):
        path = store._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    else:
        assert isinstance(store, ImageBucket)
        obstore.put(store._store, key, data)
