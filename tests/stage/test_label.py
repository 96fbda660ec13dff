"""What the wall label says and where it stands."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.stage.label import DRIFT_MAX_PX, LINE_MAX, TITLE_MAX, Caption, LabelText, drift_px, label_text, link_of

texts = st.text(max_size=300)


def test_each_picture_has_its_own_lines_left_to_right() -> None:
    """A diptych has two entries in order; a picture without a title is untitled; one without facts has no label."""
    text = label_text((Caption("Night", "A. Painter", "1926", "Oil", "https://g/1"), Caption("", "B"), Caption("")))
    assert [(entry.artist, entry.title, entry.year, entry.made) for entry in text.entries] == [
        ("A. Painter", "Night", "1926", "Oil"),
        ("B", "Untitled", "", ""),
    ]
    assert text.entries[0].link == "https://g/1"
    assert label_text(()) == label_text((Caption(""),)) == LabelText(text.entries[:0], drift_px(""))


def test_long_titles_end_at_a_word() -> None:
    """What is too long for a label is cut between words, with an ellipsis; one endless word is cut all the same."""
    (entry,) = label_text((Caption("tide " * 60),)).entries
    assert entry.title.endswith("tide…")
    assert len(entry.title) <= TITLE_MAX
    (entry,) = label_text((Caption("t" * 900),)).entries
    assert len(entry.title) == TITLE_MAX


def test_only_scripts_that_have_italics_are_slanted() -> None:
    """Latin, Greek and Cyrillic titles are set in italics; Chinese, Arabic and mixed ones stand upright."""
    titles = ("Étude No. 3", "νύχτα", "Ночь", "神奈川沖浪裏", "ليلة", "Wave 波", "1, 2, 3")
    slanted = [label_text((Caption(title),)).entries[0].slanted for title in titles]
    assert slanted == [True, True, True, False, False, False, True]


@given(texts, texts, texts, texts)
def test_no_text_reaches_beyond_its_line(title: str, artist: str, year: str, made: str) -> None:
    """No control character, no mark that turns the direction of writing, no line break, nothing longer than a line."""
    for entry in label_text((Caption(title, artist, year, made),)).entries:
        for line, limit in ((entry.title, TITLE_MAX), (entry.artist, LINE_MAX), (entry.made, LINE_MAX)):
            assert len(line) <= limit
            assert not set(line) & set("\n\r\t\x00\x1b\u202a\u202e\u2066\u2069\u200f\u2028")


@given(st.lists(st.text(max_size=20), min_size=40, max_size=40, unique=True))
def test_the_label_stands_elsewhere_for_other_pieces(keys: list[str]) -> None:
    """The drift is the same each time, at most 12 pixels each way, and not one place for all."""
    places = {drift_px(key) for key in keys}
    assert places == {drift_px(key) for key in keys}
    assert all(abs(x) <= DRIFT_MAX_PX and abs(y) <= DRIFT_MAX_PX for x, y in places)
    assert len(places) > 20


def test_the_link_holds_the_pieces_id() -> None:
    """`{id}` becomes the piece's id; without a template there is no link."""
    assert (
        link_of("https://gallery.example/works/{id}?from=wall", "a-1") == "https://gallery.example/works/a-1?from=wall"
    )
    assert link_of("", "a-1") == ""
