"""A change of areas and others at the same moment; each with a connection of its own."""

from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from grids.models import AreaChange, Grid
from gridsup.errors import Overtaken
from gridsup.jobs import run_inline
from subjects.areas.deciding import approve_change, propose_change, return_change
from subjects.areas.effect import take_up, undo_change
from subjects.importing import run, running
from subjects.models import AreaMove, Placement, Premises, PremisesEvent
from tests.factories import TODAY, TaskFactory, TradeFactory
from tests.ledgers import as_csv, shop
from tests.splitting import NOON, draw_station, in_effect, merge_draft, premises_at, split_draft
from tests.together import at_once, wait_for, waiting_for_a_lock

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("two_connections")]

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def paper(two_connections, district):
    draw_station()
    TradeFactory(code="6210", section="H")


@pytest.fixture
def postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one connection write at a time.")


def again(change):
    """The change as another person has it before them."""
    return AreaChange.objects.get(pk=change.pk)


def names(results):
    return sorted(type(result).__name__ for result in results)


def somebody_waits():
    """Asked by another connection: within a transaction PostgreSQL shows what it showed at first."""
    return at_once(waiting_for_a_lock)[0]


def areas():
    return sorted(Premises.objects.values_list("area_code", flat=True))


def test_of_two_who_approve_at_once_the_second_is_told(district):
    premises_at(1.5)
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    acts = [partial(approve_change, change=again(change), by=district.district_office, now=NOON) for _each in range(2)]

    results = at_once(*acts)

    assert names(results) == ["AreaChange", "Overtaken"]
    assert (again(change).state, areas()) == ("in_effect", ["050103"])
    assert (AreaMove.objects.count(), PremisesEvent.objects.count()) == (1, 1)


def test_one_who_approves_and_one_who_returns_at_once_do_not_both(district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    facts = {"by": district.district_office, "now": NOON}

    results = at_once(
        partial(approve_change, change=again(change), **facts),
        partial(return_change, change=again(change), why="不清", **facts),
    )

    assert names(results) == ["AreaChange", "Overtaken"]
    assert (again(change).state, Grid.objects.get(code="050103").state) in {
        ("in_effect", "approved"), ("returned", "returned"),
    }  # fmt: skip


def test_of_two_who_undo_at_once_the_second_is_told(district):
    premises_at(1.5)
    change = in_effect(district, split_draft(district))
    undo = {"why": "错了", "by": district.district_office, "now": NOON}

    results = at_once(*[partial(undo_change, change=again(change), **undo) for _each in range(2)])

    assert names(results) == ["AreaChange", "Overtaken"]
    assert (again(change).state, areas(), PremisesEvent.objects.count()) == ("undone", ["050101"], 2)


def test_two_who_propose_for_one_grid_at_once_do_not_both(district):
    drafts = [split_draft(district), merge_draft(district)]

    results = at_once(*[partial(propose_change, draft=draft, by=district.chief, now=NOON) for draft in drafts])

    assert names(results) == ["AreaChange", "BadInput"]
    assert AreaChange.objects.count() == 1


def test_the_job_of_the_day_twice_at_once_moves_everything_once(district):
    east = premises_at(1.5)
    Placement.objects.create(premises=east, area_code="050101", from_day=TODAY - DAY)
    change = in_effect(district, split_draft(district, on=TODAY + DAY))

    counts = at_once(*[partial(take_up, again(change), TODAY + DAY, NOON + DAY) for _each in range(2)])

    assert sorted(count["changed"] for count in counts) == [0, 1]
    assert (areas(), AreaMove.objects.count(), PremisesEvent.objects.count()) == (["050103"], 1, 1)
    assert Placement.objects.filter(premises=east).count() == 2


def test_a_job_whose_connection_is_cut_half_way_moves_nothing_and_the_next_does_all(district, monkeypatch, postgresql):
    task = TaskFactory(premises=premises_at(1.5))
    change = in_effect(district, split_draft(district, on=TODAY + DAY))

    def cut(*_anything, **_more):
        assert areas() == ["050103"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patched:
        patched.setattr("subjects.areas.effect.follow", cut)
        (killed,) = at_once(partial(take_up, again(change), TODAY + DAY, NOON + DAY))
    assert isinstance(killed, OperationalError)
    assert (again(change).state, areas(), AreaMove.objects.count()) == ("approved", ["050101"], 0)
    assert Grid.objects.get(code="050103").state == "proposed"

    run_inline(name="apply_area_changes", period=str(TODAY + DAY), area_code="05", now=NOON + DAY)
    task.refresh_from_db()
    assert (again(change).state, areas(), task.area_code) == ("in_effect", ["050103"], "050103")


class TestOfAnImport:
    def taking(self, district, tmp_path, code="050102"):
        """An import of one premises of the grid, on the day of the change."""
        path = as_csv(tmp_path / "ledger.csv", [shop(1, grid_code=code)])
        return partial(run, path=path, bureau=district.bureau, on=TODAY, now=NOON)

    def approving(self, district):
        change = propose_change(draft=merge_draft(district), by=district.chief, now=NOON)
        return partial(approve_change, change=again(change), by=district.district_office, now=NOON)

    def test_one_that_read_the_grid_before_its_retirement_is_told_and_keeps_nothing(
        self, district, tmp_path, monkeypatch
    ):
        approve = self.approving(district)
        read = running.Import.read
        monkeypatch.setattr(running.Import, "read", lambda work: (read(work), at_once(approve))[0])

        with pytest.raises(Overtaken):
            self.taking(district, tmp_path)()

        assert (areas(), Grid.objects.get(code="050102").state) == ([], "retired")

    def test_one_that_meets_the_retirement_waits_for_it_and_is_told(self, district, tmp_path, postgresql):
        results, approve = [], self.approving(district)
        taking = Thread(target=lambda: results.extend(at_once(self.taking(district, tmp_path))))
        with transaction.atomic():
            approve()
            taking.start()
            wait_for(somebody_waits, "the import at the station's lock")
        taking.join()

        assert (names(results), areas()) == (["Overtaken"], [])

    def test_a_retirement_that_meets_an_import_waits_for_it_and_takes_its_premises_along(
        self, district, tmp_path, monkeypatch, postgresql
    ):
        results, approve = [], self.approving(district)
        retiring = Thread(target=lambda: results.extend(at_once(approve)))
        apply = running.Import.apply

        def applied(work, subjects):
            apply(work, subjects)
            retiring.start()
            wait_for(somebody_waits, "the retirement at the station's lock")

        monkeypatch.setattr(running.Import, "apply", applied)
        self.taking(district, tmp_path)()
        retiring.join()

        assert (names(results), areas()) == (["AreaChange"], ["050101"])

    def test_at_once_leaves_no_premises_in_the_retired_grid(self, district, tmp_path):
        at_once(self.approving(district), self.taking(district, tmp_path))

        assert set(areas()) <= {"050101"}
        assert Grid.objects.get(code="050102").state == "retired"
