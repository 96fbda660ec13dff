"""Identifiers."""

from kiosk.domain.ids import demo_id, is_uuid, new_id


def test_ids_are_uuids_and_differ() -> None:
    """New ids are canonical UUIDs, no two alike."""
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(is_uuid(one) for one in made)


def test_a_demo_piece_has_the_same_id_everywhere() -> None:
    """The id of a bundled piece follows from its content alone and never changes between versions."""
    assert demo_id("ab" * 32) == "451cc3ea-419c-55d1-ba09-387cd7281aab"
    assert demo_id("ab" * 32) != demo_id("cd" * 32)


def test_what_is_no_uuid() -> None:
    """Braces, missing dashes, other text and other types are no ids."""
    for text in ("", "x", "{12345678-1234-5678-1234-567812345678}", "12345678123456781234567812345678"):
        assert not is_uuid(text)
