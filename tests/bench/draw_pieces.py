"""`python -m tests.bench.draw_pieces STYLE WxH COUNT`: draw pieces of a style in this process and tell what they took.

Prints one JSON object: `coldS`, what a first, very small piece took with all imports and compiling; `wallS` and `cpuS`
of each piece after it, with its encoding as JPEG; `encodedS`, the encoding alone; `peakMb`, the most memory resident.
"""

import json
import resource
import sys
import time
from io import BytesIO

import numpy as np
from PIL import Image


def main(style: str, size: str, count: int) -> None:
    """Draw and print."""
    width_px, height_px = map(int, size.split("x"))
    begun_s = time.perf_counter()
    from kiosk.generator.compose import compose
    from kiosk.generator.encode import encode
    from kiosk.generator.render import render_piece

    piece = render_piece(compose(None, 1, style), 48, 27)
    cold_s = time.perf_counter() - begun_s
    wall_s, cpu_s, encoded_s = [], [], []
    for seed in range(count):
        cpu_before_s = time.process_time()
        piece = render_piece(compose(None, seed, style), width_px, height_px)
        wall_s.append(piece.seconds)
        cpu_s.append(time.process_time() - cpu_before_s)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Image.open(BytesIO(piece.data)) as image:
        pixels = np.asarray(image.convert("RGB"))
    for _ in range(3):
        begun_s = time.perf_counter()
        encode(pixels, "jpeg")
        encoded_s.append(time.perf_counter() - begun_s)
    told = {"coldS": cold_s, "wallS": wall_s, "cpuS": cpu_s, "encodedS": encoded_s, "peakMb": peak_kb / 1024}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
