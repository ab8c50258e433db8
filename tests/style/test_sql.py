"""SQL text stands where query sets are written, and nowhere else."""

import ast

import pytest

from tests.style.reading import PRODUCT, Source, called, calls, sources

PLACES = {"gridsup/setwise.py", "gridsup/database.py", "gridsup/audit/guard.py"}
RAW = {"cursor", "execute", "executemany", "executescript", "raw", "extra", "RawSQL", "RunSQL"}


def faults(source: Source) -> list[str]:
    if source.path in PLACES or source.file == "querysets":
        return []
    return [f"{source.at(call)} {ast.unparse(call.func)}" for call in calls(source.tree) if called(call) in RAW]


def test_sql_stands_in_query_sets_alone():
    assert [fault for source in sources(*PRODUCT) for fault in faults(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "with connection.cursor() as cursor:\n    pass",
        'cursor.execute("SELECT 1")',
        'Premises.objects.raw("SELECT 1")',
        'Premises.objects.extra(where=["1=1"])',
        'Premises.objects.annotate(x=RawSQL("1", []))',
    ],
)
def test_sql_elsewhere_is_found(text):
    assert faults(Source("subjects/views.py", text))
    assert not faults(Source("subjects/querysets.py", text))


def test_a_word_that_only_looks_like_it_is_fine():
    assert not faults(Source("subjects/views.py", 'log.info("x", extra={"a": 1})'))
