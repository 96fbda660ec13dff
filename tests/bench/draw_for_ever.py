"""`python -m tests.bench.draw_for_ever polite|rude FIRST`: draw pieces of 1920x1080 until ended, as a renderer does.

A polite one gives way as the server's renderer processes do. `READY` on stdout says that its kernels are compiled.
"""

import sys
from itertools import count

from kiosk.generator.compose import compose
from kiosk.generator.render import render_piece, warm_up
from kiosk.server.renderer_process import give_way


def main(manner: str, first: int) -> None:
    """Draw."""
    if manner == "polite":
        give_way()
    for _ in warm_up():
        pass
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    for seed in count(first, 4):
        render_piece(compose(None, seed), 1920, 1080)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
