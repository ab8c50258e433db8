"""What stays short stays read: modules, functions, views; and a module is named for what it does."""

from tests.style.reading import PRODUCT, Source, functions, sources

MODULE, FUNCTION, VIEW = 400, 60, 40
SAY_NOTHING = {
    "services",
    "selectors",
    "managers",
    "signals",
    "utils",
    "mixins",
    "constants",
    "helpers",
    "misc",
    "common",
}


def faults(source: Source) -> list[str]:
    """Whatever is longer than its budget."""
    lines = source.text.count("\n")
    found = [f"{source.path}: {lines} lines"] if lines > MODULE else []
    most = VIEW if source.file == "views" else FUNCTION
    for function in functions(source.tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > most:
            found.append(f"{source.at(function)} {function.name}: {length} lines")
    return found


def test_modules_and_functions_stay_within_their_budget():
    assert [fault for source in sources(*PRODUCT, "tests", "benchmarks") for fault in faults(source)] == []


def test_modules_are_named_for_what_they_do():
    assert [source.path for source in sources(*PRODUCT) if SAY_NOTHING & set(source.path[:-3].split("/"))] == []


def long(lines: int) -> str:
    return "def f():\n" + "    pass\n" * (lines - 1)


def test_what_is_too_long_is_found():
    assert faults(Source("grids/rules.py", "x = 1\n" * (MODULE + 1)))
    assert faults(Source("grids/rules.py", long(FUNCTION + 1)))
    assert faults(Source("grids/views.py", long(VIEW + 1)))
    assert faults(Source("grids/views/areas.py", long(VIEW + 1)))


def test_what_fits_is_not():
    assert not faults(Source("grids/rules.py", "x = 1\n" * MODULE))
    assert not faults(Source("grids/rules.py", long(FUNCTION)))
    assert not faults(Source("grids/views.py", long(VIEW)))
