"""Not alike, as the server sees it: what a renderer is told of recent pieces, and what is kept of what it drew."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kiosk.generator.genome import genome_from_json
from kiosk.generator.render import RenderedPiece
from kiosk.generator.titles import title_of
from kiosk.server.renderer_process import Order
from kiosk.server.store_lineage import RECENT_MS
from tests.server.harness import Painter, kiosk_on

pytestmark = pytest.mark.anyio


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
        for artwork, order in zip(made, kiosk.painter.orders, strict=True):
            drawn = genome_from_json(order.genome)
            assert artwork["provenance"]["genome"] == drawn.to_dict()
            assert artwork["title"] == title_of(drawn)
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
