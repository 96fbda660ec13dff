"""A year of plays, written straight into the database by a few statements: for the reports' tests and benches."""

from datetime import date

from sqlalchemy import Connection, text

from kiosk.server import store_people
from kiosk.server.moments import DAY_MS
from kiosk.server.periods import first_day_of, month_of

FIRST_DAY = (date(2025, 1, 1) - date(1970, 1, 1)).days
DAYS = 365

_ARTWORKS = """
INSERT INTO artworks (public_id, created_by, lane, pos, created_at, origin, sha256, byte_count, width, height,
                      media_type, title, artist, prompt, style, provenance)
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :count)
SELECT '00000000-0000-4000-8000-' || substr(CAST(1000000000000 + n AS TEXT), 2), CAST(:user AS BIGINT), 0,
       CAST(:head AS BIGINT) + n, 0, 'imported', 'sha', 1, 1, 1, 'image/jpeg', 'Title ' || CAST(n AS TEXT),
       'Artist ' || CAST(n % 40 AS TEXT), '', '', '{}' FROM n
"""
_DAYS = """
INSERT INTO play_days (day, user_id, device_id, artwork_id, plays, visible_ms, first_at, last_at)
WITH RECURSIVE d(day) AS (SELECT cast(:first AS BIGINT) UNION ALL SELECT day + 1 FROM d WHERE day < :last)
SELECT day, device.user_id, device.id, artwork.id, CAST(:plays AS BIGINT), 12000 * CAST(:plays AS BIGINT),
       day * 86400000 + artwork.id, day * 86400000 + artwork.id + 1000
  FROM d CROSS JOIN devices device CROSS JOIN artworks artwork
 WHERE device.user_id = :user AND (day * 7919 + device.id * 104729 + artwork.id * 31) % 1000 < :per_mille
 ORDER BY 1, 2, 3, 4
"""
_MONTH = """
INSERT INTO play_months (month, user_id, device_id, artwork_id, plays, visible_ms, first_at, last_at)
SELECT CAST(:month AS INTEGER), user_id, device_id, artwork_id, sum(plays), sum(visible_ms), min(first_at), max(last_at)
  FROM play_days WHERE day >= :first AND day < :after GROUP BY user_id, device_id, artwork_id
"""


def fill_year(
    connection: Connection, *, displays: int = 3, pieces: int = 2_000, rows: int = 1_000_000, plays_a_row: int = 1
) -> int:
    """Write about `rows` daily sums of 2025 (UTC) for the wall's user, and the monthly ones; return how many plays."""
    user, _ = store_people.ensure_default_people(connection, now_ms=FIRST_DAY * DAY_MS)
    for number in range(2, displays + 1):
        name, token = f"display-{number}", f"token-{number}"
        store_people.add_device(connection, name=name, user="wall", token=token, now_ms=0)
    head = connection.execute(text("SELECT head FROM lanes WHERE lane = 0")).scalar_one()
    connection.execute(text(_ARTWORKS), {"count": pieces, "user": user, "head": head})
    connection.execute(text("UPDATE lanes SET head = :head WHERE lane = 0"), {"head": head + pieces})
    share = round(1_000 * rows / (DAYS * displays * pieces))
    values = {"first": FIRST_DAY, "last": FIRST_DAY + DAYS - 1, "user": user, "plays": plays_a_row, "per_mille": share}
    connection.execute(text(_DAYS), values)
    for month in range(month_of(FIRST_DAY), month_of(FIRST_DAY) + 12):
        period = {"month": month, "first": first_day_of(month), "after": first_day_of(month + 1)}
        connection.execute(text(_MONTH), period)
    return int(connection.execute(text("SELECT sum(plays) FROM play_months")).scalar_one())
