"""Every model with an area is scoped, and a person without a posting sees none of it."""

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from gridsup.scoping import ScopedQuerySet
from tests.conftest import posted
from tests.style.reading import PRODUCT

MODELS = [model for app in PRODUCT for model in apps.get_app_config(app).get_models()]
SCOPED = [model for model in MODELS if isinstance(model._default_manager.all(), ScopedQuerySet)]


def has_area(model: type[models.Model]) -> bool:
    """Rows of the model name their area, in a column or by a property."""
    return hasattr(model, "area_code")


def unscoped(candidates: list[type[models.Model]]) -> list[str]:
    """Models with an area whose usual manager knows no scope."""
    return [
        model.__name__
        for model in candidates
        if has_area(model) and not isinstance(model._default_manager.all(), ScopedQuerySet)
    ]


def test_every_model_with_an_area_is_scoped():
    assert sum(has_area(model) for model in MODELS) > 5
    assert unscoped(MODELS) == []


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_nobody_without_a_posting_sees_a_row(district, model):
    assert not model._default_manager.visible_to(district.nobody).exists()


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_every_area_filter_compiles(district, model):
    for code in ("05", "0501", "050101"):
        assert model._default_manager.visible_to(district.district_office).in_area(code).count() >= 0


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_a_section_sees_of_no_model_more_than_the_whole_bureau(district, model):
    section = posted("foods", "section", "05", line="food")

    rows = model._default_manager.visible_to(section)
    assert rows.count() <= model._default_manager.visible_to(district.district_office).count()


@isolate_apps("tests")
def test_a_model_without_scope_is_found():
    class Loose(models.Model):
        area_code = models.CharField(max_length=6)

        class Meta:
            app_label = "tests"

        def __str__(self) -> str:
            return self.area_code

    class Bound(models.Model):
        area_code = models.CharField(max_length=6)
        objects = ScopedQuerySet.as_manager()

        class Meta:
            app_label = "tests"

        def __str__(self) -> str:
            return self.area_code

    assert unscoped([Loose, Bound]) == ["Loose"]
