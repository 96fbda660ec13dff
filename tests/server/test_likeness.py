"""Not alike, as the server sees it: what a renderer is told of recent pieces, and what is kept of what it drew.

Pieces are drawn by real renderer processes where two pictures are compared.
"""

import asyncio
import base64
import io
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Connection, func, select, text
from starlette.responses import JSONResponse

from kiosk.generator.distance import distance
from kiosk.generator.genome import genome_from_json
from kiosk.generator.render import RenderedPiece
from kiosk.generator.signatures import LEAST_APART, nearest_of, readable
from kiosk.generator.titles import title_of
from kiosk.server import store_artworks
from kiosk.server.making import DRAWS_MAX
from kiosk.server.pictures import check_picture
from kiosk.server.renderer_process import Order
from kiosk.server.renderers import RendererPool
from kiosk.server.store_likeness import RECENT_MS
from kiosk.server.tables import PUBLIC_LANE, artworks
from kiosk.storage import engine
from tests.server.harness import DEADLINE_S, Kiosk, Painter, kiosk_on, until
from tests.server.postgres import MIGRATED, Cluster
from tests.server.providers.openai_service import KEY, openai_service
from tests.server.providers.pictures import painted
from tests.server.records import stored_piece

# The renderers give way to whatever else the machine does, and may have all to compile.
pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

SILK = {"styles": ["silk"]}
ALIKE = 0.25  # of the files: what is kept of them is coarser


@dataclass
class ChoosyPainter(Painter):
    """A painter that paints another seed than was ordered, and signs it with the number of the order."""

    async def render(self, order: Order) -> RenderedPiece:
        """Paint the seed after the one ordered."""
        ordered = genome_from_json(order.genome)
        drawn = replace(ordered, seed=ordered.seed + 1).to_json()
        piece = await super().render(replace(order, genome=drawn))
        return replace(piece, genome=drawn, tries=2, nearest=0.4, signature=f"s{len(self.orders)}")


@pytest.mark.usefixtures("each_database")
async def test_each_piece_is_compared_with_those_before(tmp_path: Path) -> None:
    """The renderer gets the signatures of the last days, newest first; what it drew is what the artwork tells of."""
    async with kiosk_on(tmp_path, painter=ChoosyPainter()) as kiosk, kiosk.client() as display:
        made = []
        for number in range(3):
            body = {"musicInfo": {"title": str(number)}}
            made.append((await display.post("/api/generate-art", json=body)).json()["artwork"])
        assert [order.recent for order in kiosk.painter.orders] == [(), ("s1",), ("s2", "s1")]
        titles: list[str] = []
        for artwork, order in zip(made, kiosk.painter.orders, strict=True):
            drawn = genome_from_json(order.genome)
            assert artwork["provenance"]["genome"] == drawn.to_dict()
            assert artwork["title"] == title_of(drawn, titles)
            titles.append(artwork["title"])
            assert (artwork["provenance"]["tries"], artwork["provenance"]["nearest"]) == (2, 0.4)
            assert "signature" not in artwork["provenance"]
        kiosk.clock.advance(RECENT_MS / 1000 + 1)
        await display.post("/api/generate-art", json={"musicInfo": {"title": "later"}})
        assert kiosk.painter.orders[-1].recent == ()


async def test_a_named_seed_is_drawn_whatever_it_is_like(tmp_path: Path) -> None:
    """Who names a seed gets its piece: nothing to be unlike is sent along. Others are kept apart from it."""
    async with kiosk_on(tmp_path, painter=ChoosyPainter()) as kiosk, kiosk.client() as display:
        for info in ({"title": "a"}, {"seed": 7}, {"title": "b"}):
            await display.post("/api/generate-art", json={"musicInfo": info})
        assert [order.recent for order in kiosk.painter.orders] == [(), (), ("s2", "s1")]


@dataclass(kw_only=True)
class AtOnce(Painter):
    """A pool of real renderers, for several servers too; the first `count` orders wait until all of them are there."""

    pool: RendererPool
    count: int

    async def render(self, order: Order) -> RenderedPiece:
        """Have the pool draw."""
        self.orders.append(order)
        if self.gate is None:
            self.gate = asyncio.Event()
        if len(self.orders) >= self.count:
            self.gate.set()
        await self.gate.wait()
        return await self.pool.render(order)


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[RendererPool]:
    """The module's renderer processes, each started when it is needed first."""
    pool = RendererPool(3, warm=None)
    yield pool
    await asyncio.to_thread(pool.close)


