"""Flames of other programs: read whole or refused in one line, and written so that they read back as they were."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import BadGenome
from kiosk.generator.compose import compose
from kiosk.generator.distance import distance
from kiosk.generator.dither import to_srgb8
from kiosk.generator.flam3 import read_flam3, write_flam3
from kiosk.generator.genome import genome_from_json
from kiosk.generator.styles import style_named
from kiosk.generator.styles.flame import flame_of
from kiosk.generator.styles.flame_catalogue import PARAMETERS, VARIATIONS, Variation
from kiosk.generator.styles.flame_xml import flame_from_xml
from kiosk.generator.styles.flame_xml_write import flame_to_xml
from kiosk.generator.titles import explain, prompt_of, title_of
from tests.generator.music import PARTY

COLOURS = "".join(f'<color index="{k}" rgb="{k} {255 - k} 128"/>' for k in range(256))
XFORM = '<xform weight="0.5" color="0.25" spherical="1" coefs="-0.68 -0.08 0.2 0.75 -0.04 -0.26"/>'


def file_with(*, attributes: str = "", inside: str = XFORM, colours: str = COLOURS) -> str:
    """A small file as other programs write them."""
    return f'<flames><flame size="640 480" center="1 2" scale="240" {attributes}>{inside}{colours}</flame></flames>'


def test_a_foreign_file_is_understood() -> None:
    """Camera, colours, an old word for the colour speed, symmetry and a final transform are taken as flam3 does."""
    inside = (
        '<xform weight="2" color="1 0" symmetry="0.5" julian="0.8" julian_power="3" coefs="1 0 0 1 0.5 0"'
        ' post="2 0 0 2 0 0"/>'
        '<finalxform color="0" bubble="1.5" coefs="1 0 0 1 0 0"/><symmetry kind="3"/>'
    )
    flame = flame_from_xml(file_with(attributes='zoom="1" background="1 0 0.5" gamma="3"', inside=inside))
    assert flame.centre == (1.0, 2.0)
    assert flame.zoom == 1.0  # 240 pixels a unit, doubled, of a height of 480
    assert flame.background == (255, 0, 128)
    assert flame.tone.gamma == 3.0
    assert flame.tone.brightness == 4.0
    assert flame.palette[10] == (10, 245, 128)
    first, *turned = flame.xforms
    assert first.speed == 0.25
    assert first.colour == 1.0
    assert first.variations[0].parameters == (3.0, 1.0)
    assert first.post[0] == 2.0
    assert [xform.speed for xform in turned] == [0.0, 0.0]
    assert flame.final is not None
    assert flame.final.speed == 0.5


SECOND = '<xform weight="1" color="1" {} coefs="0.5 0 0 0.5 1 1"/>'


def test_every_variation_is_read_with_its_parameters() -> None:
    """All 99 of flam3's, by name with every parameter, survive reading, writing and reading again."""
    for name in VARIATIONS:
        known = PARAMETERS.get(name, ())
        words = "".join(f' {parameter.name}="{1.5 + k}"' for k, parameter in enumerate(known))
        text = file_with(inside=XFORM.replace('spherical="1"', f'{name}="0.75"{words}'))
        flame = flame_from_xml(text)
        expected = Variation(name, 0.75, tuple(1.5 + k for k in range(len(known))))
        assert flame.xforms[0].variations == (expected,)
        assert flame_of(read_flam3(text), 1.0).xforms == flame.xforms


def test_chaos_is_read_for_the_transforms_that_are_drawn() -> None:
    """Factors of transforms without a weight fall out, missing ones are 1, and all ones are none."""
    silent = '<xform weight="0" linear="1" chaos="7 7 7"/>'
    chained = XFORM.replace("weight", 'chaos="0 9 2" weight')
    flame = flame_from_xml(file_with(inside=chained + silent + SECOND.format('linear="1" chaos="1 0"')))
    assert [xform.chaos for xform in flame.xforms] == [(0.0, 2.0), ()]
    assert flame_from_xml(flame_to_xml(flame, 64, 36, name="a", quality=1.0)).xforms == flame.xforms


