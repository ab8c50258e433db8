"""Fixtures of the ledger's tests."""

import pytest

from subjects.importing import run
from tests.factories import TradeFactory
from tests.ledgers import NOW, ON, as_csv


@pytest.fixture
def ledger(district, english):
    """The district with a few trades; the import's sentences come in English."""
    for number, section in (("6210", "H"), ("5219", "F"), ("0111", "A"), ("111", "B"), ("0211", "A")):
        TradeFactory(code=number, section=section)
    return district


@pytest.fixture
def take(ledger, tmp_path):
    """Imports rows and returns the outcome."""

    def importing(rows, *, form=as_csv, on=ON, **options):
        path = form(tmp_path / "ledger.file", rows)
        return run(path=path, bureau=ledger.bureau, on=on, now=NOW, **options)

    return importing
