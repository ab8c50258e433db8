import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from gridsup.server import Server

ROOT = Path(__file__).resolve().parents[2]
JOBS = 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read(url: str) -> str:
    with urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def wait_for(condition, seconds: float = 30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s in vain")


def test_a_process_has_loaded_its_pages_before_the_first_reader_comes(tmp_path):
    look = "import gc, sys, gridsup.wsgi; print('subjects.geometry.views' in sys.modules, gc.get_freeze_count() > 0)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "GRIDSUP_TEST_VAR": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == ["True", "True"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    """The site on an empty SQLite file, with worker and beat in its process, and its address."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.gridsup.served.settings",
        "GRIDSUP_TEST_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/served.sqlite3",
        "CELERY_BROKER_URL": "memory://localhost/",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    (tmp_path / "static").mkdir()
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    port = free_port()
    process = subprocess.Popen(
        [*manage, "serve", "--port", str(port)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
    yield process, f"http://127.0.0.1:{port}"
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.slow
def test_pages_and_jobs_of_one_process_write_at_once_and_ctrl_c_ends_it(served):
    process, address = served
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: read(f"{address}/queue/{n}"), range(10, 10 + JOBS)))

    state = wait_for(lambda: (now := json.loads(read(f"{address}/state"))).get("done") == JOBS and now)

    assert state == {"done": JOBS, "made": 5 * JOBS, "stations": 5 * JOBS}
    os.killpg(process.pid, signal.SIGINT)
    said, _nothing = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "")


def test_a_port_in_use_is_refused_with_a_sentence(db):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="--port"):
            call_command("serve", port=taken.getsockname()[1], skip_checks=True)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "８０", "http"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(CommandError, match="between 1 and 65535"):
        call_command("serve", "--port", port, skip_checks=True)


def test_a_host_that_is_none_is_refused():
    assert Server("no such host", 8000).refusal() is not None
    assert Server("::1", 8000).address == "[::1]:8000"


@pytest.mark.parametrize("embedded", [True, False])
def test_the_threads_start_with_the_broker_in_memory_only(settings, embedded):
    settings.EMBEDDED_WORKER = embedded

    hooks = [
        Server("127.0.0.1", 8000).cfg.settings[name].get().__name__ for name in ("post_worker_init", "worker_exit")
    ]

    assert (hooks == ["ready", "ended"]) is embedded
