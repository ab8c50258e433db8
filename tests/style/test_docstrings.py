"""What others call says in a sentence what it is: models, actions, query set methods; actions take names alone."""

import ast

import pytest
from django.apps import apps

from tests.style.reading import PRODUCT, Source, functions, sources

SAYING = {"actions", "querysets", "tasks", "rules"}


def silent(source: Source) -> list[str]:
    """Public functions and methods of such modules without a docstring."""
    if source.file not in SAYING:
        return []
    nested = {inner for outer in functions(source.tree) for inner in functions(outer) if inner is not outer}
    return [
        f"{source.at(function)} {function.name}"
        for function in functions(source.tree)
        if not function.name.startswith("_") and function not in nested and not ast.get_docstring(function)
    ]


def positional(source: Source) -> list[str]:
    """Public actions (they know who acts, or when) that take anything by position."""
    if source.file != "actions":
        return []
    found = []
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            ordered = [*node.args.posonlyargs, *node.args.args]
            names = {argument.arg for argument in [*ordered, *node.args.kwonlyargs]}
            if names & {"by", "now"} and (ordered or node.args.vararg):
                found.append(f"{source.at(node)} {node.name}")
    return found


def undescribed(doc: str, name: str) -> bool:
    """Django writes `Name(field, field)` where the class says nothing."""
    return not doc or doc.startswith(f"{name}(")


def test_every_model_says_what_it_is():
    models = [model for app in PRODUCT for model in apps.get_app_config(app).get_models()]

    assert models
    assert [model.__name__ for model in models if undescribed(model.__doc__ or "", model.__name__)] == []


def test_every_public_action_and_query_says_what_it_does():
    assert [fault for source in sources(*PRODUCT) for fault in silent(source)] == []


def test_actions_take_names_alone():
    assert [fault for source in sources(*PRODUCT) for fault in positional(source)] == []


def test_what_says_nothing_is_found():
    assert silent(Source("grids/actions.py", "def post(*, officer): pass"))
    assert silent(Source("grids/querysets.py", "class Q:\n    def due(self): pass"))
    assert undescribed("Grid(id, code)", "Grid")


@pytest.mark.parametrize("text", ["def _own(): pass", "def post(*, officer):\n    'Posts.'\n    def inner(): pass"])
def test_what_is_private_may_stay_silent(text):
    assert not silent(Source("grids/actions.py", text))


def test_an_action_by_position_is_found():
    assert positional(Source("grids/actions.py", "def post(officer, *, now): pass"))
    assert positional(Source("grids/actions.py", "def post(*officers, now): pass"))
    assert not positional(Source("grids/actions.py", "def post(*, officer, by): pass\ndef _own(x, now): pass"))


def test_a_look_up_beside_the_actions_may_take_its_one_thing_by_position():
    assert not positional(Source("grids/actions.py", "def find_area(code): pass"))
