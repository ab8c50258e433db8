"""A person asks for background work: from the API or the admin."""

import re
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from gridsup.codes import is_area_code
from gridsup.errors import BadInput, NotAllowed
from gridsup.jobs import enqueue
from gridsup.models import Job

# day, month, quarter, half, year (tables.md "Formats")
PERIOD = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-9]{2})?|Q[1-4]|H[12])?")


class Requester(Protocol):
    """Somebody with an account and duties."""

    def may(self, permission: str, area_code: str) -> bool: ...

    def get_username(self) -> str: ...


def request_job(*, name: str, period: str, area_code: str, by: Requester, now: datetime) -> Job:
    """The one active job for this work, queued if there was none.

    Raises BadInput for a name, period or area that is none, NotAllowed without the duty to run jobs there.
    """
    if not is_area_code(area_code):
        raise BadInput(_("An area is a code of 2, 4 or 6 digits: a bureau, a station or a grid."), field="area")
    if not by.may("run_jobs", area_code):
        raise NotAllowed(_("Your duties do not permit running jobs in this area."))
    if not PERIOD.fullmatch(period):
        raise BadInput(_("A period reads 2026-11-22, 2026-11, 2026Q4, 2026H2 or 2026."), field="period")
    return enqueue(name=name, period=period, area_code=area_code, by=by.get_username(), now=now)
