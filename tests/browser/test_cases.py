"""From a case that came back to the grade that was reviewed, at both widths."""

import pytest

from inspections.models import CreditReview, Finding
from tests.browser.conftest import DESK, PHONE
from tests.cases import CreditReviewFactory
from tests.factories import FindingFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLACES = "/findings/{finding}/", "/credit-reviews/", "/credit-reviews/{review}/"


@pytest.fixture
def handed_over(district, round_of_visits):
    return FindingFactory(visit__premises=round_of_visits, state="handed_over", disposition="case")


def test_the_case_team_reports_and_the_chief_closes_and_decides(visitor, district, handed_over):
    somebody = visitor(PHONE)
    somebody.enter(district.by_duty["case_team"])
    page = somebody.open(f"/findings/{handed_over.pk}/")
    page.fill("#id_number", "灞市监罚〔2026〕7号")
    page.fill("#id_decision", "Fine of 500 yuan, paid")
    page.fill("#id_day_case_returned", handed_over.found_on.isoformat())
    page.click("text=Report >> visible=true >> nth=-1")
    somebody.enter(district.chief)
    page = somebody.open(f"/findings/{handed_over.pk}/")
    page.fill("#id_why_closed", "paid")
    page.locator("form button", has_text="Close the finding").click()
    page.click(f"a[href='{CreditReview.objects.get().get_absolute_url()}']")
    page.select_option("#id_credit", "C")
    page.locator("form button", has_text="Change the grade").click()

    assert CreditReview.objects.get().state == "confirmed"
    assert Finding.objects.get().state == "closed"


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("place", PLACES)
def test_its_pages_are_whole(visitor, district, handed_over, size, place):
    review = CreditReviewFactory(case__premises=handed_over.premises)
    somebody = visitor(size)
    somebody.enter(district.by_duty["case_team"] if "findings" in place else district.chief)

    somebody.open(place.format(finding=handed_over.pk, review=review.pk))

    assert somebody.faults() == []
    assert size == DESK or somebody.small_targets() == []
