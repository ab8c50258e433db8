"""Imports go one way: grids ← subjects ← inspections ← complaints ← assessment; shared modules name no app."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.style.reading import APPS, PRODUCT, Source, called, sources

# Where the parts are put together; Django's settings name apps by string.
COMPOSING = {
    "gridsup/composition.py",
    "gridsup/urls.py",
    "gridsup/api_urls.py",
    "gridsup/api/urls.py",
    "gridsup/settings.py",
}
NEVER = ("tests", "benchmarks")
# A foreign key ("grids.Officer") or an import string ("inspections.tasks.generate_due_tasks").
DOTTED = re.compile(rf"({'|'.join((*APPS, *NEVER))})(\.[A-Za-z_]\w*)+")


def named(node: ast.AST) -> Iterator[str]:
    """Top-level packages that one piece of syntax names, wherever it stands."""
    if isinstance(node, ast.Import):
        yield from (alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        yield (node.module or "").split(".")[0]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (match := DOTTED.fullmatch(node.value)):
        yield match[1]
    elif isinstance(node, ast.Call) and called(node) == "get_model" and isinstance(node.args[0], ast.Constant):
        yield str(node.args[0].value).split(".")[0]


def permitted(package: str) -> set[str]:
    """The apps that modules of a package may name."""
    return {package, *APPS[: APPS.index(package)]} if package in APPS else set()


def faults(source: Source) -> list[str]:
    """Names of apps that stand above, or, in a shared module, of any app."""
    if source.path in COMPOSING:
        return []
    wrong = {*APPS, *NEVER} - permitted(source.package)
    return [f"{source.at(node)} {name}" for node in ast.walk(source.tree) for name in named(node) if name in wrong]


def test_imports_go_one_way():
    assert [fault for source in sources(*PRODUCT) for fault in faults(source)] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("grids/models.py", "from subjects.models import Premises"),
        ("grids/models.py", "import assessment.views as pages"),
        ("subjects/models/ledger.py", "def late():\n    from inspections.models import InspectionTask"),
        ("grids/querysets.py", "if TYPE_CHECKING:\n    from subjects import models"),
        ("grids/models.py", 'task = models.ForeignKey("inspections.InspectionTask", models.PROTECT)'),
        ("subjects/tasks.py", 'import_string("inspections.actions.follow_ledger")'),
        ("grids/rules.py", 'apps.get_model("subjects", "Premises")'),
        ("gridsup/jobs.py", "from grids.models import Bureau"),
        ("gridsup/events.py", 'by = models.ForeignKey("grids.Officer", models.PROTECT)'),
        ("inspections/actions.py", "from tests.factories import TaskFactory"),
    ],
)
def test_a_name_of_a_higher_app_is_found(path, text):
    assert faults(Source(path, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("inspections/models.py", "from subjects.models import Premises\nfrom gridsup.states import Move"),
        ("grids/models.py", "from .permissions import Duty"),
        ("gridsup/urls.py", 'path("", include("grids.urls"))'),
        ("grids/views.py", 'render(request, "subjects/premises_list.html")'),
        ("grids/models.py", '"""Used by subjects.models as a scope."""'),
    ],
)
def test_a_name_of_a_lower_app_is_fine(path, text):
    assert not faults(Source(path, text))
