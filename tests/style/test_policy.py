"""A number of the policy is a dated, sourced row: no span of days or months stands in code."""

import ast

import pytest

from tests.style.reading import PRODUCT, Source, called, calls, sources

# Function → position of its count; for a call with names every name counts.
COUNTING = {"AddDays": 1, "AddMonths": 1, "add_months": 1, "add_days": 1}
SPANS = {"weeks", "days", "hours"}
# The day before or after is the calendar's business, not the policy's.
NEIGHBOUR = 1


def literal(node: ast.expr) -> bool:
    """A number written out, also as Value(3) or -3; the neighbouring day is none."""
    if isinstance(node, ast.UnaryOp):
        return literal(node.operand)
    if isinstance(node, ast.BinOp):
        return literal(node.left) and literal(node.right)
    if isinstance(node, ast.Call) and called(node) == "Value" and node.args:
        return literal(node.args[0])
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and abs(node.value) > NEIGHBOUR


def bare(call: ast.Call) -> bool:
    """A call that spans so many days or months, the number standing in the call."""
    name = called(call)
    if name == "relativedelta":
        return any(literal(word.value) for word in call.keywords)
    if name == "timedelta":
        return any(literal(node) for node in call.args[:1]) or any(
            word.arg in SPANS and literal(word.value) for word in call.keywords
        )
    if name in COUNTING:
        counts = [*call.args[COUNTING[name] :], *(word.value for word in call.keywords)]
        return any(literal(node) for node in counts)
    return False


def faults(source: Source) -> list[str]:
    return [f"{source.at(call)} {ast.unparse(call)}" for call in calls(source.tree) if bare(call)]


def test_no_span_of_days_or_months_stands_in_code():
    assert [fault for source in sources(*PRODUCT) for fault in faults(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "timedelta(days=3)",
        "timedelta(7)",
        "timedelta(weeks=-2)",
        "datetime.timedelta(hours=24)",
        "timedelta(days=7 * 24)",
        "relativedelta(months=6)",
        'AddDays("entered_on", 30)',
        'AddMonths(F("counts_from"), Value(3))',
        "add_months(day, months=12)",
    ],
)
def test_a_bare_span_is_found(text):
    assert faults(Source("grids/rules.py", text))


@pytest.mark.parametrize(
    "text",
    ["timedelta(days=figure.value)", "day - timedelta(days=1)", "timedelta(seconds=30)", 'AddDays("day", F("days"))'],
)
def test_a_span_from_a_row_is_fine(text):
    assert not faults(Source("grids/rules.py", text))
