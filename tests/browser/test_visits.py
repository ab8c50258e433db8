"""A visit from the round to the archive, on a phone of 360 px."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inspections.models import Finding, InspectionTask, Visit
from tests.browser.conftest import DESK, PHONE
from tests.factories import FindingFactory, PhotoFactory, VisitFactory
from tests.forms import photo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HAND_IN, LOOK = "#hand-in", ".visit-actions a.btn-primary"


@pytest.fixture
def lead(visitor, district, round_of_visits):
    somebody = visitor()
    somebody.enter(district.lead)
    return somebody


def begin(somebody):
    """From the round to the form: one tap."""
    page = somebody.open("/today/")
    page.locator(LOOK).first.click()
    page.wait_for_url("**/visit/?form=*")
    return page


def handed_in(page):
    page.wait_for_url("**/visits/*/")
    return Visit.objects.get(pk=int(page.url.rstrip("/").rsplit("/", 1)[1]))


def test_a_visit_without_a_problem_takes_two_taps(lead):
    page = begin(lead)
    assert page.inner_text(HAND_IN) == "All in order: hand in"
    assert [*lead.faults(), *lead.small_targets()] == []

    page.locator(HAND_IN).click()

    visit = handed_in(page)
    assert (visit.outcome, visit.tasks.count()) == ("no_problem", 1)
    assert [*lead.faults(), *lead.small_targets()] == []


def test_a_problem_is_ordered_reviewed_and_seen_to_be_put_right(lead, district):
    page = begin(lead)
    form_of = page.url.split("?")[0]
    page.locator(".choice-problem").first.click()
    assert page.inner_text(HAND_IN) == "Hand in, problems: 1"
    page.locator(".check-finding:visible >> text=ordered to correct").click()
    assert (
        page.locator(".check-limit:visible input").input_value() >= (timezone.localdate() + timedelta(15)).isoformat()
    )
    assert [*lead.faults(), *lead.small_targets()] == []
    page.locator(HAND_IN).click()
    first = handed_in(page)

    lead.enter(district.chief)
    page = lead.open("/visits/review/")
    page.click(f"text={first.premises.subject.name}")
    page.wait_for_url(f"**/visits/{first.pk}/")
    assert [*lead.faults(), *lead.small_targets()] == []
    page.click("text=Archive")
    page.wait_for_selector(".note-success")
    first.refresh_from_db()
    assert (first.state, first.reviewed_by) == ("archived", district.chief)

    lead.enter(district.lead)
    page = lead.open(form_of.removeprefix(lead.base))
    page.locator("#id_corrected .choice").click()
    page.locator(HAND_IN).click()
    second = handed_in(page)

    finding = Finding.objects.get()
    assert (finding.state, finding.rectified_by) == ("rectified", second)
    assert InspectionTask.objects.get(reason="recheck").state == "done"
    assert [*lead.faults(), *lead.small_targets()] == []


def test_the_way_back_and_another_tap_make_one_visit(lead):
    # two taps at once are tested on PostgreSQL: the live server's threads share one connection to SQLite in memory
    page = begin(lead)
    address = page.url

    page.locator(HAND_IN).click()
    visit = handed_in(page)
    page.go_back()
    page.wait_for_load_state()
    if "form=" in page.url and page.locator(HAND_IN).count():
        page.locator(HAND_IN).click()
    page.goto(address)

    assert page.url.endswith(f"/visits/{visit.pk}/")
    assert Visit.objects.count() == 1
    assert InspectionTask.objects.filter(state="done").count() == 1


def test_what_was_changed_in_a_form_that_another_tab_handed_in_stays_in_sight(lead):
    page = begin(lead)
    other = lead.context.new_page()
    other.goto(page.url)
    other.locator(HAND_IN).click()
    visit = handed_in(other)

    page.locator("summary", has_text="Remarks").click()
    page.fill("[name=narrative]", "The owner was away")
    page.locator(HAND_IN).click()
    page.wait_for_selector("[role=alert]")

    assert page.input_value("[name=narrative]") == "The owner was away"
    assert [*lead.faults(), *lead.small_targets()] == []
    page.click(f"text=Open record {visit.pk}")
    assert handed_in(page).narrative == ""


def test_a_record_that_comes_back_stands_at_the_top_of_the_day(lead, district):
    page = begin(lead)
    page.locator(HAND_IN).click()
    visit = handed_in(page)
    lead.enter(district.chief)
    page = lead.open(f"/visits/{visit.pk}/")
    page.locator(".return-form .choice").first.click()
    page.click("button:has-text('Return')")
    page.wait_for_selector(".note-success")

    lead.enter(district.lead)
    page = lead.open("/today/")
    assert [*lead.faults(), *lead.small_targets()] == []
    page.click("text=Correct it")
    page.locator("summary", has_text="Remarks").click()
    page.fill("[name=narrative]", "Looked at again")
    page.locator(HAND_IN).click()

    again = handed_in(page)
    assert (again.corrects, again.version, again.narrative) == (visit, 2, "Looked at again")


def test_one_tap_puts_everything_back_in_order(lead):
    page = begin(lead)
    page.locator(".choice-problem").first.click()

    page.click("#all-ok")

    assert page.locator(".check-finding:visible").count() == 0
    assert page.inner_text(HAND_IN) == "All in order: hand in"


def test_what_is_typed_survives_a_refusal_and_a_photo_is_kept(lead, tmp_path):
    picture = tmp_path / "shop.jpg"
    picture.write_bytes(photo().read())
    page = begin(lead)
    page.locator(".choice-problem").first.click()
    page.locator(".check-finding:visible textarea").fill("Milk past its date")
    page.locator("summary", has_text="Photos").click()
    page.set_input_files("[name=photos]", picture)

    page.locator(HAND_IN).click()
    page.wait_for_selector("[role=alert]")

    assert page.locator(".check-finding:visible textarea").input_value() == "Milk past its date"
    assert page.locator("img.photo").count() == 1
    assert page.locator("img.photo").evaluate("one => one.decode().then(() => one.naturalWidth)") == 32
    assert [*lead.faults(), *lead.small_targets()] == []
    page.locator(".check-finding:visible >> text=admonished").click()
    page.locator(HAND_IN).click()
    assert handed_in(page).photos.count() == 1


def test_what_is_too_much_is_said_before_it_is_sent_and_stands_there_still(lead):
    page = begin(lead)
    remarks = page.locator("[name=narrative]")
    remarks.evaluate("one => { one.closest('details')?.setAttribute('open', ''); one.value = 'x'.repeat(3000000); }")
    address = page.url

    page.locator("button[value=aside]").click()
    said = page.wait_for_selector(".not-sent")

    assert "Nothing was sent and nothing is lost" in said.inner_text()
    assert page.url == address
    assert len(remarks.input_value()) == 3_000_000
    assert not Visit.objects.exists()
    remarks.fill("The owner was away.")
    page.locator("button[value=aside]").click()
    page.wait_for_url("**/today/")
    assert Visit.objects.get().draft["narrative"] == ["The owner was away."]


def test_without_a_signal_nothing_leaves_and_nothing_is_lost(lead):
    page = begin(lead)
    page.context.set_offline(True)
    page.locator(HAND_IN).click()
    assert "There is no signal" in page.wait_for_selector(".not-sent").inner_text()

    page.context.set_offline(False)
    page.locator(HAND_IN).click()

    assert handed_in(page).state == "submitted"


def test_the_form_works_without_script(visitor, browser, district, round_of_visits, live_server):
    somebody = visitor()
    somebody.enter(district.lead)
    context = browser.new_context(
        java_script_enabled=False,
        viewport={"width": 360, "height": 740},
        storage_state=somebody.context.storage_state(),
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/premises/{round_of_visits.pk}/visit/")
    page.locator(".choice-problem").first.click()
    page.locator(".check-finding:visible >> text=admonished").click()
    page.locator(HAND_IN).click()
    page.wait_for_url("**/visits/*/")
    context.close()

    assert Finding.objects.get().state == "settled"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_of_visits_and_findings_fit_and_stand_up_to_axe(visitor, district, round_of_visits, size):
    people = {"lead": district.lead, "partner": district.manager}
    VisitFactory.create_batch(3, premises=round_of_visits, narrative="Long remarks, " * 20, **people)
    orders = [
        FindingFactory(visit__premises=round_of_visits, state=state) for state in ("ordered", "escalated", "rectified")
    ]
    danger = FindingFactory(
        state="open", disposition="report", rectify_by=None, text="Gas bottle beside the stove " * 9
    )
    PhotoFactory(visit=danger.visit)
    somebody, faults = visitor(size), {}
    somebody.enter(district.chief)
    paths = ["/visits/", "/visits/?state=archived", "/findings/", "/findings/?overdue=1", "/visits/review/"]
    paths += [danger.visit.get_absolute_url(), *(row.get_absolute_url() for row in (*orders, danger))]
    for path in [*paths, round_of_visits.get_absolute_url()]:
        somebody.open(path)
        if found := somebody.faults() + (somebody.small_targets() if size == PHONE else []):
            faults[path] = found

    assert faults == {}
