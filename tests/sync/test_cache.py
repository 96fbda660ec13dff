"""The image cache: what it holds, what survives, and that it may be emptied at any moment."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from kiosk.domain.artworks import Artwork, Reason
from kiosk.sync.cache import ImageCache
from kiosk.sync.set_aside import SetAside
from tests.fakes.clock import START
from tests.sync.artworks import artwork, picture

A, B, C = (artwork(name) for name in "abc")


def cache_in(folder: Path, *, max_bytes: int = 1_000_000, bundled: dict[str, Path] | None = None) -> ImageCache:
    """A cache, loaded."""
    cache = ImageCache(folder, max_bytes=max_bytes, bundled=bundled)
    cache.load()
    return cache


def put(cache: ImageCache, *pieces: Artwork) -> None:
    """Place the pieces' images as a download does."""
    for piece in pieces:
        path = cache.path_for(piece.sha256, "png")
        path.write_bytes(picture(piece.title))
        cache.added(path, piece.bytes)


def test_an_offline_start_knows_the_queue_and_what_was_shown(tmp_path: Path) -> None:
    """After a restart the newest known queue comes first, in its order; pieces shown since come last."""
    cache = cache_in(tmp_path)
    put(cache, A, B, C)
    cache.remember([C, A, B])
    cache.shown(C.id)
    cache.save()
    found = cache_in(tmp_path).artworks()
    assert [(piece.artwork, piece.queued) for piece in found] == [(A, True), (B, True), (C, False)]
    assert [piece.path.read_bytes() for piece in found] == [picture(name) for name in "abc"]


def test_pieces_without_their_whole_image_are_not_offered(tmp_path: Path) -> None:
    """A missing image, or one of another length, cannot be shown offline."""
    cache = cache_in(tmp_path)
    put(cache, A, B)
    cache.remember([A, B, C])
    cache.save()
    (tmp_path / f"{A.sha256}.png").write_bytes(b"short")
    assert [piece.artwork for piece in cache_in(tmp_path).artworks()] == [B]


def test_a_changed_file_is_found_out_before_it_is_used(tmp_path: Path) -> None:
    """Length and hash are checked; a wrong file is deleted and will be fetched again."""
    cache = cache_in(tmp_path)
    put(cache, A)
    assert cache.verified(A) == tmp_path / f"{A.sha256}.png"
    data = bytearray(picture("a"))
    data[-1] ^= 1
    (tmp_path / f"{A.sha256}.png").write_bytes(data)
    assert cache.verified(A) is None
    assert not (tmp_path / f"{A.sha256}.png").exists()
    assert cache.find(A.sha256) is None


def test_the_folder_may_vanish_at_any_moment(tmp_path: Path) -> None:
    """With folder and index gone, everything is simply missing, and new images have a place again."""
    folder = tmp_path / "cache"
    cache = cache_in(folder)
    put(cache, A, B)
    shutil.rmtree(folder)
    assert cache.find(A.sha256) is None
    assert cache.verified(B) is None
    assert cache.artworks() == []
    assert cache.usage().pieces == 0
    put(cache, C)
    cache.save()
    assert cache_in(folder).find(C.sha256) is not None


def test_the_budget_is_kept_by_dropping_what_was_not_wanted_longest(tmp_path: Path) -> None:
    """Eviction deletes the least recently used unpinned files, and use survives a restart."""
    cache = cache_in(tmp_path, max_bytes=2 * A.bytes)
    put(cache, A, B, C)
    cache.find(A.sha256)
    cache.save()
    again = cache_in(tmp_path, max_bytes=2 * A.bytes)
    again.evict({C.sha256})
    assert sorted(path.name for path in tmp_path.glob("*.png")) == sorted(f"{p.sha256}.png" for p in (A, C))
    again.evict({C.sha256}, everything=True)
    assert [path.name for path in tmp_path.glob("*.png")] == [f"{C.sha256}.png"]
    assert again.usage().bytes == C.bytes


def test_bundled_pieces_need_no_file_here_and_are_never_deleted(tmp_path: Path) -> None:
    """A picture that comes with the program answers for its hash."""
    bundled = tmp_path / "demo.png"
    bundled.write_bytes(picture("a"))
    cache = cache_in(tmp_path / "cache", bundled={A.sha256: bundled})
    cache.evict((), everything=True)
    assert cache.verified(A) == bundled
    cache.remember([A, replace(B, reason=Reason.DEMO)])
    assert [piece.artwork for piece in cache.artworks()] == [A]


def test_set_aside_content_is_not_offered(tmp_path: Path) -> None:
    """Undecodable content stays away for good; content that merely arrived wrong gets another chance after a start."""
    cache = cache_in(tmp_path)
    put(cache, A, B, C)
    cache.remember([A, B, C])
    cache.set_aside(A.sha256, "cannot be decoded", lasting=True, at=START)
    cache.set_aside(B.sha256, "wrong hash", lasting=False, at=START)
    assert [piece.artwork for piece in cache.artworks()] == [C]
    cache.save()
    again = cache_in(tmp_path)
    assert again.reason_set_aside(A.sha256) == "cannot be decoded"
    assert again.reason_set_aside(B.sha256) is None
    assert again.set_aside_hashes == {A.sha256}
    (known,) = again.set_aside_pieces()
    assert known == SetAside(A.sha256, "cannot be decoded", A.title, A.id, "2026-01-01T00:00:00.000Z")


def test_a_broken_index_costs_only_what_it_said(tmp_path: Path) -> None:
    """Any index, however damaged, leaves the images usable."""
    cache = cache_in(tmp_path)
    put(cache, A)
    for text in (
        "",
        "[]",
        "{",
        '{"format": 1, "used": 3, "artworks": [7, {}], "queue": {}, "setAside": []}',
        "[" * 90_000,
    ):
        (tmp_path / "index.json").write_text(text)
        assert cache_in(tmp_path).find(A.sha256) is not None


def test_leftovers_of_interrupted_downloads_are_cleared(tmp_path: Path) -> None:
    """Hidden temporary files go at the next start; files of others stay and are not counted."""
    (tmp_path / ".0123.part").write_bytes(b"half")
    (tmp_path / "README").write_text("mine")
    assert cache_in(tmp_path).usage().pieces == 0
    assert [path.name for path in tmp_path.iterdir()] == ["README"]


def test_a_removed_piece_is_forgotten_and_leaves_first(tmp_path: Path) -> None:
    """What the server took away is no longer offered, and is the first to be evicted."""
    cache = cache_in(tmp_path, max_bytes=2 * A.bytes)
    put(cache, A, B, C)
    cache.remember([A, B, C])
    cache.removed(C.id)
    assert [piece.artwork for piece in cache.artworks()] == [A, B]
    cache.evict(())
    assert cache.find(C.sha256) is None
    index_is_json(cache, tmp_path)


def index_is_json(cache: ImageCache, folder: Path) -> None:
    """The index on disk names no piece that was removed."""
    cache.save()
    index = json.loads((folder / "index.json").read_bytes())
    assert [piece["id"] for piece in index["artworks"]] == [A.id, B.id]
