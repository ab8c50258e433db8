"""When a certificate is to be renewed: a figure of the bureau's policy before its last day."""

from datetime import date, timedelta

from grids.models import Officer
from grids.permissions import Permission
from gridsup.figures import figure

NOTICE = "certificate_notice_days"


def notice_day(officer: Officer, on: date) -> date:
    """Certificates that end by this day are to be renewed now; without a policy, those that have run out by today."""
    held = officer.area_codes(Permission.POST_OFFICERS) or officer.area_codes(Permission.VIEW_PEOPLE)
    bureaus = {code[:2] for code in held}
    return on + timedelta(days=max((figure(bureau, NOTICE, on) or 0 for bureau in bureaus), default=0))
