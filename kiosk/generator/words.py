"""The vocabulary that all styles share: how each mood sounds, forms of music, the names of colours and schemes.

Read by `titles`. Nouns belong to the style that draws them, in its recipe; adjectives to the energy of the music.
"""

CALM = (
    "Slow", "Quiet", "Still", "Silent", "Distant", "Gentle", "Soft", "Sleeping", "Patient", "Hushed", "Faint",
    "Unhurried", "Drowsy", "Tender", "Weightless", "Lingering",
)  # fmt: skip
EVEN = (
    "Evening", "Inner", "Wandering", "Open", "Hidden", "Northern", "Southern", "Early", "Late", "Measured", "Woven",
    "Passing", "Remembered", "Winding", "Second", "Returning", "Borrowed", "Summer", "Winter",
)  # fmt: skip
LIVELY = (
    "Bright", "Restless", "Rising", "Quick", "Burning", "Dancing", "Wild", "Racing", "Electric", "Fierce", "Swift",
    "Unbound", "Radiant", "Surging", "Roaring", "Glowing",
)  # fmt: skip
FORMS = ("Study", "Variation", "Étude", "Prelude", "Nocturne", "Interlude", "Improvisation", "Impromptu", "Fantasia")
LOUDNESS = ("quiet", "measured", "loud")
SCHEMES = {
    "analogous": "analogous", "complement": "complementary", "split": "split complementary", "triad": "triadic",
    "mono": "monochrome",
}  # fmt: skip
COOL_DEG = (130.0, 310.0)  # OKLCH hues that are called cool; the others are warm
FORMS_OF_STYLE = {
    "flow": "strokes", "silk": "folds", "watercolour": "washes", "ebru": "veins", "attractor": "orbits",
    "flame": "filaments", "loom": "threads",
}  # fmt: skip
# Upper end of the OKLCH hue range, name in shadow, name in light.
HUE_NAMES = (
    (14, "Crimson", "Rose"), (34, "Oxblood", "Coral"), (52, "Russet", "Apricot"), (72, "Copper", "Amber"),
    (112, "Bronze", "Gold"), (165, "Viridian", "Jade"), (188, "Pine", "Seafoam"), (214, "Teal", "Aqua"),
    (240, "Prussian Blue", "Azure"), (262, "Cobalt", "Cornflower"), (282, "Indigo", "Periwinkle"),
    (304, "Violet", "Lilac"), (330, "Plum", "Orchid"), (348, "Magenta", "Pink"), (361, "Crimson", "Rose"),
)  # fmt: skip
