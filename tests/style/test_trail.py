"""Every change names its row and step in the trail, and nothing is listed there that is not (gridsup.composition)."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.urls import resolve
from django.utils import translation
from rest_framework import serializers

from grids.models import AreaChange
from gridsup.audit.recording import REASONS
from gridsup.audit.rows import KEYS, STEPS, about, has_name
from gridsup.audit.wording import step_words
from gridsup.composition import AUDIT_ACTIONS, OWN_ACCOUNT, REASONS_APART, SHOWN, STEP_WORDS, UNAUDITED
from gridsup.models import AuditEntry
from tests.style import routes as tables
from tests.style import walking
from tests.style.test_forms import APPS, below
from tests.style.test_routes import rows as rows  # noqa: PLC0414

# What stands in an address and is neither the key of the entry's row nor a step: secrets, and what narrows it down.
UNTOLD = {"key", "form_number", "clock_pk", "ending", "app_label", "photo", "picture"}
SENT = re.compile(r"""["'.]POST\b|require_POST""")
# Routes that change something and name no row, and why.
NAMELESS = {
    "unsent": "drops what oneself had typed",
}


def test_every_page_of_a_row_is_known_to_the_trail():
    assert set(SHOWN) == set(tables.PAGES)


def test_no_route_is_listed_that_is_not_there():
    names = {route.name for route in walking.routes()}

    assert {*SHOWN, *UNAUDITED, *AUDIT_ACTIONS, *OWN_ACCOUNT} <= names
    assert set(NAMELESS) <= names


def test_only_what_is_public_or_a_login_goes_without_an_entry():
    assert UNAUDITED <= tables.PUBLIC | tables.LAST


def test_the_actions_are_those_of_the_trail():
    assert {action for _methods, action in AUDIT_ACTIONS.values()} <= set(AuditEntry.Action.values)


def test_whatever_stands_in_an_address_is_a_key_a_step_or_known_to_be_neither():
    named = {name for route in walking.walked() for name in route.parameters}

    assert named - {*KEYS, *STEPS} == UNTOLD


def test_an_address_with_a_key_says_which_row_it_is_and_what_that_is_called(rows):
    faults, looked = [], 0
    for route in walking.walked():
        address = route.address(rows)
        if address is None or route.name in tables.PUBLIC or not set(KEYS) & set(route.parameters):
            continue
        subject, looked = about(resolve(address)), looked + 1
        if subject.model is None or not subject.key or (has_name(subject.model) and not subject.found()[2]):
            faults.append(route.name)

    assert looked > 150
    assert faults == []


def sources(view: Any) -> Iterator[str]:
    """The source of a page or an operation, and of every function of its module that it comes to use."""
    module = inspect.getmodule(view)
    seen, ahead = set(), [view]
    while ahead:
        text = textwrap.dedent(inspect.getsource(inspect.unwrap(ahead.pop())))
        yield text
        for name in {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)} - seen:
            seen.add(name)
            found = getattr(module, name, None)
            if inspect.isfunction(found) and inspect.getmodule(found) is module:
                ahead.append(found)


def changing(route: walking.Route) -> Callable[..., Any] | None:
    """What a route without a key of a row does when something is sent to it; None where it only shows."""
    if route.is_admin or set(KEYS) & set(route.parameters):  # the admin's base does it for all
        return None
    operations = getattr(route.callback, "actions", None)
    if operations:
        name = next((operations[method] for method in ("post", "put", "patch", "delete") if method in operations), None)
        return getattr(route.callback.cls, name) if name else None
    if not (inspect.getmodule(inspect.unwrap(route.callback)) or ast).__name__.startswith(APPS):
        return None
    return route.callback if any(SENT.search(text) for text in sources(route.callback)) else None


def silent(found: list[walking.Route]) -> list[str]:
    """Routes that change what no address names, and do not note what it was."""
    faults = []
    for route in found:
        does = changing(route)
        if does is None or route.name in {*UNAUDITED, *OWN_ACCOUNT, *NAMELESS}:
            continue
        if not any(word in text for text in sources(does) for word in ("note(", "note_trial(", "self.answer(")):
            faults.append(route.name)
    return faults


def test_whatever_changes_a_row_that_no_address_names_notes_it():
    found = walking.walked()

    assert sum(changing(route) is not None for route in found) > 20
    assert silent(found) == []


def test_a_route_that_notes_nothing_would_be_found():
    def planted(request):
        return request.method == "POST"

    planted.__module__ = __name__
    route = walking.Route("planted", "planted/", planted, ())

    assert any(SENT.search(text) for text in sources(route.callback))
    assert not any("note(" in text for text in sources(route.callback))


def test_every_field_for_a_reason_is_one_that_the_trail_keeps():
    with translation.override("en"):
        asked = {
            name
            for kind in (*below(forms.BaseForm), *below(serializers.Serializer))
            if kind.__module__.startswith(APPS)
            for name, field in {**getattr(kind, "base_fields", {}), **getattr(kind, "_declared_fields", {})}.items()
            if str(field.label).lower() == "reason" and not isinstance(field, forms.ChoiceField)
        }

    assert asked == set(REASONS)


def test_steps_of_people_and_posts_are_told_in_words():
    with translation.override("en"):
        assert step_words("grids.Posting", "call_off") == "Call the post off"
        assert step_words("complaints.Complaint", "closed") == "closed"
    with translation.override("zh-hans"):
        assert step_words("grids.AreaChange", "withdrawn") == AreaChange.State.WITHDRAWN.label != "withdrawn"
        assert step_words("complaints.Complaint", "nothing-known") == ""
    assert {*STEP_WORDS, *REASONS_APART} <= {*SHOWN.values(), "complaints.Clock"}