async def picture_of(client: httpx.AsyncClient, artwork: dict[str, Any]) -> bytes:
    """A piece's image file."""
    return (await client.get(artwork["imageUrl"])).raise_for_status().content


def apart(one: bytes, other: bytes) -> float:
    """The distance between two image files."""
    pictures = [np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) for data in (one, other)]
    return distance(*pictures)


async def wish(client: httpx.AsyncClient, title: str) -> dict[str, Any]:
    """A piece of silk; another title is another wish."""
    body = {"musicInfo": {"title": title}, "preferences": SILK}
    reply = await client.post("/api/generate-art", json=body, timeout=2 * DEADLINE_S)
    return dict(reply.raise_for_status().json()["artwork"])


async def signatures(kiosk: Kiosk) -> list[str]:
    """What is kept of every piece there is, the oldest first."""
    query = select(artworks.c.signature).order_by(artworks.c.id)
    return list(await kiosk.services.database.read(lambda connection: connection.scalars(query).all()))


@pytest.fixture
def one_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wish without a seed has the same one and knows of no other, so equal music gives the very same piece."""
    for module in ("jobs", "making"):
        monkeypatch.setattr(f"kiosk.server.{module}.own_seed", lambda *wished: 7)
    monkeypatch.setattr("kiosk.server.lately.genomes_lately", lambda *_, **__: [])


@pytest.mark.usefixtures("each_database", "one_seed")
async def test_two_renderers_at_once_make_two_pieces_apart(tmp_path: Path, pool: RendererPool) -> None:
    """Given the same genome at the same moment, neither knowing of the other: one draws again, and both are apart."""
    painter = AtOnce(pool=pool, count=2)
    async with (
        kiosk_on(tmp_path, painter=painter, workers=2, piece_size=(160, 90)) as kiosk,
        kiosk.client() as display,
    ):
        made = await asyncio.gather(wish(display, "a"), wish(display, "b"))
        first, second, again = painter.orders
        assert first.genome == second.genome == again.genome
        assert (first.recent, second.recent) == ((), ())
        one, other = await signatures(kiosk)
        assert again.recent == (one,)
        assert nearest_of(other, readable([one])) >= LEAST_APART
        assert apart(*[await picture_of(display, artwork) for artwork in made]) > ALIKE
        assert sorted(artwork["provenance"]["tries"] > 1 for artwork in made) == [False, True]


@pytest.mark.usefixtures("one_seed")
async def test_renderers_of_several_servers_make_pieces_apart(
    postgres_cluster: Cluster, tmp_path: Path, pool: RendererPool
) -> None:
    """Three wishes for one genome at three servers on one database, drawn at once: no two of the pieces are alike."""
    async with AsyncExitStack() as stack:
        url = stack.enter_context(postgres_cluster.database(MIGRATED))
        painter = AtOnce(pool=pool, count=3)
        kiosks = [
            await stack.enter_async_context(
                kiosk_on(tmp_path / name, painter=painter, database_url=url, piece_size=(160, 90))
            )
            for name in "abc"
        ]
        displays = [await stack.enter_async_context(kiosk.client()) for kiosk in kiosks]
        await asyncio.gather(*(wish(display, str(number)) for number, display in enumerate(displays)))
        found = await signatures(kiosks[0])
        assert len(found) == 3
        assert all(nearest_of(one, readable([other])) >= LEAST_APART for one, other in combinations(found, 2))


@pytest.mark.usefixtures("each_database")
async def test_a_picture_equal_to_an_outside_one_is_not_made(tmp_path: Path, pool: RendererPool) -> None:
    """What a wish would become is there already, added by a person or paid for: another of its kind is made."""
    options: dict[str, Any] = {"piece_size": (480, 270)}
    outside: dict[str, Any] = options | {"provider": "openai", "provider_key": KEY}
    painter = AtOnce(pool=pool, count=1)
    async with openai_service() as service:
        async with kiosk_on(tmp_path / "first", painter=painter, **options) as kiosk, kiosk.client() as display:
            data = await picture_of(display, await wish(display, "a"))
        async with kiosk_on(tmp_path / "added", painter=painter, **options) as kiosk, kiosk.client() as display:
            added = await display.post("/api/artworks", files={"file": ("a.jpg", data, "image/jpeg")})
            assert added.raise_for_status().json()["provenance"] == {}
            other = await wish(display, "a")
            assert apart(data, await picture_of(display, other)) > ALIKE
            assert other["provenance"]["tries"] > 1
        outside["provider_url"] = service.url
        async with kiosk_on(tmp_path / "paid", painter=painter, **outside) as kiosk, kiosk.client() as display:
            for title in "bc":  # the second is like the first, but was paid for
                service.answers.append(JSONResponse({"data": [{"b64_json": base64.b64encode(data).decode()}]}))
                paid = await wish(display, title)
                assert paid["provenance"]["provider"] == "openai"
                assert await picture_of(display, paid) == data
        async with kiosk_on(tmp_path / "paid", painter=painter, **options) as kiosk, kiosk.client() as display:
            assert apart(data, await picture_of(display, await wish(display, "a"))) > ALIKE


@dataclass
class CoarsePainter(Painter):
    """A painter whose pictures are taken for coarse ones of random colours; `signed` are the signatures of those."""

    signed: list[str] = field(default_factory=list)

    async def render(self, order: Order) -> RenderedPiece:
        """Paint, and sign it with the number of the order."""
        data = painted(320, 180, seed=len(self.orders))
        self.signed.append(check_picture(data).signature)
        return replace(await super().render(order), signature=self.signed[-1])


@dataclass
class UnluckyPainter(CoarsePainter):
    """A painter beside whom, whenever it paints, another stores what comes near to that."""

    kiosk: Kiosk | None = None

    async def render(self, order: Order) -> RenderedPiece:
        """Paint while a near piece is stored."""
        number = len(self.orders)
        piece = await super().render(order)
        assert self.kiosk is not None
        at_ms = self.kiosk.services.now_ms()
        await self.kiosk.services.database.write(
            lambda connection: stored_piece(connection, number, at_ms=at_ms, signature=blended(number))
        )
        return piece


def blended(number: int) -> str:
    """The signature of a picture near to the coarse one of this number; the third's is the farthest of all."""
    own, grey = Image.open(io.BytesIO(painted(320, 180, seed=number))), Image.new("RGB", (320, 180), "grey")
    buffer = io.BytesIO()
    Image.blend(own, grey, 0.3 if number == 2 else 0.05).save(buffer, "PNG")
    return check_picture(buffer.getvalue()).signature


