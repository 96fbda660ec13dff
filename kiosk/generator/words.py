"""The vocabulary that all styles share: how each mood sounds, forms of music, the names of colours and schemes.

Read by `titles`. Nouns belong to the style that draws them, in its recipe; adjectives to the energy of the music.
"""

CALM = (
    "Slow", "Quiet", "Still", "Silent", "Distant", "Gentle", "Soft", "Sleeping", "Patient", "Hushed", "Faint",
    "Unhurried", "Drowsy", "Tender", "Weightless", "Lingering", "Veiled", "Lonely", "Murmured", "Low", "Resting",
    "Half-Heard", "Unspoken", "Slender",
)  # fmt: skip
EVEN = (
    "Evening", "Inner", "Wandering", "Open", "Hidden", "Northern", "Southern", "Early", "Late", "Measured", "Woven",
    "Passing", "Remembered", "Winding", "Second", "Returning", "Borrowed", "Summer", "Winter", "Autumn", "Eastern",
    "Western", "Found", "Old", "Unfinished", "Neighbouring", "First", "Last",
)  # fmt: skip
LIVELY = (
    "Bright", "Restless", "Rising", "Quick", "Burning", "Dancing", "Wild", "Racing", "Electric", "Fierce", "Swift",
    "Unbound", "Radiant", "Surging", "Roaring", "Glowing", "Leaping", "Headlong", "Ringing", "Tumbling", "Blazing",
    "Soaring", "Breathless", "Untamed",
)  # fmt: skip
FORMS = (
    "Study", "Variation", "Étude", "Prelude", "Nocturne", "Interlude", "Improvisation", "Impromptu", "Fantasia",
    "Rondo", "Barcarolle", "Berceuse", "Capriccio", "Intermezzo", "Romance", "Toccata", "Ballade", "Bagatelle",
)  # fmt: skip
PACES = ((66, "Largo"), (80, "Adagio"), (108, "Andante"), (122, "Moderato"), (156, "Allegro"), (1000, "Presto"))  # bpm
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
LIGHT_FROM = 0.56  # OKLab's lightness of a colour that has a name of light
# Upper end of the OKLCH hue range, names in shadow, names in light.
HUE_NAMES = (
    (14, ("Crimson", "Garnet", "Carmine"), ("Rose", "Blush", "Shell Pink")),
    (34, ("Oxblood", "Brick", "Vermilion"), ("Coral", "Salmon", "Poppy")),
    (52, ("Russet", "Rust", "Sienna"), ("Apricot", "Peach", "Terracotta")),
    (72, ("Copper", "Umber", "Chestnut"), ("Amber", "Ochre", "Honey")),
    (112, ("Bronze", "Old Gold", "Olive"), ("Gold", "Straw", "Wheat")),
    (165, ("Viridian", "Moss", "Bottle Green"), ("Jade", "Fern", "Celadon")),
    (188, ("Pine", "Spruce", "Malachite"), ("Seafoam", "Mint", "Verdigris")),
    (214, ("Teal", "Petrol", "Deep Sea"), ("Aqua", "Turquoise", "Glacier")),
    (240, ("Prussian Blue", "Storm Blue", "Slate Blue"), ("Azure", "Cerulean", "Sky Blue")),
    (262, ("Cobalt", "Sapphire", "Midnight Blue"), ("Cornflower", "Powder Blue", "Ice Blue")),
    (282, ("Indigo", "Ultramarine", "Ink Blue"), ("Periwinkle", "Hyacinth", "Bluebell")),
    (304, ("Violet", "Iris", "Amethyst"), ("Lilac", "Lavender", "Wisteria")),
    (330, ("Plum", "Damson", "Aubergine"), ("Orchid", "Mauve", "Heather")),
    (348, ("Magenta", "Mulberry", "Wine"), ("Pink", "Peony", "Cyclamen")),
    (361, ("Crimson", "Garnet", "Carmine"), ("Rose", "Blush", "Shell Pink")),
)
