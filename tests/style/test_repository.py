"""What must not be committed."""

import re

import pytest

from tests.style.reading import ROOT, files

TEXTS = {"", ".py", ".md", ".toml", ".txt", ".yml", ".yaml", ".cfg", ".html", ".js", ".css", ".json", ".sh", ".po"}
LOCKS = {"uv.lock", "pylock.toml", "package-lock.json", "poetry.lock"}
# Put together, so that this file does not name what it looks for.
HOMES = re.compile("/" + r"(?:home|Users)/[a-z]\w*/|(?<![\w.])/" + r"root/")
REGISTRIES = re.compile("|".join(["pypi" + r"\.org/simple", "files\\.python" + "hosted", "registry\\.npm" + "js"]))
# What a merge that was not finished leaves behind
MARKERS = re.compile(r"^(?:<{7}|>{7}) .*|^={7}$", re.MULTILINE)


def faults(text: str) -> list[str]:
    """Addresses of one machine or of a package registry, and marks of an unfinished merge."""
    return [*HOMES.findall(text), *REGISTRIES.findall(text), *MARKERS.findall(text)]


def test_no_lock_that_records_addresses_is_kept():
    assert [path.name for path in files() if path.name in LOCKS] == []


def test_no_file_names_a_home_or_a_registry_or_is_half_merged():
    found = {}
    for path in files():
        if path.suffix in TEXTS:
            found[str(path.relative_to(ROOT))] = faults(path.read_text(encoding="utf-8", errors="replace"))

    assert len(found) > 50
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    "text", ["/" + "home/someone/gridsup", "cd /" + "root/x", "https://pypi" + ".org/simple/", "<" * 7 + " HEAD"]
)
def test_such_a_fault_is_found(text):
    assert faults(text)


def test_other_addresses_are_fine():
    assert not faults("/srv/gridsup, https://docs.djangoproject.com/, static/home/ and /api/v1/")