@pytest.mark.usefixtures("each_database")
async def test_where_every_draw_is_crowded_the_farthest_is_kept(tmp_path: Path) -> None:
    """There is an end to drawing again: then the least near of what was drawn hangs, once, and says how near it is."""
    painter = UnluckyPainter()
    async with kiosk_on(tmp_path, painter=painter) as kiosk, kiosk.client() as display:
        painter.kiosk = kiosk
        artwork = (await display.post("/api/generate-art", json={})).json()["artwork"]
        *others, kept = await signatures(kiosk)
    assert [len(order.recent) for order in painter.orders] == list(range(DRAWS_MAX)) == [0, 1, 2, 3]
    nearest = [nearest_of(text, readable(others)) for text in painter.signed]
    assert max(nearest) < LEAST_APART
    assert kept == painter.signed[nearest.index(max(nearest))] == painter.signed[2]
    assert artwork["provenance"]["nearest"] == round(max(nearest), 3) > 0


async def test_a_piece_whose_commit_is_under_way_is_seen(
    postgres_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another connection holds the lane with a near piece in it: who is done waits for the commit, and draws again."""
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_MS", 1_000 * DEADLINE_S)
    is_stored, may_commit = threading.Event(), threading.Event()

    def store(connection: Connection) -> None:
        store_artworks.hold_lane(connection, PUBLIC_LANE)
        stored_piece(connection, 1, at_ms=kiosk.services.now_ms(), signature=blended(0))
        is_stored.set()
        assert may_commit.wait(2 * DEADLINE_S)

    waiting = (
        select(func.count()).where(text("cardinality(pg_blocking_pids(pid)) > 0")).select_from(text("pg_stat_activity"))
    )
    painter = CoarsePainter(gate=asyncio.Event())
    assert painter.gate is not None
    with postgres_cluster.database(MIGRATED) as url:
        async with kiosk_on(tmp_path, painter=painter, database_url=url) as kiosk, kiosk.client() as display:
            database = kiosk.services.database
            async with asyncio.TaskGroup() as group:
                wished = group.create_task(display.post("/api/generate-art", json={}))
                await until(lambda: painter.orders, "it is drawn")
                group.create_task(database.write(store))
                await until(is_stored.is_set, "the other is about to commit")
                painter.gate.set()
                try:
                    await until(lambda: database.read_now(lambda c: c.scalar(waiting)) == 1, "who is done waits")
                finally:
                    may_commit.set()
            kept = await signatures(kiosk)
    assert wished.result().status_code == 200
    assert [len(order.recent) for order in painter.orders] == [0, 1]
    assert kept == [blended(0), painter.signed[1]]
