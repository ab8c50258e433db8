"""Code asks for permissions: the names of duties stand in the table of duties, and where people are invented."""

import ast
import re

import pytest

from grids.permissions import Duty
from tests.style.reading import PRODUCT, Source, files, sources

# The table itself, and the cast of the demonstration.
PLACES = ("grids/permissions.py", "assessment/demo/")


def faults(source: Source) -> list[str]:
    """Places that name a duty: `Duty.GRID_LEAD`, or its text where a duty is compared or asked for."""
    if source.path.startswith(PLACES):
        return []
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Duty":
            if node.attr in Duty.__members__:
                found.append(f"{source.at(node)} Duty.{node.attr}")
        elif isinstance(node, ast.Compare | ast.keyword):
            texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            if "duty" in ast.unparse(node) and any(text in Duty.values for text in texts):
                found.append(f"{source.at(node)} {ast.unparse(node)}")
    return found


def asked_in(text: str) -> list[str]:
    """Comparisons of a duty in a template."""
    return re.findall(r"{%\s*(?:el)?if[^%]*\bduty\s*(?:==|!=|in)[^%]*%}", text)


def test_no_code_asks_for_the_name_of_a_duty():
    assert [fault for source in sources(*PRODUCT) for fault in faults(source)] == []


def test_no_template_asks_for_the_name_of_a_duty():
    found = {path.name: asked_in(path.read_text(encoding="utf-8")) for path in files("templates")}

    assert len(found) > 50
    assert {name: asked for name, asked in found.items() if asked and name != "duty_list.html"} == {}


@pytest.mark.parametrize(
    "text",
    [
        "if post.duty == Duty.GRID_LEAD: pass",
        "if post.duty == 'grid_lead': pass",
        "if post.duty in ('grid_lead', 'manager'): pass",
        "posts.filter(duty='auditor')",
    ],
)
def test_a_question_for_a_name_is_found(text):
    assert faults(Source("grids/views.py", text))
    assert not faults(Source("grids/permissions.py", text))


@pytest.mark.parametrize(
    "text", ["officer.may(Permission.VIEW, code)", "posts.filter(duty__in=HEADS)", "Duty(post.duty).label"]
)
def test_a_question_for_a_permission_is_fine(text):
    assert not faults(Source("grids/views.py", text))


def test_a_question_in_a_template_is_found():
    assert asked_in("{% if post.duty == 'grid_lead' %}")
    assert not asked_in("{% if may_assign %}")
