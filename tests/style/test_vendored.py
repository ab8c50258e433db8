"""What is shipped of other people's front end is what its makers published, and fetches nothing from elsewhere."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"
# A link that a person may click is no fetch; these are.
FETCHES = [
    re.compile(r"""url\(\s*['"]?(?:https?:)?//""", re.I),
    re.compile(r"""@import\s+(?:url\()?\s*['"]?(?:https?:)?//""", re.I),
    re.compile(r"""\b(?:src|srcset)\s*=\s*\\?['"](?:https?:)?//""", re.I),
    re.compile(r"""\b(?:fetch|import|importScripts)\(\s*['"](?:https?:)?//""", re.I),
    re.compile(r"""<link\b[^>]*\bhref\s*=\s*\\?['"](?:https?:)?//""", re.I),
]


def listed() -> dict[str, str]:
    """File → sha256, of every package in the manifest."""
    packages = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    return {name: digest for package in packages for name, digest in package["files"].items()}


def faults(text: str) -> list[str]:
    """What a script or style sheet would ask the network for."""
    found = [match.group() for pattern in FETCHES for match in pattern.finditer(text)]
    return found + (["sourceMappingURL"] if "sourceMappingURL" in text else [])


def test_every_vendored_file_is_in_the_manifest_with_its_hash():
    shipped = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }

    assert shipped == listed()


def test_every_package_says_what_it_is():
    for package in json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8")):
        assert all(package[key] for key in ("name", "version", "licence", "source", "files"))
        assert any(name.endswith("LICENSE") for name in package["files"])


@pytest.mark.parametrize(
    "path",
    [path for path in (VENDOR.parent).rglob("*") if path.suffix in {".js", ".css", ".svg"}],
    ids=lambda path: path.name,
)
def test_no_script_or_style_sheet_fetches_from_elsewhere(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "//# sourceMappingURL=x.js.map",
        "a{background:url(https://elsewhere.example/a.png)}",
        "@import '//elsewhere.example/a.css';",
        'i.src = "https://elsewhere.example/a.png"',
        "fetch('https://elsewhere.example/')",
        "<link rel=stylesheet href='//elsewhere.example/a.css'>",
    ],
)
def test_a_fetch_from_elsewhere_is_found(text):
    assert faults(text)


def test_a_link_and_an_embedded_picture_are_no_fetch():
    assert not faults('<a href="https://leafletjs.com">Leaflet</a> a{background:url("data:image/svg+xml,%3csvg")}')
