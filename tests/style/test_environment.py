"""docs/operations.md lists every variable that the settings read, and no other."""

import ast
import re

import pytest

from tests.style.reading import ROOT, Source, called, sources

READERS = {"text", "flag", "number", "choice", "listed", "hosts", "secret", "folder", "broker", "database"}
READERS |= {"get", "getenv"}
# Told by the settings module to Django itself.
DJANGO = {"DJANGO_SETTINGS_MODULE"}
NAME = re.compile(r"[A-Z][A-Z0-9_]+")


def read(source: Source) -> set[str]:
    """Names of environment variables that a module reads."""
    found = set()
    for node in ast.walk(source.tree):
        name: ast.expr | None = None
        if isinstance(node, ast.Call) and called(node) in READERS and node.args:
            whose = ast.unparse(node.func)
            name = node.args[0] if whose.startswith(("environment.", "os.")) else None
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            name = node.slice
        if isinstance(name, ast.Constant) and NAME.fullmatch(str(name.value)):
            found.add(str(name.value))
    return found - DJANGO


def documented() -> set[str]:
    """Variables in the table of docs/operations.md."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", text, re.M))


def test_every_variable_is_documented():
    variables = set().union(*(read(source) for source in sources("gridsup")))

    assert "SECRET_KEY" in variables
    assert sorted(variables - documented()) == []


def test_no_variable_is_documented_that_nobody_reads():
    assert sorted(documented() - set().union(*(read(source) for source in sources("gridsup")))) == []


@pytest.mark.parametrize(
    "text",
    [
        'environment.flag("PLANTED", False)',
        'os.environ["PLANTED"]',
        'os.environ.get("PLANTED")',
        'os.getenv("PLANTED")',
    ],
)
def test_a_reading_is_found(text):
    assert read(Source("gridsup/settings.py", text)) == {"PLANTED"}
