"""What a process and its children cost is measured on real ones."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.bench_soak import slope
from tests.bench.machine import costs, cpu_s, held_mib, tree

LARGE_MIB = 64
HOLDER = "import sys; kept = b'x' * (int(sys.argv[1]) << 20); print('ready', flush=True); sys.stdin.read()"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])"
SPENDER = """import os, sys
while sum(os.times()[:2]) < 0.3: pass  # in whole ticks, as /proc has it
print('ready', flush=True); sys.stdin.read()"""


@contextmanager
def running(*arguments: str) -> Iterator[int]:
    """Runs Python with these arguments until it says it is ready; yields its process id."""
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"ready\n"
        yield process.pid
        process.stdin.close()


def test_the_memory_of_a_child_counts() -> None:
    """A child that holds 64 MiB makes the tree hold that much more than with a child that holds nothing."""
    with running("-c", PARENT, HOLDER, "0") as small, running("-c", PARENT, HOLDER, str(LARGE_MIB)) as large:
        assert len(tree(large)) == 2
        assert abs(held_mib(large) - held_mib(small) - LARGE_MIB) < 4


def test_a_second_program_does_not_make_one_lighter() -> None:
    """What a tree holds stays the same when a program that shares its libraries starts beside it."""
    with running("-c", HOLDER, "1") as first:
        alone_mib = held_mib(first)
        with running("-c", HOLDER, "1"):
            assert abs(held_mib(first) - alone_mib) < 0.5


def test_cpu_time_is_counted() -> None:
    """A child that has used 0.3 s of CPU time counts with at least that."""
    with running("-c", PARENT, SPENDER) as spender:
        assert cpu_s(spender) >= 0.3


def test_processes_are_told_apart_by_their_command() -> None:
    """`python -m kiosk WORD` is called WORD, another program by its file's name."""
    with running("-c", HOLDER, "1", "-m", "kiosk", "imaging") as ours:
        assert [cost.name for cost in costs(ours)] == ["imaging"]
    assert costs(os.getpid())[0].pid == os.getpid()


def test_one_leap_does_not_bend_the_slope() -> None:
    """A line of slope 2 with one point far off still has slope 2."""
    values = [2.0 * x for x in range(20)]
    values[7] = 900.0
    assert slope(list(range(20)), values) == 2.0
