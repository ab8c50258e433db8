"""Two checks of one bureau at the same moment, and one that was cut off."""

from datetime import timedelta
from functools import partial

import pytest

from gridsup.jobs import run_inline
from subjects.geometry.actions import keep, look
from subjects.models import Astray, GeometryFault
from tests.drawing import box, degrees, draw, draw_whole
from tests.factories import TODAY, PremisesFactory, noon
from tests.together import at_once


@pytest.fixture
def faulty(district):
    draw_whole()
    draw(g050101=box(0, 0, 1.5, 1), g050201=None)
    lon, lat = degrees(2.5, 0.5)
    PremisesFactory(area_code="050101", lon=lon, lat=lat)


def run(day):
    """The job of a day up to today, in this process."""
    now = noon(TODAY)
    return run_inline(name="check_geometry", period=day.isoformat(), area_code="05", now=now, clock=lambda: now)


@pytest.mark.slow
@pytest.mark.usefixtures("two_connections")
def test_two_at_once_end_as_one(faulty):
    ended = at_once(*[partial(run, TODAY - timedelta(days=number)) for number in range(4)])

    assert {str(getattr(job, "state", job)) for job in ended} == {"done"}
    faults = GeometryFault.objects.still_open()
    assert sorted(fault.kind for fault in faults) == ["astray", "gap", "overlap", "undrawn"]
    assert GeometryFault.objects.count() == 4
    assert Astray.objects.count() == 1


def test_one_that_falls_over_leaves_nothing_and_the_next_does_all(faulty, monkeypatch):
    def fall(*_anything, **_more):
        raise RuntimeError("the power went")

    seen = look("05")
    with monkeypatch.context() as patched:
        patched.setattr("subjects.geometry.actions._keep_coverage", fall)
        with pytest.raises(RuntimeError):
            keep(seen=seen, on=TODAY, now=noon(TODAY))
    assert not GeometryFault.objects.exists()

    assert run(TODAY).counts["made"] == 4
