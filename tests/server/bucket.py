"""A local S3 for tests: moto's server on loopback, quiet, on a port that is nobody else's once it has gone."""

import itertools
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from moto.server import ThreadedMotoServer

from tests.server.daemons import free_port

CALL_LIMIT_S = 60  # its first call imports half of AWS
_numbers = itertools.count(1)


@contextmanager
def bucket_server() -> Iterator[str]:
    """Run an S3 for the life of the block, named in the environment as a server's would be; yield its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    server = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {
                "AWS_ENDPOINT_URL": f"http://{host}:{port}",
                "AWS_ALLOW_HTTP": "true",
                "AWS_ACCESS_KEY_ID": "sham",
                "AWS_SECRET_ACCESS_KEY": "sham-secret",
                "AWS_REGION": "us-east-1",
            }.items():
                patch.setenv(name, value)
            yield f"http://{host}:{port}"
    finally:
        server.stop()


def new_bucket(address: str) -> str:
    """Make an empty bucket; return its URL, with a prefix."""
    name = f"walls-{next(_numbers)}"
    httpx.put(f"{address}/{name}", timeout=CALL_LIMIT_S, trust_env=False).raise_for_status()
    return f"s3://{name}/museum/images"
