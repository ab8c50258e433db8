from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grids.models import Bureau
from gridsup.errors import NotAllowed, Overtaken
from gridsup.models import Job
from subjects.importing import run, running
from subjects.models import MarketSubject, Permit, Placement, Premises, PremisesEvent, TierPeriod
from tests.factories import LocalityFactory
from tests.ledgers import NOW, ON, as_csv, as_xlsx, code, shop

LATER = date(2026, 12, 1)


def only(outcome):
    return {name: count for name, count in outcome.counts().items() if count}


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_a_new_row_makes_subject_premises_placement_and_permit(take, form):
    row = shop(1, permit_no="JY26101110001", permit_valid_to="2027-01-31", tier="甲", lon="", lat="")

    assert only(take([row], form=form)) == {"read": 1, "made": 1, "placed": 1}

    premises = Premises.objects.select_related("subject").get()
    assert (premises.subject.uscc, premises.subject.kind, premises.subject.credit) == (code(1), "individual", "A")
    assert premises.subject.registered_on == date(2024, 5, 1)
    assert (premises.area_code, premises.grid_id, premises.trade_id) == ("050101", "050101", "6210")
    assert (premises.status, premises.tier_given, premises.entered_on) == ("active", "high", ON)
    assert list(Placement.objects.values_list("area_code", "from_day", "to_day")) == [("050101", ON, None)]
    assert list(Permit.objects.values_list("number", "valid_to")) == [("JY26101110001", date(2027, 1, 31))]


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_the_same_file_again_is_unchanged(take, form):
    rows = [shop(number, lon="109.07", lat="34.27", permit_no=f"JY{number}", tier="乙") for number in range(1, 8)]
    take(rows, form=form)
    before = list(Premises.objects.order_by("pk").values())

    assert only(take(rows, form=form, on=LATER)) == {"read": 7, "unchanged": 7, "placed": 7}
    assert list(Premises.objects.order_by("pk").values()) == before
    assert not PremisesEvent.objects.exists()


def test_a_changed_fact_is_told_by_an_event(take):
    take([shop(1), shop(2)])

    assert only(take([shop(1, credit="C", trade="5219"), shop(2)], on=LATER)) == {
        "read": 2, "changed": 1, "unchanged": 1, "placed": 2,
    }  # fmt: skip
    told = PremisesEvent.objects.order_by("what").values_list("what", "old", "new", "why")
    why = "import of ledger.file, row 2"
    assert list(told) == [("credit", "A", "C", why), ("trade", "6210", "5219", why)]
    assert MarketSubject.objects.get(uscc=code(1)).credit == "C"


def test_an_empty_cell_states_nothing(take):
    take([shop(1, tier="甲")])

    outcome = take([{"uscc": code(1), "name": "第1小吃店", "trade": "", "tier": "", "address": ""}], on=LATER)

    assert only(outcome) == {"read": 1, "unchanged": 1, "placed": 1}
    assert Premises.objects.get().tier_given == "high"


def test_another_grid_ends_the_placement_the_day_before_and_begins_one(take):
    take([shop(1)])

    take([shop(1, grid_code="050201")], on=LATER)

    assert Premises.objects.get().area_code == Premises.objects.get().grid_id == "050201"
    assert list(Placement.objects.order_by("from_day").values_list("area_code", "from_day", "to_day")) == [
        ("050101", ON, date(2026, 11, 30)),
        ("050201", LATER, None),
    ]


def test_a_move_on_the_day_of_entry_corrects_the_placement(take):
    take([shop(1)])

    take([shop(1, grid_code="050201")])

    assert list(Placement.objects.values_list("area_code", "from_day", "to_day")) == [("050201", ON, None)]


def test_struck_off_closes_the_premises_and_keeps_the_row(take):
    take([shop(1)])

    take([shop(1, status="注销")], on=LATER)

    assert Premises.objects.get().status == "closed"
    assert PremisesEvent.objects.get().new == "closed"


