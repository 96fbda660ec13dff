"""What the wall hears: sound in, a small record out. Runs in a process of its own; sound never leaves it.

Flow: `capture` or `decode` gives mono samples, `analyse` measures them (start reading there) into a `record`,
`sections` tells when a new piece of music has begun. The measures are pure; `listener` and `child` run them on what a
microphone hears.
"""
