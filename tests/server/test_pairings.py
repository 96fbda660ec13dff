"""Pairing: what a poll says at every stage, one token for one approval, and how much guessing is allowed."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text

from kiosk.server import pairing, store_people
from kiosk.server.pairing import (
    ALPHABET,
    EXPIRES_S,
    INTERVAL_S,
    NEW_MAX,
    OPEN_OF_ONE_MAX,
    WRONG_CODES_MAX,
    WRONG_CODES_OF_ONE_MAX,
    Codes,
    Paired,
    parse_code,
    shown_code,
)
from kiosk.server.store_pairings import NotPending, Refusal
from kiosk.server.store_people import NameTaken, NotFound
from kiosk.server.tables import devices, pairings, tokens
from kiosk.server.tries import TooOften
from tests.server.harness import Kiosk, kiosk_on, until
from tests.server.postgres import MIGRATED, Cluster
from tests.server.test_auth import waiting

pytestmark = pytest.mark.anyio
on_each_database = pytest.mark.usefixtures("each_database")

HERE = "203.0.113.7"


@on_each_database
async def test_an_approval_gives_one_token_once(tmp_path: Path) -> None:
    """Pending until approved, then a token that works, then nothing; only hashes of either secret are stored."""
    async with kiosk_on(tmp_path) as kiosk:
        codes = await begin(kiosk, "Foyer")
        assert await poll(kiosk, codes) is Refusal.PENDING
        found = await kiosk.services.pairing.find(codes.user_code.lower(), address=HERE)
        assert found is not None
        assert (found.device_name, found.address) == ("Foyer", HERE)
        await kiosk.services.pairing.approve(found.user_code, user="mara", is_new=True, name="Hall")
        paired = await poll(kiosk, codes)
        assert isinstance(paired, Paired)
        assert (paired.device, paired.user) == ("Hall", "mara")
        async with kiosk.client(paired.token) as display:
            assert (await display.get("/api/usage")).status_code == 200
        assert await poll(kiosk, codes) is Refusal.INVALID

        def everything(connection: Connection) -> str:
            return repr([connection.execute(select(table)).all() for table in (pairings, tokens, devices)])

        stored = await kiosk.services.database.read(everything)
        assert codes.device_code not in stored
        assert paired.token not in stored


@on_each_database
async def test_who_polls_too_fast_is_slowed_down(tmp_path: Path) -> None:
    """Each poll before its time adds five seconds to the interval, an approved one gets nothing either."""
    async with kiosk_on(tmp_path) as kiosk:
        codes = await begin(kiosk)
        assert await kiosk.services.pairing.poll(codes.device_code) is Refusal.PENDING
        kiosk.clock.advance(INTERVAL_S - 0.1)
        assert await kiosk.services.pairing.poll(codes.device_code) is Refusal.SLOW_DOWN
        await approve(kiosk, codes)
        kiosk.clock.advance(INTERVAL_S + 4.9)
        assert await kiosk.services.pairing.poll(codes.device_code) is Refusal.SLOW_DOWN
        kiosk.clock.advance(INTERVAL_S + 10)
        assert isinstance(await kiosk.services.pairing.poll(codes.device_code), Paired)


async def test_who_always_comes_a_little_early_gets_through(tmp_path: Path) -> None:
    """A wall that missed an answer stays five seconds behind what it should wait, but not for ever."""
    async with kiosk_on(tmp_path) as kiosk:
        codes, waits_s = await begin(kiosk), INTERVAL_S
        for _ in range(2):
            await kiosk.services.pairing.poll(codes.device_code)
        kiosk.clock.advance(waits_s)
        while await kiosk.services.pairing.poll(codes.device_code) is Refusal.SLOW_DOWN:
            waits_s += 5
            kiosk.clock.advance(waits_s)
        assert waits_s == 60


@on_each_database
async def test_refused_expired_and_unknown_codes_say_so(tmp_path: Path) -> None:
    """Each in the RFC's word; nobody can answer twice, or too late; an hour later an expired code is unknown."""
    async with kiosk_on(tmp_path) as kiosk:
        refused, late = await begin(kiosk), await begin(kiosk)
        await kiosk.services.pairing.refuse(bare(refused))
        assert await poll(kiosk, refused) is Refusal.DENIED
        with pytest.raises(NotPending):
            await approve(kiosk, refused)
        kiosk.clock.advance(EXPIRES_S)
        assert await poll(kiosk, late) is Refusal.EXPIRED
        with pytest.raises(NotPending):
            await kiosk.services.pairing.refuse(bare(late))
        assert await kiosk.services.pairing.poll("unknown") is Refusal.INVALID
        kiosk.clock.advance(3_600)
        await begin(kiosk)
        assert await poll(kiosk, late) is Refusal.INVALID


