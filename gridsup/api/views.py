"""The base view of the API: rows in scope, actions on them."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from gridsup.api.filters import InArea, refuse_not_understood
from gridsup.audit.recording import note
from gridsup.codes import GRID_DIGITS, typed_code
from gridsup.scoping import ScopedQuerySet
from gridsup.states import check

Act = Callable[[Any, dict[str, Any]], object]


class MayView(BasePermission):
    """Some duty of today lets the person see rows of this kind somewhere; which rows is the scope's matter."""

    message = gettext_lazy("None of your duties includes this.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return any(request.user.has_perm(permission) for permission in cast(ScopedViewSet, view).seen_with())


class ScopedViewSet(ReadOnlyModelViewSet[Any]):
    """A list and a page of rows that the person may see; a foreign row is 404. Actions are added by `act`."""

    permission_classes = [IsAuthenticated, MayView]
    lookup_value_regex = "[0-9]+"
    filterset_class: type[filters.FilterSet] = InArea
    detail_serializer_class: type[serializers.BaseSerializer[Any]] | None = None

    def seen_with(self) -> tuple[str, ...]:
        """The permissions of which one lets a person see such rows."""
        return (cast(Any, self).queryset.view_permission,)

    @property
    def officer(self) -> Any:
        """Who asks; the permission classes let nobody through who is not logged in."""
        return self.request.user

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset
        return cast(ScopedQuerySet[Any], queryset).visible_to(self.officer)

    def filter_queryset(self, queryset: Any) -> Any:
        if self.action == "list":
            refuse_not_understood(self.filterset_class, self.request.query_params)
        return super().filter_queryset(queryset)

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        if self.action != "list" and self.detail_serializer_class is not None:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def act(self, action: Act, shape: type[serializers.Serializer[Any]], permission: str) -> Response:
        """Calls an action with the row of the address and the checked body; answers with the row as it is then.

        Whoever lacks the permission is told so before anything is said of the body or the row's state.
        """
        row = self.get_object()
        check(self.officer, permission, row.area_code)
        action(row, self.body(shape))
        return Response(self.get_serializer(self.get_object()).data)

    def body(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The request's body, checked; raises ValidationError, also for a field that nobody reads."""
        checked = checked_by(shape(data=self.given(), context=self.get_serializer_context()))
        note(self.request, given=checked)
        return checked

    def given(self) -> Any:
        """The request's body, not checked yet."""
        return self.request.data

    def answer(self, row: models.Model, code: int = status.HTTP_201_CREATED) -> Response:
        """A row that was just made, as its own page shows it."""
        note(self.request, row=row)
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data, status=code)


# What a browser's own form sends besides, for the session's sake.
OF_THE_FORM = {"csrfmiddlewaretoken"}


def checked_by(shape: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    """What a body says; raises ValidationError, also for a field that nobody reads."""
    if strange := not_read(shape, shape.initial_data):
        sentence = _("Nothing here is called so: nothing was done.")
        raise exceptions.ValidationError(dict.fromkeys(strange, sentence), code="unknown")
    shape.is_valid(raise_exception=True)
    return cast(dict[str, Any], shape.validated_data)


def not_read(shape: serializers.BaseSerializer[Any], data: object) -> list[str]:
    """Names in a body that its shape does not take, which would else be dropped silently; inner ones as `outer.inner`.

    A misspelt area would send a complaint elsewhere, and answer as if all were well.
    """
    if isinstance(shape, serializers.ListSerializer):
        rows = data if isinstance(data, list) else []
        child = cast(serializers.BaseSerializer[Any], shape.child)
        return sorted({name for row in rows for name in not_read(child, row)})
    if not isinstance(data, Mapping) or not isinstance(shape, serializers.Serializer):
        return []
    taken = {name: field for name, field in shape.fields.items() if not field.read_only}
    found = sorted(str(name) for name in data if name not in taken and name not in OF_THE_FORM)
    for name, field in taken.items():
        if isinstance(field, serializers.BaseSerializer):
            found += [f"{name}.{inner}" for inner in not_read(field, data.get(name))]
    return found


class AreaCode(serializers.CharField):
    """The code of a bureau, station or grid, as somebody typed it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": GRID_DIGITS, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        return typed_code(super().to_internal_value(data))


class Visible(serializers.SlugRelatedField[Any]):
    """A row named in a body: only one that the person may see; any other is unknown."""

    default_error_messages = {"does_not_exist": gettext_lazy("There is no such row among those that you may see.")}

    def get_queryset(self) -> Any:
        queryset: Any = super().get_queryset()
        request = self.context.get("request")
        return queryset.visible_to(request.user) if request is not None and queryset is not None else queryset

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(typed_code(data) if isinstance(data, str) else data)


class Nothing(serializers.Serializer[Any]):
    """A body without fields."""


class Unknown(APIView):
    """Any address under /api/ that nobody serves: an error like the others, not a page."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound(_("There is no such address in this API. /api/docs/ lists them all."))
