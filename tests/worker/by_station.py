"""Imported by a worker: it cuts a bureau of any size by station, so that a job of few rows has many steps."""

from gridsup import parts

parts.WHOLE_BUREAU_ROWS = 0
