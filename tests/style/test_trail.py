"""Every page of a row is known to the audit trail, and nothing is listed there that is not (gridsup.composition)."""

from gridsup.composition import AUDIT_ACTIONS, AUDIT_REASONS, SHOWN, UNAUDITED
from gridsup.models import AuditEntry
from tests.style import routes as tables
from tests.style import walking


def test_every_page_of_a_row_is_known_to_the_trail():
    assert set(SHOWN) == set(tables.PAGES)


def test_no_route_is_listed_that_is_not_there():
    names = {route.name for route in walking.routes()}

    assert {*SHOWN, *UNAUDITED, *AUDIT_ACTIONS, *AUDIT_REASONS} <= names


def test_only_what_is_public_or_a_login_goes_without_an_entry():
    assert UNAUDITED <= tables.PUBLIC | tables.LAST


def test_the_actions_are_those_of_the_trail():
    assert {action for _methods, action in AUDIT_ACTIONS.values()} <= set(AuditEntry.Action.values)
