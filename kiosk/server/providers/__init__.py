"""Who paints a piece: the generator on this machine, or a service outside, all by one protocol (`port`).

    making ──► fallback ──► guarded ──► openai | comfyui | automatic1111 ──► wire ──► the service
                   └──────► procedural ──► the renderers

`choosing` puts the chain together. `guarded` decides whether the service is asked at all: its breaker, the day's
budget, prompts it has refused. Whatever comes of that, `fallback` has a piece of the same genome.
"""
