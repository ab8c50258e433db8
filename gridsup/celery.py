"""The Celery application: settings by the prefix CELERY_, tasks and schedule of gridsup."""

import os

from celery import Celery
from celery.signals import setup_logging

from gridsup.schedule import beat_schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridsup.settings")

app = Celery("gridsup")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = beat_schedule()
app.autodiscover_tasks(["gridsup"])


@setup_logging.connect
def keep_logging(**kwargs: object) -> None:
    """Workers and beat log as the settings say (LOG_LEVEL); without a receiver Celery would set up its own."""
