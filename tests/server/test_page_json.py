"""The page made by hand is the page the wire model says."""

import json
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.artworks import Pool, Reason
from kiosk.protocol.artworks import NextReply
from kiosk.server.page_json import page_json
from kiosk.server.tables import AnyRow, artworks

texts = st.text(st.characters(codec="utf-8"), max_size=40)
whole = st.integers(0, 2**40)
moments = st.integers(0, 253_402_300_799_999)  # up to the year 9999
provenances = st.dictionaries(texts, st.recursive(st.none() | texts | whole, st.lists, max_leaves=4), max_size=3)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "id": whole,
    "public_id": st.uuids().map(str),
    "created_by": st.none(),
    "lane": whole,
    "pos": whole,
    "created_at": moments,
    "fresh_until": st.none() | moments,
    "origin": st.sampled_from(["generated", "imported"]),
    "sha256": st.just("ab" * 32),
    "byte_count": whole,
    "width": st.integers(1, 10_000),
    "height": st.integers(1, 10_000),
    "media_type": st.sampled_from(["image/jpeg", "image/png"]),
    "title": texts,
    "artist": texts,
    "prompt": texts,
    "style": texts,
    "provenance": provenances.map(json.dumps),
    "placed_at": st.just(0),
    "left_lane": st.none(),
    "removed_at": st.none(),
    "signature": st.none() | st.just("never to be sent"),
}
rows = st.tuples(*(VALUES[name] for name in artworks.c.keys()))  # noqa: SIM118 - a collection of columns, no mapping
entries = st.tuples(rows, st.sampled_from([Reason.FRESH, Reason.UNSEEN, Reason.COOLED]))


@given(st.lists(entries, max_size=3), whole, moments)
def test_the_page_reads_back_as_the_model_and_is_written_like_it(
    queue: list[tuple[tuple[Any, ...], Reason]], count: int, now_ms: int
) -> None:
    """Whatever the rows hold, the bytes are those of the validated model, and its values those of the rows."""
    page = page_json("a session", cast("list[tuple[AnyRow, Reason]]", queue), Pool(count, count + 1, count + 2), now_ms)
    assert b"never to be sent" not in page
    reply = NextReply.model_validate_json(page)
    assert json.loads(reply.wire()) == json.loads(page)
    assert (reply.pool.fresh, reply.pool.unseen, reply.pool.cooling) == (count, count + 1, count + 2)
    for piece, (values, reason) in zip(reply.artworks, queue, strict=True):
        row = dict(zip(artworks.c.keys(), values, strict=True))
        assert piece.reason == reason.value
        assert (piece.id, piece.title, piece.bytes) == (row["public_id"], row["title"], row["byte_count"])
        assert piece.image_url == f"/api/images/{row['sha256']}"
        assert piece.provenance == json.loads(row["provenance"])
