"""A state changes in actions alone, where the move is checked and its event written."""

import ast

import pytest

from tests.style.reading import PRODUCT, Source, called, calls, sources

MOVERS = {"gridsup/states.py", "gridsup/jobs.py", "gridsup/foreground.py"}
WRITERS = {"update", "write_to", "aupdate", "update_or_create"}


def names_state(node: ast.expr | None) -> bool:
    """A dictionary or list that names the state."""
    if isinstance(node, ast.Dict):
        return any(isinstance(key, ast.Constant) and key.value == "state" for key in node.keys)
    if isinstance(node, ast.List | ast.Tuple):
        return any(isinstance(item, ast.Constant) and item.value == "state" for item in node.elts)
    return False


def writes(call: ast.Call) -> bool:
    """A call that changes the state of rows that exist."""
    name = called(call)
    if name == "setattr":
        return len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and call.args[1].value == "state"
    if name == "bulk_update":
        return any(names_state(node) for node in [*call.args, *(word.value for word in call.keywords)])
    if name not in WRITERS:
        return False
    return any(
        word.arg == "state" or (word.arg in {None, "defaults"} and names_state(word.value)) for word in call.keywords
    )


def assigned(node: ast.AST) -> bool:
    """`row.state = …`, alone or among others."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if hasattr(node, "target") else []
    return any(
        isinstance(part, ast.Attribute) and part.attr == "state" and isinstance(part.ctx, ast.Store)
        for target in targets
        for part in ast.walk(target)
    )


def faults(source: Source) -> list[str]:
    if source.path in MOVERS or source.file == "actions":
        return []
    found = [source.at(call) for call in calls(source.tree) if writes(call)]
    return found + [source.at(node) for node in ast.walk(source.tree) if assigned(node)]


def test_states_change_in_actions_alone():
    assert [fault for source in sources(*PRODUCT) for fault in faults(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        'task.state = "done"',
        'task.plan.state, other = "done", 1',
        'setattr(task, "state", new)',
        'Task.objects.filter(pk=1).update(state="done")',
        'rows.update(**{"state": new})',
        "due.write_to(Task, key='pk', state=Value('due'))",
        'Task.objects.bulk_update(rows, ["state"])',
        'Task.objects.bulk_update(rows, fields=("due_on", "state"))',
        'Task.objects.update_or_create(pk=1, defaults={"state": new})',
    ],
)
def test_a_write_of_a_state_is_found(text):
    assert faults(Source("inspections/views.py", text))
    assert not faults(Source("inspections/actions.py", text))
    assert not faults(Source("inspections/actions/task.py", text))


@pytest.mark.parametrize(
    "text",
    ['if task.state == "done": pass', 'Task.objects.create(state="due")', "rows.filter(state=s).update(due_on=d)"],
)
def test_reading_and_creating_is_fine(text):
    assert not faults(Source("inspections/views.py", text))
