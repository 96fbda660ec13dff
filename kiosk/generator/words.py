"""The vocabulary of titles: what each kind of picture may be called, how each mood sounds, and the names of colours.

Read by `titles`. Nouns belong to the structure that draws them, adjectives to the energy of the music.
"""

FIELD_NOUNS = {
    "drift": ("Tide", "Current", "Drift", "Estuary", "Meadow", "Grassland", "Passage", "Undertow", "Delta", "Flyway"),
    "curl": ("Eddies", "Backwater", "Marbling", "Reverie", "Whorls", "Counterpoint", "Undercurrent", "Labyrinth"),
    "vortices": ("Whirlpools", "Carousel", "Starfield", "Maelstrom", "Turning", "Orbits", "Galaxies", "Waltz"),
    "waves": ("Swell", "Waves", "Undulation", "Dunes", "Lullaby", "Long Wave", "Seabed", "Sails", "Ripples"),
    "orbit": ("Spiral", "Nautilus", "Orbit", "Amphitheatre", "Rosette", "Centre", "Gyre", "Halo", "Bloom"),
    "magnet": ("Attraction", "Poles", "Fountain", "Two Springs", "Magnetism", "Palms", "Encounter", "Dialogue"),
    "facets": ("Crystal", "Terraces", "Circuit", "City Plan", "Fault Lines", "Quartz", "Crossings", "Avenues"),
}
SURFACE_NOUNS = {
    "satin": ("Satin", "Silk", "Folds", "Velvet", "Embrace", "Whisper", "Cloth", "Shimmer", "Still Water"),
    "drape": ("Drapery", "Curtain", "Veils", "Pleats", "Cascade", "Canopy", "Stage Light", "Robes"),
    "strata": ("Agate", "Strata", "Sandstone", "Canyon", "Sediment", "Contours", "Tide Lines", "Geode"),
    "dune": ("Dunes", "Ridge", "Desert Wind", "Sierra", "Crests", "Ravine", "Sand Sea", "High Country"),
    "swirl": ("Vortex", "Nocturne", "Whirl", "Gyre", "Storm Eye", "Rose", "Turning Light", "Spiral"),
    "veil": ("Mist", "Aurora", "Haze", "Nebula", "Northern Light", "Smoke", "Dawn", "Vapour", "Afterglow"),
}
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
# Upper end of the OKLCH hue range, name in shadow, name in light.
HUE_NAMES = (
    (14, "Crimson", "Rose"), (34, "Oxblood", "Coral"), (52, "Russet", "Apricot"), (72, "Copper", "Amber"),
    (112, "Bronze", "Gold"), (165, "Viridian", "Jade"), (188, "Pine", "Seafoam"), (214, "Teal", "Aqua"),
    (240, "Prussian Blue", "Azure"), (262, "Cobalt", "Cornflower"), (282, "Indigo", "Periwinkle"),
    (304, "Violet", "Lilac"), (330, "Plum", "Orchid"), (348, "Magenta", "Pink"), (361, "Crimson", "Rose"),
)  # fmt: skip