def test_one_subject_may_have_several_premises(take):
    rows = [shop(1), shop(1, address="席王街道酒铁路8号", grid_code="050201")]

    assert only(take(rows)) == {"read": 2, "made": 2, "placed": 2}
    assert MarketSubject.objects.count() == 1
    assert only(take(rows, on=LATER))["unchanged"] == 2


def test_another_address_of_the_only_premises_is_a_correction(take):
    take([shop(1)])

    take([shop(1, address="纺织城街道纺二路9号")], on=LATER)

    assert Premises.objects.get().address == "纺织城街道纺二路9号"
    assert list(PremisesEvent.objects.values_list("what", "new")) == [("address", "纺织城街道纺二路9号")]


def test_a_further_address_beside_the_known_one_is_a_second_premises(take):
    take([shop(1)])

    outcome = take([shop(1), shop(1, address="纺织城街道纺二路9号")], on=LATER)

    assert only(outcome) == {"read": 2, "made": 1, "unchanged": 1, "placed": 2}


def test_a_refused_row_beside_it_keeps_another_address_from_being_a_correction(take):
    take([shop(1)])

    outcome = take([shop(1, trade="9999"), shop(1, address="纺织城街道纺二路9号")], on=LATER)

    assert only(outcome) == {"read": 2, "made": 1, "refused": 1, "placed": 1}


def test_width_and_spaces_do_not_make_another_address(take):
    take([shop(1, address="Ａ座 １号"), shop(1, address="B座2号")])

    assert only(take([shop(1, address="A座1号"), shop(1, address="B座2号")], on=LATER))["changed"] == 1
    assert Premises.objects.count() == 2


def test_a_subject_with_several_premises_needs_the_address(take):
    take([shop(1), shop(1, address="席王街道酒铁路8号")])

    outcome = take([{"uscc": code(1), "name": "第1小吃店", "credit": "B"}], on=LATER)

    assert "2 premises" in outcome.faults[0].reason


def test_unlicensed_and_markets_are_found_again_by_name_and_address(take):
    rows = [
        {"uscc": "", "name": "菜摊", "kind": "无照", "address": "半坡路口", "grid_code": "050101"},
        {"uscc": "", "name": "菜摊", "kind": "无照", "address": "另一路口", "grid_code": "050101"},
        {"uscc": "", "name": "纺织城综合市场", "kind": "市场", "address": "纺西街", "grid_code": "0501"},
    ]

    assert only(take(rows)) == {"read": 3, "made": 3, "placed": 2, "not_placed": 1}
    assert only(take(rows, on=LATER))["unchanged"] == 3
    assert list(Premises.objects.unplaced().values_list("area_code", flat=True)) == ["0501"]


def test_a_legacy_number_stands_in_place_of_the_code_until_the_code_comes(take):
    take([shop(1, uscc="610111600012345")])
    assert MarketSubject.objects.get().legacy_no == "610111600012345"

    outcome = take([shop(1, legacy_no="610111600012345")], on=LATER)

    assert only(outcome)["changed"] == 1
    assert (MarketSubject.objects.get().uscc, MarketSubject.objects.get().legacy_no) == (code(1), "610111600012345")


def test_a_registration_number_of_another_subject_is_refused(take):
    take([shop(1, legacy_no="610111600012345"), shop(2)])

    outcome = take([shop(2, legacy_no="610111600012345")], on=LATER)

    assert [(fault.row, fault.column) for fault in outcome.faults] == [(2, "legacy_no")]
    assert "第1小吃店" in outcome.faults[0].reason


def test_a_file_does_not_undo_the_tier_that_a_person_set(take):
    take([shop(1, tier="丙")])
    Premises.objects.update(tier_given="high")
    TierPeriod.objects.create(premises=Premises.objects.get(), tier="high", reason="person", from_day=ON)

    assert only(take([shop(1, tier="丙")], on=LATER))["unchanged"] == 1
    assert Premises.objects.get().tier_given == "high"


