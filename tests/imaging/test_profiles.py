"""Embedded colour profiles."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from kiosk.imaging.decode import decode
from kiosk.imaging.light import to_codes
from kiosk.imaging.profiles import matrix_profile, to_srgb
from tests.imaging.making import Codes, encoded, plain, saved

# Display P3's primaries, adapted to D50 (ICC), and its white.
P3 = {"rXYZ": (0.51512, 0.2412, -0.00105), "gXYZ": (0.29198, 0.69225, 0.04189), "bXYZ": (0.1571, 0.06657, 0.78407)}
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def fixed(value: float) -> bytes:
    """An s15Fixed16Number."""
    return struct.pack(">i", round(value * 65_536))


def matrix_icc(columns: dict[str, tuple[float, float, float]], curve: bytes) -> bytes:
    """A display profile of an RGB space: primaries, and one curve for all three channels."""
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {"desc": text, "wtpt": b"XYZ \0\0\0\0" + fixed(0.9642) + fixed(1) + fixed(0.8249)}
    tags |= {name: b"XYZ \0\0\0\0" + b"".join(map(fixed, xyz)) for name, xyz in columns.items()}
    tags |= dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve)
    directory, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        directory += struct.pack(">4sII", name.encode(), at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"\0\0\0\0", 0x0210_0000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += fixed(0.9642) + fixed(1) + fixed(0.8249)
    return head.ljust(128, b"\0") + directory + body


def parametric(kind: int, *values: float) -> bytes:
    """A `para` curve."""
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + b"".join(map(fixed, values))


def gamma_curve(exponent: float) -> bytes:
    """A `curv` of one number."""
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256))


WIDE = matrix_icc(P3, parametric(3, *SRGB_CURVE))


def shown(data: bytes) -> Codes:
    """The whole picture as 8-bit sRGB."""
    picture = decode(data)
    return to_codes(picture.rows(0, picture.height))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_a_wide_gamut_picture_is_brought_to_srgb(name: str) -> None:
    """(200, 100, 50) of Display P3 is (214, 95, 33) of sRGB, in all three formats."""
    options = {"quality": 100} if name == "JPEG" else {"lossless": True}
    found = shown(encoded(Image.fromarray(plain((200, 100, 50))), name, icc_profile=WIDE, **options))
    assert found.reshape(-1, 3).mean(axis=0) == pytest.approx((214, 95, 33), abs=2.5)


def test_both_ways_through_a_profile_agree(tmp_path: Path) -> None:
    """16-bit pictures take our own matrix, 8-bit ones LittleCMS: the same colour, to a code value or two."""
    levels = np.array([10, 60, 128, 200, 250], np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(5, 25, 3)
    path = tmp_path / "deep.png"
    saved(path, colours.astype(np.uint16) * 257)
    deep = path.read_bytes()
    body = b"x\0\0" + zlib.compress(WIDE)
    chunk = struct.pack(">I", len(body)) + b"iCCP" + body + struct.pack(">I", zlib.crc32(b"iCCP" + body))
    fine = shown(deep[:33] + chunk + deep[33:]).astype(int)
    coarse = shown(encoded(Image.fromarray(colours), icc_profile=WIDE)).astype(int)
    assert np.abs(fine - coarse).max() <= 3
    assert np.abs(coarse - colours).max() > 10


def test_an_srgb_profile_changes_nothing() -> None:
    """Under whatever name it comes, the picture's bytes stay."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8)
    assert to_srgb(icc, "RGB") is None
    assert np.array_equal(shown(encoded(Image.fromarray(picture), icc_profile=icc)), picture)


def test_a_grey_picture_in_an_rgb_profile_keeps_its_curve() -> None:
    """Grey through a profile of gamma 1.0 is linear light: half of it is 188."""
    icc = matrix_icc(P3, gamma_curve(1.0))
    found = shown(encoded(Image.new("L", (30, 20), 128), icc_profile=icc))
    assert np.abs(found.astype(int) - 188).max() <= 1


def test_a_profile_of_another_kind_of_colour_is_none() -> None:
    """An RGB profile says nothing about ink, a broken one nothing about anything."""
    assert to_srgb(WIDE, "CMYK") is None
    assert to_srgb(b"", "RGB") is None
    assert matrix_profile(b"") is None
    assert matrix_profile(WIDE[:200]) is None
    assert matrix_profile(WIDE[:16] + b"CMYK" + WIDE[20:]) is None


@pytest.mark.parametrize(
    ("curve", "half"),
    [
        (gamma_curve(2.0), 0.25),
        (b"curv\0\0\0\0\0\0\0\0", 0.5),
        (b"curv\0\0\0\0" + struct.pack(">I3H", 3, 0, 10_000, 65_535), 10_000 / 65_535),
        (parametric(0, 3.0), 0.125),
        (parametric(1, 2.0, 1.0, 0.0), 0.25),
        (parametric(2, 2.0, 1.0, 0.0, 0.1), 0.35),
        (parametric(3, *SRGB_CURVE), 0.2140),
        (parametric(4, *SRGB_CURVE, 0.0, 0.0), 0.2140),
    ],
)
def test_every_form_of_curve_is_read(curve: bytes, half: float) -> None:
    """What half of the scale becomes."""
    profile = matrix_profile(matrix_icc(P3, curve))
    assert profile is not None
    assert float(profile.curves[1][32_768]) == pytest.approx(half, abs=0.001)


def test_white_stays_white() -> None:
    """The matrix takes the profile's white to the screen's."""
    profile = matrix_profile(WIDE)
    assert profile is not None
    top = np.full((1, 1), 65_535, np.uint16)
    assert profile.light([top, top, top]).ravel() == pytest.approx((1, 1, 1), abs=0.003)