async def test_two_polls_at_once_give_one_token(tmp_path: Path, postgres_cluster: Cluster) -> None:
    """Two that both saw the approval: one gets the token, one nothing, and there is one new display."""
    with postgres_cluster.database(MIGRATED) as url:
        async with kiosk_on(tmp_path, database_url=url) as kiosk:
            codes = await begin(kiosk)
            await approve(kiosk, codes)
            with kiosk.services.database._writer.connect() as holder, holder.begin():
                holder.execute(text("SELECT * FROM pairings FOR UPDATE"))
                async with asyncio.TaskGroup() as group:
                    polls = [group.create_task(kiosk.services.pairing.poll(codes.device_code)) for _ in range(2)]
                    await until(lambda: waiting(postgres_cluster, url) == 2, "both polls wait")
                    holder.rollback()
            assert sum(isinstance(one.result(), Paired) for one in polls) == 1
            assert sum(one.result() in {Refusal.INVALID, Refusal.SLOW_DOWN} for one in polls) == 1
            count = select(func.count()).select_from(tokens)
            assert await kiosk.services.database.read(lambda connection: connection.scalar(count)) == 1


@on_each_database
async def test_an_approval_that_cannot_be_changes_nothing(tmp_path: Path) -> None:
    """An unknown user, a user or display of that name: told, and the pairing waits on, without a new user."""
    async with kiosk_on(tmp_path) as kiosk:
        codes, approve_ = await begin(kiosk), kiosk.services.pairing.approve
        with pytest.raises(NotFound):
            await approve_(bare(codes), user="nobody", is_new=False, name="Hall")
        with pytest.raises(NameTaken):
            await approve_(bare(codes), user="wall", is_new=True, name="Hall")
        with pytest.raises(NameTaken):
            await approve_(bare(codes), user="wall", is_new=False, name="display")
        assert await poll(kiosk, codes) is Refusal.PENDING
        await kiosk.services.pairing.refuse(bare(codes))
        with pytest.raises(NotPending):
            await approve_(bare(codes), user="mara", is_new=True, name="Hall")
        names = [user.name for user in await kiosk.services.database.read(store_people.list_users)]
        assert names == ["wall"]


@on_each_database
async def test_a_name_taken_after_the_approval_gets_a_number(tmp_path: Path) -> None:
    """Two displays approved under one name are told apart."""
    async with kiosk_on(tmp_path) as kiosk:
        pair = [await begin(kiosk) for _ in range(3)]
        for codes in pair:
            await approve(kiosk, codes, name="Hall")
        names = [paired.device for codes in pair if isinstance(paired := await poll(kiosk, codes), Paired)]
        assert names == ["Hall", "Hall 2", "Hall 3"]


