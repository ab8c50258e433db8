"""A sentence about a field names it in words: every field of every form has a label of its own."""

from collections.abc import Iterator

from django import forms
from django.urls import get_resolver

APPS = ("gridsup", "grids", "subjects", "inspections", "complaints", "assessment")


def below(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    """Every form that is made from the class."""
    for made in form.__subclasses__():
        yield made
        yield from below(made)


def nameless(form: type[forms.BaseForm]) -> list[str]:
    """Fields that would be called by their name in the code."""
    fields = getattr(form, "base_fields", {})
    return [f"{form.__module__}.{form.__name__}.{name}" for name, field in fields.items() if not field.label]


def test_every_field_has_a_label():
    assert get_resolver().url_patterns  # reads every module with a page
    ours = {form for form in below(forms.BaseForm) if form.__module__.startswith(APPS)}

    assert len(ours) > 10
    assert sorted(name for form in ours for name in nameless(form)) == []


def test_a_field_without_a_label_would_be_found():
    class Planted(forms.Form):
        confirm = forms.BooleanField()

    assert [name.rpartition(".")[2] for name in nameless(Planted)] == ["confirm"]
