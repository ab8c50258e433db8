"""The file of one premises, gathered from all apps: what happened, and what stands open."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string

from gridsup.composition import FILE_ACTIONS, FILE_PANELS, TASK_PANELS, TIMELINE, TODAY_PANELS


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, what, in which detail, by whom (empty: the system), and where to read more."""

    at: datetime
    what: str
    detail: str = ""
    by: str = ""
    day_only: bool = False  # `at` is the first moment of the day, the hour is not known
    url: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of a file that another app draws: its template and what the template needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Action:
    """What somebody may begin from a file: a button at its top."""

    label: str
    url: str


def timeline_of(premises: Any, **known: Any) -> list[Entry]:
    """Everything that happened to a premises and that somebody may see (keyword argument: officer), latest first."""
    entries = [entry for name in TIMELINE for entry in import_string(name)(premises, **known)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def panels_of(premises: Any, **known: Any) -> list[Panel]:
    """The parts that the apps add to the file (keyword arguments: officer, on)."""
    return [import_string(name)(premises, **known) for name in FILE_PANELS]


def actions_of(premises: Any, **known: Any) -> list[Action]:
    """What may be begun from the file (keyword arguments: officer, on)."""
    return [action for name in FILE_ACTIONS for action in import_string(name)(premises, **known)]


def panels_of_today(**known: Any) -> list[Panel]:
    """The parts that the apps add to an officer's day (keyword arguments: officer, on)."""
    found = [import_string(name)(**known) for name in TODAY_PANELS]
    return [panel for panel in found if panel is not None]


def panels_of_task(task: Any, **known: Any) -> list[Panel]:
    """The parts that the apps add to the page of a task (keyword arguments: officer, on)."""
    found = [import_string(name)(task, **known) for name in TASK_PANELS]
    return [panel for panel in found if panel is not None]