async def test_new_pairings_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many a minute from one address, so many open in all; both say how long to wait."""
    monkeypatch.setattr(pairing, "OPEN_MAX", NEW_MAX + 1)
    async with kiosk_on(tmp_path) as kiosk:
        for _ in range(NEW_MAX):
            await begin(kiosk)
        with pytest.raises(TooOften) as from_here:
            await begin(kiosk)
        assert 0 < from_here.value.wait_s <= 60
        await begin(kiosk, address="198.51.100.1")
        with pytest.raises(TooOften):
            await begin(kiosk, address="198.51.100.2")
        kiosk.clock.advance(EXPIRES_S)
        await begin(kiosk, address="198.51.100.2")


@pytest.mark.parametrize("network", [["203.0.113.7"], [f"2001:db8::{number}" for number in range(1, 30)]])
async def test_no_address_keeps_others_out(tmp_path: Path, network: list[str]) -> None:
    """However long it goes on, an IPv4 address or an IPv6 network has so many open, and everybody else gets in."""
    async with kiosk_on(tmp_path) as kiosk:
        made = 0
        for number in range(2 * OPEN_OF_ONE_MAX):
            kiosk.clock.advance(10)
            try:
                await begin(kiosk, address=network[number % len(network)])
                made += 1
            except TooOften:
                pass
        assert made == OPEN_OF_ONE_MAX
        await begin(kiosk, address="2001:db8:0:1::1")
        kiosk.clock.advance(EXPIRES_S)
        await begin(kiosk, address=network[0])


async def test_guessing_codes_is_bounded(tmp_path: Path) -> None:
    """So many wrong codes a minute for one address and for all; then right ones have to wait as well."""
    async with kiosk_on(tmp_path) as kiosk:
        codes, find = await begin(kiosk), kiosk.services.pairing.find
        for _ in range(2 * WRONG_CODES_OF_ONE_MAX):
            assert await find(codes.user_code, address=HERE) is not None
        for number in range(WRONG_CODES_MAX):
            assert await find("ZZZZ-ZZZZ", address=f"198.51.100.{number // WRONG_CODES_OF_ONE_MAX}") is None
        for address in (HERE, "198.51.100.0"):
            with pytest.raises(TooOften):
                await find(codes.user_code, address=address)
        kiosk.clock.advance(60)
        for _ in range(WRONG_CODES_OF_ONE_MAX):
            assert await find("not a code", address=HERE) is None
        with pytest.raises(TooOften):
            await find(codes.user_code, address=HERE)
        assert await find(codes.user_code, address="198.51.100.0") is not None


@given(
    st.text(ALPHABET, min_size=8, max_size=8), st.sampled_from([str.lower, str.upper]), st.sampled_from(" -\u2013\t")
)
def test_a_code_is_read_however_it_is_typed(code: str, case: object, separator: str) -> None:
    """In either case, with the hyphen, without it, or with something like it; the shown form is one of these."""
    assert callable(case)
    assert parse_code(case(code)) == code
    assert parse_code(f" {case(code[:4])}{separator}{code[4:]} ") == code
    assert parse_code(shown_code(code)) == code


@pytest.mark.parametrize("text_", ["", "BCDF", "BCDF-GHJKL", "ABCD-FGHJ", "BCDF-GHJ1", "BCDF_GHJK", "ßCDFGHJK"])
def test_what_is_no_code_is_none(text_: str) -> None:
    """Too short, too long, letters that no code has."""
    assert parse_code(text_) is None


async def begin(kiosk: Kiosk, name: str = "Display", *, address: str = HERE) -> Codes:
    """Open a pairing."""
    return await kiosk.services.pairing.start(name=name, address=address)


async def poll(kiosk: Kiosk, codes: Codes) -> Paired | Refusal:
    """Poll, a good while after the last time."""
    kiosk.clock.advance(INTERVAL_S)
    return await kiosk.services.pairing.poll(codes.device_code)


async def approve(kiosk: Kiosk, codes: Codes, *, name: str = "Hall") -> None:
    """Make it a display of the wall's own user."""
    await kiosk.services.pairing.approve(bare(codes), user="wall", is_new=False, name=name)


def bare(codes: Codes) -> str:
    """The user code as it is stored."""
    code = parse_code(codes.user_code)
    assert code is not None
    return code
