"""How bright the wall is by the clock on it (pure): dimmed at night, with a slow way down and up."""

from kiosk.app.sleep_schedule import DAY_MIN, minute_of_day


def brightness_at(minute: float, *, day: float, night: float, night_from: str, night_to: str, ramp_min: float) -> float:
    """Return the share (0-1) of its light the wall has at `minute` (0-1440) of the day.

    It goes from `day` to `night` in the first `ramp_min` minutes of [night_from, night_to) and back in the last, over
    midnight too; in a night shorter than both it goes down to its middle. A night is never brighter than the day.
    Missing or equal times mean no night.
    """
    start, end = minute_of_day(night_from), minute_of_day(night_to)
    if start is None or end is None or start == end:
        return day
    length = (end - start) % DAY_MIN
    since = (minute - start) % DAY_MIN
    if since >= length:
        return day
    ramp = min(ramp_min, length / 2)
    share = 1.0 if ramp <= 0 else min(1.0, since / ramp, (length - since) / ramp)
    smooth = share * share * (3 - 2 * share)
    return day * (1 - smooth) + min(day, night) * smooth
