# Imported with the project, so that every process sends tasks to the broker of the settings.
from gridsup.celery import app as celery_app

__all__ = ["celery_app"]
