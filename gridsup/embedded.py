"""Worker and beat as threads of the one web process, for the in-memory broker (design §4)."""

from importlib import import_module
from threading import Thread
from time import monotonic
from typing import Any

from celery.beat import Service
from celery.worker import WorkController

from gridsup import jobs
from gridsup.celery import app

# Where Celery's loop looks whether it is to end; its type stubs know of no value but None.
state: Any = import_module("celery.worker.state")
# How long the end of the process waits for both, less than the server's GRACE_SECONDS; then the step under way is cut
# off and its transaction rolled back.
STOP_SECONDS = 10


class Embedded:
    """Both threads; made and started after the web server has forked, since threads do not survive a fork."""

    def __init__(self) -> None:
        self.worker = WorkController(
            app=app, hostname="embedded@localhost", pool="solo", concurrency=1,
            without_heartbeat=True, without_mingle=True, without_gossip=True,
        )  # fmt: skip
        self.beat = Service(app, max_interval=1, scheduler_cls=app.conf.beat_scheduler)
        self.threads = [
            Thread(target=self.worker.start, name="worker", daemon=True),
            Thread(target=self.beat.start, name="beat", daemon=True),
        ]

    def start(self) -> None:
        """Starts both and asks for a first sweep: jobs that the last process left are taken up at once."""
        from gridsup.tasks import sweep

        jobs.closing.clear()
        for thread in self.threads:
            thread.start()
        sweep.delay()

    def stop(self) -> bool:
        """Ends both after the step under way, whose job goes back to the queue; False if it took too long."""
        jobs.closing.set()
        self.beat.stop()
        # an exit code ends the loop, False does not
        state.should_stop = 0
        deadline = monotonic() + STOP_SECONDS
        for thread in self.threads:
            thread.join(max(0.0, deadline - monotonic()))
        state.should_stop = False
        return not any(thread.is_alive() for thread in self.threads)
