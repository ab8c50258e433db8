"""The base of every admin page: rows in scope, read only; what may be done with them are steps (style §28)."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.enums import ActionVariant

from gridsup import once
from gridsup.audit.recording import note
from gridsup.audit.rows import BUSINESS, OPEN
from gridsup.backoffice.steps import Start, Step, StepForm
from gridsup.errors import DomainError, NotAllowed
from gridsup.paging import KeyPaginator

# One page of a list: more is work for a job.
MOST_ROWS = 200


class Shades(dict[str, str]):
    """Colours of the states in a list: value → kind of label. What has none is grey; a plain dict would let the list
    show the value instead of its words."""

    def __missing__(self, value: str) -> str:
        return "default"


class ReadOnly:
    """Nothing is added, changed or deleted by a form of the admin's own."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ScopedInline(ReadOnly, TabularInline):
    """Rows that belong to the row of the page; a row of another area is left out."""

    extra = 0
    show_change_link = False
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).visible_to(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class ScopedAdmin(ReadOnly, ModelAdmin):
    """Rows that the person may see; a foreign row is 404. `steps` act on rows, `starts` make one."""

    steps: ClassVar[Sequence[Step]] = ()
    starts: ClassVar[Sequence[Start]] = ()
    icon = "table_rows"
    actions = None
    paginator = KeyPaginator
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = False

    # who and what

    def seen_with(self) -> tuple[str, ...]:
        """The permissions of which one lets a person see such rows."""
        return (self.model._default_manager.all().view_permission,)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(request.user.has_perm(permission) for permission in self.seen_with())

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).visible_to(request.user)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def view_on_site(self, obj: models.Model) -> str | None:
        """The row's own page on the site."""
        try:
            return str(obj.get_absolute_url())  # type: ignore[attr-defined]
        except (AttributeError, NoReverseMatch):
            return None

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return self.view_on_site(obj) if obj is not None else None

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The row's own events; Django's log knows nothing of what actions do."""
        row = self._row(request, object_id)
        if not self.may_read_events(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(row)s") % {"row": self.describe(row)},
            "events": self.events_of(request, row).select_related("by").order_by("-at", "-pk"),
            "opts": self.opts,
            "original": row,
        }
        return TemplateResponse(request, "admin/events.html", context)

    def may_read_events(self, request: HttpRequest) -> bool:
        """Of a row that everybody with a duty sees, who did what with it and why is for those who see the business."""
        return OPEN not in self.seen_with() or bool(request.user.has_perm(BUSINESS))

    def events_of(self, request: HttpRequest, row: Any) -> Any:
        """The events of the row that the person may read."""
        return row.events.all()

    def describe(self, row: Any) -> str:
        """The row in one line, where a page is about it."""
        return str(row)

    # pages

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        starts = [
            path(f"new/{start.name}/", wrap(self._start_view(start)), name=f"{name}_new_{start.name}")
            for start in self.starts
        ]
        steps = [
            path(f"<path:object_id>/step/{step.name}/", wrap(self._step_view(step)), name=f"{name}_step_{step.name}")
            for step in self.steps
        ]
        unused = {f"{name}_add", f"{name}_delete", *([] if hasattr(self.model, "events") else [f"{name}_history"])}
        return [*starts, *steps, *(entry for entry in super().get_urls() if entry.name not in unused)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Steps for ticked rows, for whoever may take them somewhere."""
        return {
            step.name: (self._on_ticked(step), step.name, step.label)
            for step in self.steps
            if step.many and request.user.has_perm(step.permission)
        }

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": self.opts.verbose_name_plural, **(extra_context or {})}
        try:
            # PostgreSQL takes no zero character, SQLite no number beyond its range; Django lets both through
            if "\x00" in "".join(map(str, request.GET.values())):
                raise OverflowError
            response = super().changelist_view(request, context)
        except OverflowError:
            return redirect(f"{request.path}?{ERROR_FLAG}=1")
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data["actions_list"] = [
                self._button(start, reverse(f"admin:{self._name()}_new_{start.name}"))
                for start in self.starts
                if request.user.has_perm(start.permission)
            ]
        return response

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The row, to be read; nothing is written here."""
        if request.method == "POST":
            self._row(request, object_id)
            raise PermissionDenied
        return super().change_view(request, object_id, *args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = kwargs.get("obj")
        context["show_history"] = hasattr(row, "events") and self.may_read_events(request)
        context["title"] = self.describe(row)
        context["subtitle"] = None
        context["actions_detail"] = [
            self._button(step, reverse(f"admin:{self._name()}_step_{step.name}", args=[row.pk]))
            for step in self.steps
            if row is not None and step.offered(row) and self.may_take(request, step, row)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    # steps

    def may_take(self, request: HttpRequest, step: Step, row: Any) -> bool:
        """The person's duties permit the step on this row."""
        return bool(request.user.may(step.permission, row.area_code))  # type: ignore[union-attr]

    def _step_view(self, step: Step) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            row = self._row(request, object_id)
            if not self.may_take(request, step, row):
                raise PermissionDenied
            return self._take(request, step, [row], request.method == "POST", self._back([row]))

        return view

    def _on_ticked(self, step: Step) -> Callable[..., HttpResponse | None]:
        def action(admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
            rows = list(queryset[: MOST_ROWS + 1])
            if len(rows) > MOST_ROWS:
                messages.error(request, _("Choose at most %(most)s rows.") % {"most": MOST_ROWS})
                return None
            # the list with its filters, search and order
            back = f"{self._back([])}?{request.GET.urlencode()}".removesuffix("?")
            return self._take(request, step, rows, "step" in request.POST, back)

        return action

    def _take(self, request: HttpRequest, step: Step, rows: list[Any], decided: bool, back: str) -> HttpResponse:
        """The page between: the form and the rows it is for; when it is filled in, the action on each row."""
        form = step.form(request.POST if decided else None, officer=request.user, rows=rows)
        note(request, step=step.name, rows=rows)
        if request.method == "POST" and not decided:  # rows were ticked: the page between is all that they came to
            note(request, action="view")
        if decided and form.is_valid():
            done = [(row, result) for row in rows if (result := self._did(request, step, form, row)) is not None]
            if done:
                messages.success(request, _("%(step)s: %(count)s done.") % {"step": step.label, "count": len(done)})
            said = next((result for _row, result in done if isinstance(result, str)), None)
            if said is not None:
                return once.lead_on(request, request.path, {"said": said})
            if done or len(rows) > 1:
                return redirect(back)
        hidden = [("action", step.name), *(("_selected_action", row.pk) for row in rows)]
        shown = [self.describe(row) for row in rows]
        return self._page(request, step, form, rows=shown, hidden=hidden, back=back)

    def _did(self, request: HttpRequest, step: Step, form: StepForm, row: Any) -> object | None:
        """What the action returned; None for a refusal, which stands at the form for one row, else in a message."""
        try:
            if not self.may_take(request, step, row):
                raise NotAllowed(_("Your duties do not permit this here."))
            return step.act(row, form.cleaned_data, request.user, timezone.now())
        except DomainError as error:
            if len(form.rows) == 1:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.error(request, f"{self.describe(row)}: {error}")
        return None

    def _start_view(self, start: Start) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest) -> HttpResponse:
            if not request.user.has_perm(start.permission):
                raise PermissionDenied
            form = start.form(request.POST if request.method == "POST" else None, officer=request.user, rows=[])
            made = None
            if request.method == "POST" and form.is_valid():
                try:
                    made = start.act(form.cleaned_data, request.user, timezone.now())
                except DomainError as error:
                    form.add_error(error.field if error.field in form.fields else None, str(error))
            if isinstance(made, models.Model):
                note(request, row=made)
                messages.success(request, f"{start.label}: {made}")
                return redirect(self._back([made]))
            if made is not None:
                return once.lead_on(request, request.path, {"said": made})
            return self._page(request, start, form, back=self._back([]))

        return view

    def _page(self, request: HttpRequest, what: Step | Start, form: BaseForm, **context: Any) -> HttpResponse:
        shown = {
            **self.admin_site.each_context(request),
            "title": what.label,
            "help": what.help,
            "form": form,
            "opts": self.opts,
            "once": once.told_to(request).get("said"),
            **context,
        }
        page = TemplateResponse(request, "admin/step.html", shown, headers={"Cache-Control": "no-store"})
        return once.shown(request, page)

    def _row(self, request: HttpRequest, object_id: str) -> Any:
        """The row of the address, if the person may see it; 404 otherwise."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return row

    def _button(self, what: Step | Start, address: str) -> dict[str, Any]:
        return {"title": what.label, "icon": what.icon, "path": address, "attrs": {}, "variant": ActionVariant.DEFAULT}

    def _back(self, rows: list[Any]) -> str:
        if len(rows) == 1:
            return reverse(f"admin:{self._name()}_change", args=[rows[0].pk])
        return reverse(f"admin:{self._name()}_changelist")

    def _name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"
