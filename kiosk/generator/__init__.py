"""The procedural art generator: music and a seed in, a picture out.

Flow: `features` quantises an audio analysis, `compose` turns it into a `genome`, `render` draws the genome with one of
`styles` and the shared `palette`, `color` and `encode`; `titles` puts it into words, `distance` says how alike two
pieces are. Genome, features, compose, titles, palette and distance are pure. The server runs `render.render_job` in
worker processes; nothing here knows about Qt, files of the wall, or the network.
"""
