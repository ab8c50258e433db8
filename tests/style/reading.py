"""Reading the project's own sources."""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Lowest first: each may use those before it.
APPS = ("grids", "subjects", "inspections", "complaints", "assessment")
PRODUCT = ("gridsup", *APPS)
NOT_OURS = {
    ".git",
    ".venv",
    "var",
    "vendor",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}


@dataclass(frozen=True)
class Source:
    """A Python module: its path below the project, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        return self.path.split("/")[0]

    @property
    def file(self) -> str:
        """The module's own name, or its package's where a module was split: 'actions' for subjects/actions/plan.py."""
        parts = self.path.removesuffix(".py").split("/")
        return parts[1] if len(parts) > 1 else parts[0]

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def files(*folders: str) -> Iterator[Path]:
    """Every file of ours below the folders, or of the whole project."""
    for top in [ROOT / folder for folder in folders] or [ROOT]:
        for folder, below, names in os.walk(top):
            below[:] = sorted(name for name in below if name not in NOT_OURS)
            yield from (Path(folder) / name for name in sorted(names))


@cache
def sources(*folders: str) -> list[Source]:
    """The Python modules of the folders, without migrations."""
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in files(*folders)
        if path.suffix == ".py" and "migrations" not in path.parts
    ]


def called(node: ast.Call) -> str:
    """The last name of what is called: 'update' for Task.objects.filter(…).update(…)."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call, at any depth."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, at any depth."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
