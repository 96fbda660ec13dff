"""The list of pictures that must not be shown."""

from kiosk.sync.set_aside import KEPT_MAX, SetAside, SetAsideList

A = SetAside("a" * 64, "cannot be decoded", "Harbour", "id-a", "2026-01-01T00:00:00.000Z")
B = SetAside("b" * 64, "its content does not match its hash", "", "", "2026-01-02T00:00:00.000Z")


def test_only_what_can_never_be_shown_outlives_a_restart() -> None:
    """Both kinds are known and listed, newest first; the lasting one alone is written, with all that is known of it."""
    known = SetAsideList()
    known.add(A, lasting=True)
    known.add(B, lasting=False)
    assert known.pieces() == (B, A)
    assert known.reason(B.sha256) == B.reason
    again = SetAsideList()
    again.read(known.written())
    assert again.pieces() == (A,)


def test_an_index_of_before_is_understood() -> None:
    """Where the index holds a reason alone, that is what is known; anything else in it is passed over."""
    known = SetAsideList()
    known.read({"a" * 64: "cannot be decoded", "b" * 64: 7})
    assert known.pieces() == (SetAside("a" * 64, "cannot be decoded"),)


def test_the_first_reason_stays_and_the_list_is_bounded() -> None:
    """A second fault of the same content changes nothing; a thousand are kept, the newest."""
    known = SetAsideList()
    for number in range(KEPT_MAX + 5):
        known.add(SetAside(f"{number:064}", "first"), lasting=True)
        known.add(SetAside(f"{number:064}", "second"), lasting=True)
    assert len(known.pieces()) == KEPT_MAX
    assert known.reason(f"{KEPT_MAX:064}") == "first"
    assert known.reason(f"{0:064}") is None
