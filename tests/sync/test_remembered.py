"""A piece kept as text is the piece it was."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.sync.remembered import Earlier, read
from tests.sync.artworks import artwork

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(title=WORDS, prompt=WORDS, heard=st.dictionaries(WORDS, st.none() | st.floats(0, 1) | WORDS, max_size=5))
def test_what_is_kept_as_text_comes_back(title: str, prompt: str, heard: dict[str, object]) -> None:
    """Any words and any provenance, to the last character; id, hash and title are there without reading the text."""
    piece = replace(artwork("a"), title=title, prompt=prompt, provenance={"genome": {"audio": heard}})
    kept = Earlier.of(piece)
    assert kept.artwork() == piece
    assert (kept.id, kept.sha256, kept.title) == (piece.id, piece.sha256, title)


def test_what_is_no_piece_is_not_read() -> None:
    """An index is a file like any other, and may have been written by anybody."""
    items: list[object] = [None, [], "piece", {"id": "1"}]
    for item in items:
        assert read(item) is None
