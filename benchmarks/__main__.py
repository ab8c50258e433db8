"""Runs the benchmarks on SQLite and, where a server answers, on PostgreSQL.

    python -m benchmarks [jobs] [escalation] [scoring] [dashboard] [geometry] [ledgers] [import] [staffing] [areas]
                         [--rows 168339] [--visits 500000] [--clocks 50000] [--rounds 5] [--database sqlite|postgresql]

Each database is measured in a process of its own, on a test database that is thrown away.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import places

SUITES = ["jobs", "escalation", "scoring", "dashboard", "geometry", "ledgers", "import", "staffing", "areas"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("suites", nargs="*", default=SUITES, help="which; default: all")
    parser.add_argument("--rows", type=int, default=168_339, help="premises of the large ledger")
    parser.add_argument("--visits", type=int, default=500_000, help="visits of the bureau with a history")
    parser.add_argument("--clocks", type=int, default=50_000, help="overdue time limits")
    parser.add_argument("--rounds", type=int, default=5, help="runs of which the median counts")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="default: every one that answers")
    options = parser.parse_args()
    failed = 0
    for name, url in places.databases().items():
        if options.database in {None, name}:
            for suite in options.suites:
                failed |= _measure(suite, url, options)
    return failed


def _measure(suite: str, url: str, options: argparse.Namespace) -> int:
    """One suite on one database, in a child process; its exit code."""
    command = [sys.executable, "-m", f"benchmarks.{'importing' if suite == 'import' else suite}"]
    if suite in {"jobs", "dashboard", "geometry", "ledgers", "staffing"}:
        command += ["--rows", str(options.rows), "--rounds", str(options.rounds)]
    if suite == "areas":
        command += ["--rows", str(options.rows)]
    if suite == "escalation":
        command += ["--clocks", str(options.clocks), "--rounds", str(options.rounds)]
    if suite == "scoring":
        command += ["--rows", str(options.rows), "--visits", str(options.visits), "--rounds", str(options.rounds)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url}
    return subprocess.run(command, env=environment, cwd=Path(__file__).parent.parent, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