def test_old_and_foreign_words_are_understood() -> None:
    """Variations by number, plotmode, soloxform, linear3D, mobius as a plugin wrote it, unused words of plugins."""
    other = SECOND.format('var1="3" plotmode="off" flatten="0.000"')
    first, second = flame_from_xml(file_with(inside=XFORM + other)).xforms
    assert (second.variations, second.opacity) == ((Variation("swirl", 1.0),), 0.0)
    first, second = flame_from_xml(file_with(attributes='soloxform="1"', inside=XFORM + other)).xforms
    assert (first.opacity, second.opacity) == (0.0, 0.0)
    (listed,) = flame_from_xml(file_with(inside=SECOND.format('var="0.5 0 0.25"'))).xforms
    assert listed.variations == (Variation("linear", 0.5), Variation("spherical", 0.25))
    (both,) = flame_from_xml(file_with(inside=SECOND.format('linear="0.5" linear3D="0.25" mobius="1" Re_A="2"'))).xforms
    assert both.variations[0] == Variation("linear", 0.75)
    assert both.variations[1].parameters[0] == 2.0


@pytest.mark.parametrize(
    "colours",
    [
        COLOURS,
        COLOURS.replace("rgb=", "rgba=").replace(' 128"', ' 128 255"'),
        '<palette count="256" format="RGB">' + "".join(f"{k:02X}{255 - k:02x}80\n" for k in range(256)) + "</palette>",
        '<palette format="RGBA">' + "".join(f"{k:02X}{255 - k:02x}80FF" for k in range(256)) + "</palette>",
        '<colors count="256" data="' + "".join(f"00{k:02X}{255 - k:02x}80" for k in range(256)) + '"/>',
    ],
)
def test_a_palette_is_read_in_every_form(colours: str) -> None:
    """The same 256 colours come from elements, from hexadecimal with and without alpha, and from the oldest form."""
    assert flame_from_xml(file_with(colours=colours)).palette == tuple((k, 255 - k, 128) for k in range(256))


def test_missing_colours_are_blended_round_the_circle() -> None:
    """As in flam3 a colour that is not there lies between its neighbours; the last one's neighbour is the first."""
    few = '<color index="0" rgb="0 0 0"/><color index="100" rgb="100 100 100"/><color index="200" rgb="0 0 200"/>'
    palette = flame_from_xml(file_with(colours=few)).palette
    assert [palette[k] for k in (2, 64, 127, 254)] == [(2, 2, 2), (64, 64, 64), (73, 73, 127), (0, 0, 7)]


@pytest.mark.parametrize("seed", range(4))
def test_written_flame_reads_back_as_the_same_picture(seed: int) -> None:
    """A piece written as `.flam3` and read again is the same flame, and looks the same."""
    genome = compose(PARTY, seed, "flame")
    again = read_flam3(write_flam3(genome))
    ours, theirs = flame_of(genome, 16 / 9), flame_of(again, 16 / 9)
    assert theirs.palette == ours.palette
    assert len(theirs.xforms) == len(ours.xforms)
    draw = style_named("flame")
    pictures = [to_srgb8(draw(piece, 240, 135), 1) for piece in (genome, again)]
    assert distance(*pictures) < 0.05


def test_a_read_flame_lives_in_a_genome() -> None:
    """The genome of a file has its text, survives JSON, is the same every time, and can be titled and explained."""
    genome = read_flam3(file_with().encode())
    assert genome == read_flam3(file_with())
    assert genome_from_json(genome.to_json()) == genome
    assert read_flam3(write_flam3(genome)).flame == genome.flame
    assert title_of(genome)
    assert prompt_of(genome)
    assert explain(genome).endswith("It was read from a .flam3 file, its colours with it.")


