"""People of tests who may inspect."""

from datetime import date

from grids.models import Officer


def certified(officer: Officer) -> Officer:
    """The officer, with a certificate that is valid for long."""
    officer.certificate_no, officer.certificate_valid_to = f"C-{officer.pk}", date(2030, 1, 1)
    officer.save(update_fields=["certificate_no", "certificate_valid_to"])
    return officer
