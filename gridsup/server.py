"""The web server, started from `manage.py serve`."""

import os
import socket
from collections.abc import Callable
from signal import SIG_IGN, SIGINT, SIGQUIT, signal
from typing import Any

from django.conf import settings
from django.db import connections
from gunicorn.app.base import BaseApplication

# The in-memory broker is memory of one process. Its threads mostly wait for the database: more of them than cores.
PROCESSES = 1
THREADS = 8
# A spreadsheet is read in one piece, during which no other thread of the process runs: not yet a hang.
SILENT_SECONDS = 120
# Requests under way at the end of the process.
GRACE_SECONDS = 15


class Server(BaseApplication):
    """gunicorn with one process of several threads; with the in-memory broker the jobs run in it too.

    `announce` is called with the address once it is listened on.
    """

    def __init__(self, host: str, port: int, announce: Callable[[str], object] = str) -> None:
        self.host, self.port, self.announce = host, port, announce
        super().__init__()

    @property
    def address(self) -> str:
        """Host and port as they stand in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def load_config(self) -> None:
        """Settings of gunicorn; its hooks start and stop the embedded threads on the far side of the fork."""
        chosen: dict[str, object] = {
            "bind": self.address,
            "workers": PROCESSES,
            "threads": THREADS,
            "worker_class": "gthread",
            "timeout": SILENT_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": lambda server: self.announce(f"http://{self.address}/"),
            # a connection shared with the child would be used by both
            "pre_fork": lambda server, worker: connections.close_all(),
        }
        if settings.EMBEDDED_WORKER:
            chosen.update(zip(("post_worker_init", "worker_exit"), _hooks(), strict=True))
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The site, loaded on the far side of the fork."""
        from gridsup.wsgi import application

        return application

    def refusal(self) -> OSError | None:
        """Why the address cannot be had, if so; gunicorn itself would try five times and log."""
        try:
            family, kind, protocol, _name, place = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(place)
        except OSError as error:
            return error
        return None


def _hooks() -> tuple[Callable[[Any], None], Callable[[Any, Any], None]]:
    """What gunicorn calls when its worker process is ready and when it ends."""
    running = []

    def ready(worker: Any) -> None:
        from gridsup.embedded import Embedded

        # Ctrl-C reaches this process from the terminal and, as another signal, from gunicorn's master: once is enough
        signal(SIGINT, SIG_IGN)
        running.append(Embedded())
        running[0].start()

    def ended(server: Any, worker: Any) -> None:
        signal(SIGQUIT, SIG_IGN)
        for embedded in running:
            embedded.stop()
        # What a thread was cut off from may keep Python's own shutdown waiting for ever.
        os._exit(0)

    return ready, ended