def test_the_locality_follows_from_the_address(take):
    street = LocalityFactory()
    LocalityFactory(code="610111001001", name="向阳坊社区居委会", kind="community", street=street)

    take([shop(1), shop(2, address="纺织城街道向阳坊社区3号", grid_code="")])

    assert [row.locality_id for row in Premises.objects.order_by("pk")] == ["610111001000", "610111001001"]
    assert Premises.objects.get(subject__uscc=code(2)).area_code == "0501"


def test_a_dry_run_says_the_same_and_writes_nothing(take):
    take([shop(1), shop(2)])
    rows = [shop(1, credit="C"), shop(2), shop(3), shop(4, name="")]

    dry = take(rows, on=LATER, dry_run=True)

    assert only(dry) == {"read": 4, "made": 1, "changed": 1, "unchanged": 1, "refused": 1, "placed": 3}
    assert (MarketSubject.objects.count(), PremisesEvent.objects.count(), Job.objects.count()) == (2, 0, 1)
    assert take(rows, on=LATER).counts() == dry.counts()


def test_an_import_that_fails_in_the_middle_leaves_nothing(take, monkeypatch):
    monkeypatch.setattr(running, "PART", 2)
    write, calls = running.write, []

    def failing(changes, *, on):
        write(changes, on=on)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")

    monkeypatch.setattr(running, "write", failing)
    with pytest.raises(RuntimeError):
        take([shop(number) for number in range(6)])

    assert (MarketSubject.objects.count(), Premises.objects.count(), Placement.objects.count()) == (0, 0, 0)
    assert Job.objects.get().state == "failed"
    monkeypatch.setattr(running, "write", write)
    assert take([shop(number) for number in range(6)]).made == 6


def test_two_imports_of_one_bureau_do_not_run_at_once(take):
    Job.objects.create(
        name="import_subjects", period="any", area_code="05", state="running", queued_at=NOW, started_at=NOW,
        lease_until=datetime(2099, 1, 1, tzinfo=ZoneInfo("UTC")), arguments={"host": "elsewhere", "process": 1},
    )  # fmt: skip

    with pytest.raises(Overtaken, match="“import_subjects” of area 05 is running since 2026-11-22 09:00"):
        take([shop(1)])


def test_the_lock_of_a_dead_process_is_taken_over(take):
    Job.objects.create(
        name="import_subjects", period="any", area_code="05", state="running", queued_at=NOW, started_at=NOW,
        lease_until=NOW, arguments={"host": "elsewhere", "process": 1},
    )  # fmt: skip

    assert take([shop(1)]).made == 1
    assert set(Job.objects.values_list("state", flat=True)) == {"failed", "done"}


def test_only_who_may_import_does(take, district):
    with pytest.raises(NotAllowed):
        take([shop(1)], by=district.lead)
    assert take([shop(1)], by=district.district_office).made == 1


def test_reading_the_ledger_takes_the_same_statements_for_any_number_of_rows(take):
    take([shop(number) for number in range(300)])

    with CaptureQueriesContext(connection) as few:
        take([shop(number, credit="C") for number in range(3)])
    with CaptureQueriesContext(connection) as many:
        take([shop(number, credit="B") for number in range(300)])

    assert selects(few) == selects(many)


def selects(captured):
    return sum(query["sql"].startswith("SELECT") for query in captured)


def test_bureaus_keep_the_same_subject_apart(take, tmp_path):
    take([shop(1)])
    path = as_csv(tmp_path / "other.csv", [shop(1, grid_code="060101")])
    outcome = run(path=path, bureau=Bureau.objects.get(code="06"), on=ON, now=NOW)

    assert outcome.made == 1
    assert MarketSubject.objects.filter(uscc=code(1)).count() == 2
