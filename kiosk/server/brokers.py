"""Chooses the broker a server process uses: the one place that knows all adapters of the port in `broker`.

An adapter is loaded when it is chosen: a wall starts without the libraries of a fleet.
"""

import random

from kiosk.domain.ports import Clock
from kiosk.server.broker import Broker
from kiosk.server.database import Database
from kiosk.server.options import ServerOptions


def open_broker(options: ServerOptions, database: Database, clock: Clock) -> Broker:
    """Return the broker the options ask for; its `run` reaches other processes. KioskError for a wrong address."""
    if options.redis_url:
        from kiosk.server.broker_redis import RedisBroker

        return RedisBroker(options.redis_url, clock=clock, random=random.Random())
    if database.is_shared:
        from kiosk.server.broker_postgres import PostgresBroker

        return PostgresBroker(options.listen_url or database.url, clock=clock, random=random.Random())
    return Broker()
