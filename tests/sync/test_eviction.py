"""Which files leave an image cache that is over its budget."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.sync.eviction import CachedFile, files_to_delete

FILES = st.lists(
    st.builds(
        CachedFile,
        sha256=st.text("0123456789abcdef", min_size=8, max_size=8),
        bytes=st.integers(0, 1_000),
        last_used=st.integers(0, 50),
    ),
    max_size=20,
    unique_by=lambda file: file.sha256,
)


@given(FILES, st.integers(0, 5_000), st.data())
def test_least_recently_used_first_and_never_the_pinned(
    files: list[CachedFile], budget: int, data: st.DataObject
) -> None:
    """What goes is the least recently used of the unpinned, just enough; the pinned stay whatever the budget."""
    pinned = data.draw(st.sets(st.sampled_from([file.sha256 for file in files]))) if files else set()
    chosen = files_to_delete(files, budget_bytes=budget, pinned=pinned)
    left = [file for file in files if file not in chosen]
    assert not any(file.sha256 in pinned for file in chosen)
    loose = [file for file in left if file.sha256 not in pinned and file.bytes]
    assert sum(file.bytes for file in left) <= budget or not loose
    assert all(file.last_used <= other.last_used for file in chosen for other in loose)
    if chosen:
        assert sum(file.bytes for file in left) + chosen[-1].bytes > budget


def test_within_the_budget_nothing_is_deleted() -> None:
    """A cache of exactly its budget keeps everything."""
    files = [CachedFile("a", 60, 1), CachedFile("b", 40, 2)]
    assert files_to_delete(files, budget_bytes=100, pinned=()) == []
    assert files_to_delete(files, budget_bytes=99, pinned=()) == [files[0]]
    assert files_to_delete(files, budget_bytes=99, pinned={"a"}) == [files[1]]
