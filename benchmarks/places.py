"""Where the benchmarks run: databases that answer, and one that is made for a measurement and thrown away."""

import os
import resource
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path

SERVER = os.environ.get("BENCH_POSTGRESQL", "postgres://postgres@127.0.0.1:5432/gridsup_bench")


def databases() -> dict[str, str]:
    """Name → DATABASE_URL of each database at hand; the embedded one is always."""
    found = {"sqlite": ""}
    host, _, port = SERVER.partition("@")[2].partition("/")[0].partition(":")
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        if probe.connect_ex((host or "127.0.0.1", int(port or 5432))) == 0:
            found["postgresql"] = SERVER
    return found


@contextmanager
def scratch() -> Iterator[str]:
    """A migrated database on disk for this process; gives its DATABASE_URL for child processes."""
    import django
    from django.conf import settings

    database = settings.DATABASES["default"]
    if str(database["ENGINE"]).endswith("sqlite3"):
        # On disk as in production: a test database in memory would flatter every write.
        database["TEST"] = {"NAME": str(settings.VAR_DIR / "bench.sqlite3")}
    django.setup()
    import_module("gridsup.wsgi")  # as in a process that serves: pages loaded before the first is asked for
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    url = f"sqlite:///{name}" if connection.vendor == "sqlite" else SERVER.rpartition("/")[0] + f"/{name}"
    try:
        yield url
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def peak_mb() -> float:
    """Peak resident memory of this process in MB.

    From the kernel's own mark where there is one: `ru_maxrss` of a child begins at what its parent held.
    """
    marks = Path("/proc/self/status")
    if marks.exists():
        line = next(line for line in marks.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
