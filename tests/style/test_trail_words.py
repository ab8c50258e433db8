"""What only shows what would happen is a trial in the trail, and whatever is done has words in it."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import models
from django.urls import resolve
from django.utils import translation

from grids.people_steps import PERSON_STEPS, POST_STEPS
from gridsup.audit.recording import action_of
from gridsup.audit.rows import about
from gridsup.audit.wording import done_words, route_words
from gridsup.composition import UNAUDITED
from gridsup.models import AuditEntry
from subjects.policy_views import KINDS
from tests.style import walking
from tests.style.routes import ARGUMENTS, FIXED
from tests.style.test_forms import APPS
from tests.style.test_routes import rows as rows  # noqa: PLC0414
from tests.style.test_trail import SENT, sources

Action = AuditEntry.Action
# How code calls what it tries out.
TRIES = re.compile(r"preview|dry_run|^try_|^reckon$")
# Pages that show a trial as a part of something else.
BESIDE = {
    "area_change": "the page of a stored change",
    "area_change_move": "the same page, where the decision was refused",
    "people_import_rejects": "a file",
}
# What a form may carry besides its fields, by its buttons.
BUTTONS = {
    ("language", "zh-hans"): "the language of the pages",
    ("language", "en"): "the language of the pages",
    ("look", "1"): "a trial, or a look at what is found",
    ("take", "1"): "done; a trial without it",
    ("act", "preview"): "a trial",
    ("act", "propose"): "done",
    ("show", "{{ query }}"): "a trial, and the rows of one of its numbers",
    ("do", "more"): "a look: the form with one line more",
    ("do", "aside"): "done",
    ("do", "submit"): "done",
    ("form_number", "{{ fresh }}"): "done, as another complaint",
}
SAYS_ALL = set(Action) - {Action.CHANGE, Action.TRIAL, Action.VIEW, Action.EXPORT}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What stands for `to`, `name`, `what` and `kind` in the address of a step.
STEPS = {
    "person_step": PERSON_STEPS, "post_step": POST_STEPS, "policy_change": KINDS,
    "clock_act": ["pause", "resume", "extend", "explain"],
}  # fmt: skip


def views_of(route: walking.Route) -> list[Any]:
    """The functions that answer a route, whose source is read; nothing for those of others."""
    operations = getattr(route.callback, "actions", None)
    if operations:
        return [getattr(route.callback.cls, name) for name in set(operations.values()) - {"list", "retrieve"}]
    module = inspect.getmodule(inspect.unwrap(route.callback))
    return [route.callback] if module is not None and module.__name__.startswith(APPS) and not route.is_admin else []


def named_in(text: str) -> Iterator[str]:
    """Everything that a piece of source calls by name."""
    for node in ast.walk(ast.parse(text)):
        yield str(getattr(node, "id", "") or getattr(node, "attr", "") or getattr(node, "arg", "") or "")


def test_whatever_tries_something_out_says_so_in_the_trail():
    trying = {
        route.name: [*sources(view)]
        for route in walking.walked()
        for view in views_of(route)
        if any(TRIES.search(name) for text in sources(view) for name in named_in(text))
    }

    assert {name for name, texts in trying.items() if not any("note_trial(" in text for text in texts)} == set(BESIDE)
    assert len(trying) > 10


def test_every_button_that_a_form_distinguishes_is_known():
    found = set()
    for page in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        for button in re.findall(r"<button[^>]*>", page.read_text(encoding="utf-8")):
            name, value = re.search(r'\bname="([^"]*)"', button), re.search(r'\bvalue="([^"]*)"', button)
            if name and "{" not in name[1]:
                found.add((name[1], value[1] if value else ""))

    assert found == set(BUTTONS)


def steps_asked(route: walking.Route, given: str) -> list[str]:
    """What may stand for the step in the address of a route: all of them, else the one of the walk."""
    model = route.model()
    if "to" in route.parameters and model is not None:
        field: Any = model._meta.get_field("state")
        return [state for state, _label in field.flatchoices]
    return [*STEPS.get(route.name, [given])]


def methods_of(route: walking.Route) -> set[str]:
    """GET, and what changes something."""
    operations = getattr(route.callback, "actions", None)
    if operations:
        return {"GET", *(method.upper() for method in operations if method not in {"get", "head"})}
    steps = route.is_admin and re.search(r"_(step|new)_", route.name)
    posts = steps or any(SENT.search(text) for view in views_of(route) for text in sources(view))
    return {"GET", "POST"} if posts else {"GET"}


def told(rows: dict[type[models.Model], models.Model]) -> Iterator[AuditEntry]:
    """Every entry that the site can write, as far as the route makes it."""
    for route in walking.routes():
        address = route.address(rows) if "unnamed" not in route.name else None
        if address is None or route.name in UNAUDITED:
            continue
        match = resolve(address)
        for method in methods_of(route):
            subject = about(match, method)
            if action := action_of(method, match, subject):
                facts = {"action": action, "model": subject.label, "row": subject.key}
                for step in steps_asked(route, subject.step):
                    yield AuditEntry(route=route.name, method=method, step=step, **facts)


@pytest.mark.parametrize(("language", "is_chinese"), [("en", False), ("zh-hans", True)])
def test_whatever_is_done_is_told_in_words(rows, language, is_chinese):
    faults, looked = [], 0
    with translation.override(language):
        for entry in told(rows):
            words = done_words(entry.model, entry.step, entry.route)
            needed = entry.action == Action.CHANGE or (not entry.row and entry.action not in SAYS_ALL)
            looked += needed
            wrong = words and (bool(CHINESE.search(words)) != is_chinese or "_" in words)
            if wrong or (needed and not words):
                faults.append(f"{entry.method} {entry.route} {entry.step}: {words}")

    assert looked > 200
    assert faults == []


def test_no_words_stand_for_a_route_that_is_not_there():
    names = {route.name for route in walking.routes()}

    assert {name.partition(" ")[0] for name in route_words()} <= names
    assert {*STEPS, *ARGUMENTS, *FIXED} <= names