def test_other_genomes_have_no_flame_in_them() -> None:
    """A piece that was not read from a file keeps the JSON it always had, and only flames can be written."""
    assert "flame" not in compose(None, 1, "flow").to_dict()
    with pytest.raises(BadGenome, match="flow"):
        write_flam3(compose(None, 1, "flow"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (b" \n", "empty"),
        ("flame", "not XML"),
        ("<flame", "not XML"),
        ("<a/>", "no <flame>"),
        (b"\xff\xfe\x00", "UTF-8"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><flame>&b;</flame>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><flame/>', "document type"),
        (file_with(inside=""), "0 transforms"),
        (file_with(inside=XFORM * 65), "65 transforms"),
        (file_with(inside=XFORM.replace("spherical", "no_such_thing")), "no_such_thing"),
        (file_with(inside=XFORM.replace("spherical", "spherical3D")), "spherical3D"),
        (file_with(inside=XFORM.replace("weight", 'flatten="on" weight')), "flatten"),
        (file_with(attributes='cam_pitch="0.4"'), "camera in space"),
        (file_with(inside=XFORM.replace("weight", 'chaos="0" weight')), "lets no other follow"),
        (file_with(inside=XFORM.replace("weight", 'chaos="-1" weight')), "below 0"),
        (file_with(inside=XFORM + "<finalxform linear='1'/>" * 2), "2 final"),
        (file_with(inside=XFORM.replace("0.75", "x")), "coefs"),
        (file_with(inside=XFORM.replace("0.75", "")), "coefs"),
        (file_with(inside=XFORM.replace("0.75", "nan")), "coefs"),
        (file_with(inside=XFORM.replace("0.25", "")), "color"),
        (file_with(inside=XFORM.replace(' spherical="1"', "")), "no variation"),
        (file_with(attributes='palette="15"', colours=""), "by its number"),
        (file_with(colours=""), "no colours"),
        (file_with(colours='<palette index0="1" index1="2" blend="0.5"/>'), "by their numbers"),
        (file_with(colours='<color index="256" rgb="0 0 0"/>'), "index 256"),
        (file_with(colours='<color index="3" rgba="9 9 9 20"/>'), "transparent"),
        (file_with(colours='<palette format="RGBA">' + "01020380" * 256 + "</palette>"), "transparent"),
        (file_with(colours='<palette count="256" format="RGB">00</palette>'), "256"),
        (file_with(attributes='gamma="0"'), "gamma"),
        (file_with().replace("640 480", "640 0"), "height"),
        (file_with().replace('scale="240"', 'scale="-1"'), "scale"),
        (file_with().replace('scale="240"', 'scale="9e11"'), "scale"),
        (file_with().replace('scale="240"', 'scale="1e-30"'), "scale"),
        (file_with(attributes='zoom="30"'), "zoom"),
        ("<flame>" + "x" * 1_000_001 + "</flame>", "at most"),
    ],
)
def test_faulty_file_is_refused_in_one_line(text: str | bytes, said: str) -> None:
    """What is no flame, or one this program would draw wrongly, is a BadGenome that says why in one line."""
    with pytest.raises(BadGenome, match=said) as caught:
        read_flam3(text)
    assert "\n" not in caught.value.message
    assert caught.value.hint


TWO_INKS = f'<palette count="256" format="RGB">{"FF0000" * 128}{"00FF00" * 128}</palette>'
FAR_INKS = XFORM.replace("0.25", "0") + '<xform weight="1" color="1" linear="1" coefs="0.5 0 0 0.5 1 1"/>'


@pytest.mark.parametrize("threshold", ["0", "100"])
@pytest.mark.parametrize("gamma", ["0.05", "100"])
@pytest.mark.parametrize("brightness", ["1e-6", "1e3", "1e9"])
@pytest.mark.parametrize("vibrancy", ["0", "1"])
def test_the_ends_of_the_tone_are_drawn_finite(threshold: str, gamma: str, brightness: str, vibrancy: str) -> None:
    """The steepest gamma, the highest threshold, any brightness: every pixel is a number from 0 to 1."""
    tone = f'gamma="{gamma}" gamma_threshold="{threshold}" brightness="{brightness}" vibrancy="{vibrancy}"'
    genome = read_flam3(file_with(attributes=tone, inside=FAR_INKS, colours=TWO_INKS))
    picture = style_named("flame")(genome, 16, 9)
    assert ((picture >= -0.01) & (picture <= 1.01)).all()


def test_points_that_leave_all_numbers_are_lost() -> None:
    """A transform that throws points to what is no number loses them; the picture is what the others draw."""
    thrown = '<xform weight="1" color="0" curl="1" curl_c1="0" curl_c2="1e6" coefs="9e11 0 0 9e11 0 0"/>'
    genome = read_flam3(file_with(inside=thrown + '<xform weight="1" color="1" linear="0.5" coefs="1 0 0 1 1 2"/>'))
    picture = style_named("flame")(genome, 64, 36)
    assert np.isfinite(picture).all()
    assert np.ptp(picture) > 0.1


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_damaged_file_is_read_or_refused(seed: int) -> None:
    """A file with characters changed, lost or doubled is read or refused, and nothing else happens."""
    stream = random.Random(seed)
    text = list(file_with(colours=f'<palette count="256" format="RGB">{"0F3C9A" * 256}</palette>'))
    for _ in range(stream.randrange(1, 6)):
        place = stream.randrange(len(text) if stream.random() < 0.2 else 260)
        text[place] = stream.choice(("", "<", '"', "9", "e", "-", " ", text[place] * 2))
    try:
        genome = read_flam3("".join(text))
    except BadGenome:
        return
    assert flame_of(genome, 1.0).xforms
