import json
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gridsup.codes import LENGTHS, typed_code
from gridsup.composition import JOB_OUTCOMES
from gridsup.errors import BadInput, DomainError
from gridsup.jobs import plan_of, run_inline
from gridsup.models import Job
from gridsup.periods import SHAPES, Period
from gridsup.schedule import area_codes


class Command(BaseCommand):
    help = "Runs a job here and now, for every bureau or one area; the last line is a JSON object with the counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="name of the job, as in gridsup/composition.py")
        parser.add_argument("--for", dest="period", help=f"{SHAPES} (today)")
        parser.add_argument("--area", help="code of one bureau, station or grid (every bureau)")

    def handle(self, *args: Any, **options: Any) -> None:
        start = monotonic()
        try:
            plan_of(options["name"])
            period = Period.parse(options["period"] or timezone.localdate().isoformat())
            areas = _areas(options["area"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        ended = [self._run(options["name"], str(period), area) for area in areas]
        if None in ended:
            raise CommandError(_("Not everything was done; see above."))
        done = [job for job in ended if job]
        counts = {key: sum(job.counts.get(key, 0) for job in done) for key in ("read", "made", "changed")}
        said = {"job": options["name"], "period": str(period), **counts, **_outcomes(done)}
        self.stdout.write(json.dumps({**said, "seconds": round(monotonic() - start, 3)}, ensure_ascii=False))

    def _run(self, name: str, period: str, area: str) -> Job | None:
        """One area; its refusal is written out and does not keep the others from running."""
        try:
            job = run_inline(name=name, period=period, area_code=area, now=timezone.now())
        except DomainError as error:
            self.stderr.write(f"{area}: {error}")
            return None
        if job.state != Job.State.DONE:
            self.stderr.write(f"{area}: {job.error}")
            return None
        if unplanned := job.counts.get("unplanned"):
            self.stderr.write(
                ngettext(
                    "%(area)s: %(n)s premises falls due in a year without a published plan; no visit is made for it.",
                    "%(area)s: %(n)s premises fall due in a year without a published plan; no visit is made for them.",
                    unplanned,
                )
                % {"area": area, "n": unplanned}
            )
        return job


def _outcomes(jobs: list[Job]) -> dict[str, list[str]]:
    """What composition's JOB_OUTCOMES says of the jobs, one after the other."""
    said: dict[str, list[str]] = {}
    for job in jobs:
        if job.name in JOB_OUTCOMES:
            for key, values in import_string(JOB_OUTCOMES[job.name])(job).items():
                said.setdefault(key, []).extend(values)
    return said


def _areas(code: str | None) -> list[str]:
    """The areas to run for; raises BadInput for one that does not exist."""
    if code is None:
        bureaus = area_codes(2)
        if not bureaus:
            raise BadInput(_("There is no bureau yet: load a district first."))
        return bureaus
    code = typed_code(code)
    if len(code) not in LENGTHS or code not in area_codes(len(code)):
        raise BadInput(_("There is no area “%(code)s”.") % {"code": code[:40]})
    return [code]
