"""Walking every route of the site: how to build it, who may open it, and what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.contrib import admin
from django.db import models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from grids.models import Officer
from grids.permissions import DUTIES, Duty
from subjects.models import Trade
from tests.style.routes import (
    ANYBODY,
    ARGUMENTS,
    FIXED,
    LAST,
    NEEDS,
    PAGES,
    POLICY,
    PUBLIC,
    SEEN,
    P,
    client_of,
)

# Asks for a login by other means: a token is asked for with a password.
LOGIN_BY_PASSWORD = {"api-token"}
# What stands for success where it is not a page.
IN_PLACE_OF_200 = {"home": {302}, "api-token": {400}}
# Who may write there without reading the rows: administrators are named by somebody who sees no people.
WRITE_ALONE = {"posting-list": P.MANAGE_ROLES}


@dataclass(frozen=True)
class Route:
    """One pattern of the site with the names of its parameters."""

    name: str
    pattern: str
    callback: Callable[..., Any]
    parameters: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/") and self.name != "api-docs"

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin:")

    def model(self) -> type[models.Model] | None:
        """The model whose rows the route shows, where it shows any."""
        view = getattr(self.callback, "cls", None)
        if view is not None and getattr(view, "queryset", None) is not None:
            return view.queryset.model
        if self.is_admin:
            for model in admin.site._registry:
                if self.name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
                    return model
        return PAGES.get(self.name)

    def needs(self) -> tuple[str, ...] | None:
        """The permissions of which one opens it; None for a route that no table lists."""
        model = self.model()
        if self.name in NEEDS:
            return NEEDS[self.name]
        if self.name.endswith("_step_change") and model in POLICY:
            return (P.EDIT_POLICY,)
        return SEEN.get(model) if model else None

    def address(self, rows: dict[type[models.Model], models.Model]) -> str | None:
        """The address, with a row where it needs one; None where the row is not known."""
        if not self.parameters:
            return reverse(self.name)
        row = rows.get(self.model())
        if self.name in FIXED:
            return reverse(self.name, args=FIXED[self.name])
        if row is not None and self.name in ARGUMENTS:
            return reverse(self.name, args=ARGUMENTS[self.name](row))
        if len(self.parameters) != 1 or row is None:
            return None
        return reverse(self.name, args=[row.pk])


def routes(
    patterns: Iterable[URLPattern | URLResolver] | None = None, before: str = "", space: str = ""
) -> list[Route]:
    """Every pattern of the site, flat."""
    found = []
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        text = before + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            found += routes(entry.url_patterns, text, inner)
        elif entry.name is not None:
            named = entry.pattern.regex.groupindex
            found.append(Route(space + entry.name, text, entry.callback, tuple(named)))
        else:
            found.append(Route(f"unnamed {text}", text, entry.callback, ()))
    return found


# Django's own, which lead nowhere by themselves: the redirect of an old address, the catch-all that adds a slash.
NOWHERE = ("<path:object_id>/", "(?P<url>.*)$")


def walked() -> list[Route]:
    """The routes that the tests open: all but those that lead nowhere, and the one that ends the session."""
    return [
        route
        for route in routes()
        if route.name not in LAST and not (route.name.startswith("unnamed admin/") and route.pattern.endswith(NOWHERE))
    ]


def probe(client: Client, address: str) -> Iterator[tuple[str, Any]]:
    """GET and POST, each undone again."""
    body = {"content_type": "application/json"} if address.startswith("/api/") else {}
    for method, given in (("get", {}), ("post", body)):
        with transaction.atomic():
            answer = getattr(client, method)(address, **given)
            if answer.streaming:
                answer.streamed = b"".join(answer.streaming_content)  # a file is closed by whoever reads it to its end
            yield method, answer
            transaction.set_rollback(True)


def unlisted(found: Iterable[Route], rows: dict[type[models.Model], models.Model]) -> list[str]:
    """Routes that no table lists, or that nobody knows how to build."""
    return [
        route.name
        for route in found
        if route.name not in PUBLIC and (route.needs() is None or route.address(rows) is None)
    ]


def open_to_anybody(found: Iterable[Route], rows: dict[type[models.Model], models.Model]) -> list[str]:
    """Routes that answer somebody who is not logged in with anything but the way to the login."""
    faults = []
    for route in found:
        address = route.address(rows)
        if address is None or route.name in PUBLIC:
            continue
        answers = dict(probe(client_of(None), address))
        for method, answer in answers.items():
            if route.name in LOGIN_BY_PASSWORD and method == "post":
                continue
            sent_away = answer.status_code == 302 and answer["Location"].startswith(reverse("login"))
            refused = answer.status_code == 401 if route.is_api else sent_away
            if not refused and not (answer.status_code == 405 and not route.is_api):
                faults.append(f"{method} {route.name}: {answer.status_code}")
    return faults


def answers(names: Iterable[str], rows: dict[type[models.Model], models.Model], officer: Officer) -> list[int]:
    """What each of the addresses (or routes) answers an officer who only looks."""
    known, client = {route.name: route for route in routes()}, client_of(officer)
    paths = [name if name.startswith("/") else known[name].address(rows) for name in names]
    return [client.get(path).status_code for path in paths]


def in_admin(name: str) -> str | None:
    """The page of the admin that shows the rows of an operation of the API, where it has one."""
    kind, _dash, operation = name.partition("-")
    page = {"list": "changelist", "detail": "change"}.get(operation)
    # what is called otherwise than its rows shows something about them: `staffing` of grids
    model = next((model for model in admin.site._registry if model._meta.model_name == kind), None)
    return f"admin:{model._meta.app_label}_{kind}_{page}" if model and page else None


def text_of(answer: Any) -> str:
    """What was sent, also piece by piece."""
    content = answer.streamed if answer.streaming else answer.content
    return content.decode(errors="replace")


def leaks(
    found: Iterable[Route], rows: dict[type[models.Model], models.Model], outsider: Officer, marks: Iterable[str]
) -> list[str]:
    """Routes on which somebody of another bureau learns of the rows: anything but 404, or a mark in a list."""
    faults, client = [], client_of(outsider)
    for route in found:
        address = route.address(rows)
        if address is None or route.name in PUBLIC or route.model() is Trade:
            continue
        for method, answer in probe(client, address):
            if route.parameters and route.name not in FIXED:
                # 403 says nothing of a row where no duty of the person has anything to do with such rows
                held = outsider.permissions()
                may = any(need in held for need in route.needs() or ()) and (not route.is_admin or P.USE_ADMIN in held)
                if answer.status_code not in ({404, 405} if may else {403, 404, 405}):
                    faults.append(f"{method} {route.name}: {answer.status_code}")
            elif any(mark in text_of(answer) for mark in marks):
                faults.append(f"{method} {route.name}: shows a foreign row")
    return faults


def of_area(rows: dict[type[models.Model], models.Model], area_code: str) -> list[Route]:
    """The lists, and the routes whose row stands in the area itself."""
    found = []
    for route in walked():
        row: Any = rows.get(route.model()) if route.parameters and route.name not in FIXED else None
        if not route.parameters or route.name in FIXED or getattr(row, "area_code", "") == area_code:
            found.append(route)
    return found


def wrongly_open_or_shut(
    found: Iterable[Route], rows: dict[type[models.Model], models.Model], officer: Officer, duty: str
) -> list[str]:
    """Routes that a duty opens though it may not, or does not open though it may."""
    faults, client, held = [], client_of(officer), DUTIES[Duty(duty)]
    for route in found:
        address, needs = route.address(rows), route.needs()
        if address is None or needs is None or route.name in PUBLIC:
            continue
        may = (needs == ANYBODY or any(need in held for need in needs)) and (not route.is_admin or P.USE_ADMIN in held)
        answers: list[int] = []
        for _method, answer in probe(client, address):
            answers.append(answer.status_code)
        # whoever may not, may not by any method; of whoever may, the first method that the route knows decides
        opened = [code for code in answers if code not in {403, 404, 405}]
        first = next((code for code in answers if code != 405), 405)
        fine = IN_PLACE_OF_200.get(route.name, {200, 201, 204, 302, 400, 409})
        if may and first not in fine:
            faults.append(f"{duty} may not {route.name}: {answers}")
        if WRITE_ALONE.get(route.name) in held:
            opened = [code for code in answers[:1] if code not in {403, 404, 405}]
        if not may and opened:
            faults.append(f"{duty} may {route.name}: {answers}")
    return faults


def dead_links(found: Iterable[Route], rows: dict[type[models.Model], models.Model], officer: Officer) -> list[str]:
    """Links on pages that a person may open which lead that person to a refusal, each with the page it stands on.

    Of links that differ in numbers or in the answers to their questions alone, the first is followed.
    """
    faults, client, known = [], client_of(officer), set()
    for route in found:
        address = route.address(rows)
        if address is None or address.startswith("/api/"):
            continue
        page = client.get(address)
        text = b"".join(page).decode(errors="replace")
        if page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
            continue
        for href in re.findall(r'<a\b[^>]*?\shref="([^"]*)"', text):
            link = urlsplit(urljoin(address, unescape(href)))
            shape = (re.sub(r"\d+", "0", link.path), frozenset(name for name, _value in parse_qsl(link.query)))
            if link.netloc or link.scheme or shape in known or link.path in {"/logout/", "/admin/logout/"}:
                continue
            known.add(shape)
            answer = client.get(f"{link.path}?{link.query}")
            b"".join(answer)  # a file is closed by whoever reads it to its end
            if answer.status_code not in {200, 302}:
                faults.append(f"{route.name}: {link.path}?{link.query} answers {answer.status_code}")
    return faults
