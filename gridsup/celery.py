"""The Celery application: settings by the prefix CELERY_, tasks and schedule of gridsup."""

import os
import sys
from threading import current_thread, main_thread

from celery import Celery
from celery.signals import beat_init, celeryd_init, setup_logging

from gridsup.schedule import beat_schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridsup.settings")

app = Celery("gridsup")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = beat_schedule()
app.autodiscover_tasks(["gridsup"])


@celeryd_init.connect
@beat_init.connect
def refuse_without_broker(**kwargs: object) -> None:
    """A worker or beat of its own receives nothing through a broker that lives in the web process's memory."""
    from django.conf import settings

    # the embedded beat is a thread of the web process, and embedded workers do not send the first of these signals
    if settings.EMBEDDED_WORKER and current_thread() is main_thread():
        sys.exit("CELERY_BROKER_URL is not set: jobs run in the web process. Set it to redis://… for workers and beat.")


@setup_logging.connect
def keep_logging(**kwargs: object) -> None:
    """Workers and beat log as the settings say (LOG_LEVEL); without a receiver Celery would set up its own."""
