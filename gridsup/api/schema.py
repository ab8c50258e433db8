"""What the OpenAPI documentation says of every operation beyond its own body: the errors."""

from collections.abc import Iterator, Sequence
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from gridsup.api.views import ScopedViewSet

ERRORS = inline_serializer(
    "Errors",
    {
        "errors": inline_serializer(
            "Error",
            {
                "code": serializers.CharField(help_text="stable name of the refusal"),
                "field": serializers.CharField(help_text="the field it belongs to; empty for the whole"),
                "message": serializers.CharField(help_text="a sentence that a person can act on"),
                "id": serializers.IntegerField(required=False, help_text="of the row that stands (already_stored)"),
            },
            many=True,
        )
    },
)


class Schema(AutoSchema):
    """Every operation documents the errors that it may answer with."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        describe: Any = self._get_response_for_code
        for code, reason in self.refusals():
            bodies.setdefault(code, {**describe(ERRORS, code), "description": reason})
        return dict(sorted(bodies.items()))

    def refusals(self) -> Iterator[tuple[str, str]]:
        """Status codes and what each means here."""
        acts = self.method in {"POST", "PUT", "PATCH"}
        listed = self._is_list_view()
        if acts or listed or self.get_override_parameters():
            yield "400", "Something handed in cannot be used; each error names its field."
        if acts or not any(isinstance(permission, AllowAny) for permission in self.view.get_permissions()):
            yield "401", "No login, or one that ran out."
        yield "403", "The person's duties do not include this."
        if listed or "{" in self.path:
            yield "404", "There is no such row or page among those that the person may see."
        if acts:
            yield "413", "More was sent than is taken; the sentence says the limits."
        if acts and issubclass(type(self.view), ScopedViewSet):
            yield "409", "The row is in another state, or somebody else was first."


def without_slash(endpoints: Sequence[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Addresses as the documentation names them: a closing slash is accepted everywhere and needed nowhere."""
    return [(path.rstrip("/"), pattern, method, view) for path, pattern, method, view in endpoints]
