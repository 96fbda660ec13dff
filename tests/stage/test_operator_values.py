"""The status of the wall in the panel's words: complete, rounded for people, and silent about what is not known."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.stage.operator_values import status_figures, status_rows, status_set_aside

STATUS: dict[str, object] = {
    "state": "showing",
    "artwork": {"title": "Low tide"},
    "frame": {"medianMs": 16.66, "p99Ms": 19.24, "missed": 3, "renderer": "llvmpipe", "size": [1920, 1080]},
    "impressions": {"painted": 12408, "delivered": 12390, "pending": 17, "dropped": 1},
    "link": {"server": "http://wall", "state": "polling", "lastSyncAgeMs": 200_000},
    "cache": {"pieces": 212, "bytes": 498_400_000},
    "memory": {"rssMb": 231.4},
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*STATUS, "size", "pieces"]), inner),
    max_leaves=8,
)


def test_the_books_are_the_large_figures() -> None:
    """Painted, delivered and waiting, in this order, with thousands set apart."""
    assert [(one["label"], one["value"]) for one in status_figures(STATUS)] == [
        ("painted", "12\u2009408"),
        ("delivered", "12\u2009390"),
        ("waiting", "17"),
    ]


def test_every_part_of_the_status_is_said() -> None:
    """Each part of `kiosk status` becomes one line; a lost impression is said only when there is one."""
    rows = {one["label"]: one["value"] for one in status_rows(STATUS)}
    assert rows == {
        "Now showing": "Low tide",
        "Link": "polling, http://wall",
        "Last sync": "3 min ago",
        "Lost impressions": "1",
        "Picture cache": "212 pieces, 498 MB",
        "Frames": "16.7 ms median, 19.2 ms p99, 3 missed",
        "Renderer": "llvmpipe",
        "Screen": "1920 \u00d7 1080",
        "Memory": "231 MB",
    }
    whole = {**STATUS, "impressions": {"painted": 1, "delivered": 1, "pending": 0, "dropped": 0}}
    assert "Lost impressions" not in {one["label"] for one in status_rows(whole)}


def test_nothing_known_is_nothing_said() -> None:
    """Without a status there are no lines, and the figures are zero."""
    assert status_rows({}) == []
    assert [one["value"] for one in status_figures({})] == ["0", "0", "0"]


def test_what_is_on_the_glass_and_what_was_set_aside_is_said() -> None:
    """Art or why not, in a sentence; pieces by their name, or by the beginning of their hash."""
    rows = {one["label"]: one["value"] for one in status_rows({**STATUS, "glass": {"art": True, "why": ""}})}
    assert rows["On the glass"] == "Art, as it should be"
    rows = {one["label"]: one["value"] for one in status_rows({**STATUS, "glass": {"art": False, "why": "asleep"}})}
    assert rows["On the glass"] == "Asleep"
    aside = [
        {"sha256": "ab" * 32, "title": "Harbour", "reason": "it breaks off"},
        {"sha256": "cd" * 32, "title": "", "reason": "it lies"},
    ]
    assert status_set_aside({"setAside": aside}) == [
        {"label": "Harbour", "value": "It breaks off"},
        {"label": "cdcdcdcdcdcd", "value": "It lies"},
    ]
    assert status_set_aside({}) == []


@given(st.dictionaries(st.sampled_from(list(STATUS)), json_values))
def test_no_status_is_too_odd_to_show(status: dict[str, object]) -> None:
    """Whatever an older or newer program reports, the panel shows words and does not fail."""
    for row in status_rows(status) + status_figures(status):
        assert row["label"]
        assert row["value"]
    assert isinstance(status_set_aside({**status, "setAside": status.get("cache")}), list)
