"""The bundled server: queue rules, database, images, generation jobs and the event stream behind one HTTP API.

Start reading at `main` (how it starts and ends), then `wiring` (what it is made of), `api.app` (what it answers),
`rules` and `spans` (how it decides). `store_*` modules are functions on an open transaction; `database` runs them.
"""
