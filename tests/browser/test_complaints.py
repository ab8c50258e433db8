"""A complaint from the person who sends it to the one who rates it, on phones of 360 px."""

import re

import pytest
from django.utils import timezone

from complaints.actions import move, register
from complaints.models import Complaint
from subjects.actions import load_preset
from tests.browser.conftest import DESK, PHONE
from tests.factories import LocalityFactory, PremisesFactory, SubjectFactory
from tests.pictures import upload

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEND = "button.btn-large"


@pytest.fixture
def shop(district):
    """A shop in grid 050101 under the law as a preset brings it."""
    load_preset(bureau="05", name="FR", on=timezone.localdate(), now=timezone.now())
    street = LocalityFactory(area_code="050101", grid=district.grid)
    return PremisesFactory(subject=SubjectFactory(name="张三饺子馆"), locality=street, address="纺正街12号")


@pytest.fixture
def somebody(visitor):
    """A function that logs an officer in on a phone of their own; everything seen there is looked at."""

    def entered(officer):
        person = visitor()
        person.enter(officer)
        return person

    return entered


def fine(person, size=PHONE):
    """Nothing is wrong with the page as it stands."""
    return [*person.faults(), *(person.small_targets() if size == PHONE else [])]


def press(person, label, **typed):
    """Opens the move of the label, fills in its fields, sends it, and says what the page answers."""
    page = person.page
    act = page.locator(".acts > *", has_text=label).first
    if act.evaluate("one => one.tagName") == "DETAILS":
        act.locator("summary").click()
        for name, value in typed.items():
            field = act.locator(f"[name={name}]")
            field.select_option(value) if field.evaluate("one => one.tagName") == "SELECT" else field.fill(value)
    assert fine(person) == []
    act.locator("button:not([name=look])").last.click()
    page.wait_for_selector(".note-success")
    assert fine(person) == []


def sent(person):
    """Sends a complaint from the public page; returns number and code as the receipt shows them."""
    page = person.open("/public/")
    assert fine(person) == []
    page.click("text=Send a complaint, report or question")
    page.wait_for_selector("[name=kind]")
    assert fine(person) == []
    page.check("[value=complaint]")
    page.fill("[name=about]", "张三饺子馆")
    page.select_option("[name=locality]", label="纺织城街道")
    page.fill("[name=text]", "买三斤饺子，回家一称只有两斤六两。")
    page.click(SEND)
    page.wait_for_selector(".field-error")
    assert fine(person) == []
    page.fill("[name=name]", "李秀英")
    page.fill("[name=phone]", "13800001234")
    page.set_input_files("[name=pictures]", [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": upload().read()}])
    page.click(SEND)
    page.wait_for_url("**/sent/**")
    assert fine(person) == []
    return page.locator(".receipt-figure").all_inner_texts()


def followed(person, number, code):
    """Opens its course with number and code."""
    page = person.open("/public/complaints/follow/")
    page.fill("[name=number]", number)
    page.fill("[name=code]", code.lower())
    page.click(SEND)
    page.wait_for_selector(".timeline")
    assert fine(person) == []
    return page


def test_a_complaint_goes_to_the_desk_the_grid_the_chief_and_back(visitor, somebody, district, desk, shop):
    sender = visitor()
    number, code = sent(sender)
    complaint = Complaint.objects.get(number=number)
    clerk, lead, chief = somebody(desk), somebody(district.lead), somebody(district.chief)

    page = clerk.open("/")
    page.click("text=张三饺子馆")
    page.wait_for_url("**/complaints/*/")
    press(clerk, "Accept")
    assert page.locator(".acts [name=area_code]").input_value() == "050101"
    press(clerk, "Dispatch")
    lead.open("/today/").click("text=张三饺子馆")
    press(lead, "Take in hand")
    press(lead, "Settled between the parties", result="退还差价12元。")
    chief.open(f"/complaints/{complaint.pk}/")
    press(chief, "Reviewed")
    assert "退还差价" not in followed(sender, number, code).inner_text("main")
    clerk.open("/complaints/?waiting=tell").click("text=张三饺子馆")
    press(clerk, "The person was told", why="11月23日电话告知，无异议。")
    chief.open(f"/complaints/{complaint.pk}/")
    press(chief, "Close the complaint")

    page = followed(sender, number, code)
    assert "退还差价12元。" in page.inner_text("main")
    page.check("[name=score][value='5']")
    page.fill("[name=comment]", "很快。")
    page.click(SEND)
    page.wait_for_selector("text=You gave 5 of 5.")
    assert fine(sender) == []
    complaint.refresh_from_db()
    assert (complaint.state, complaint.rating.score, complaint.attachments.count()) == ("closed", 5, 1)
    assert Complaint.objects.count() == 1


@pytest.fixture
def desk(district):
    return district.by_duty["duty_desk"]


def taken_in(desk, premises=None, **facts):
    known = {"bureau": "05", "kind": "report", "channel": "phone", "text": "过期食品", "about": "张三饺子馆"}
    return register(**{**known, **facts}, premises=premises, by=desk, now=timezone.now())


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_and_stands_up_to_axe(visitor, district, desk, shop, size):
    report = taken_in(desk, shop, is_urgent=True)
    taken_in(desk, kind="complaint", name="", phone="")
    move(complaint=report, to="dispatched", by=desk, now=timezone.now(), visit=True)
    faults, person = {}, visitor(size)
    for officer, path in [
        (desk, "/complaints/"), (desk, "/complaints/new/"), (desk, f"/complaints/{report.pk}/"),
        (desk, f"/complaints/{report.pk + 1}/"), (district.head, f"/complaints/{report.pk}/"),
        (district.lead, f"/complaints/{report.pk}/"), (district.lead, shop.get_absolute_url()),
    ]:  # fmt: skip
        person.enter(officer)
        person.open(path).evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found = fine(person, size)
        if found:
            faults[f"{officer} {path}"] = found

    assert faults == {}


def test_the_desk_finds_the_premises_while_typing_and_loses_nothing(somebody, desk, shop):
    clerk = somebody(desk)
    page = clerk.open("/complaints/new/")
    page.fill("[name=text]", "饺子不够秤")
    page.fill("[name=find]", "饺子馆")
    page.wait_for_selector(f"[name=premises][value='{shop.pk}']")
    page.check(f"[name=premises][value='{shop.pk}']")
    page.select_option("[name=kind]", "report")
    assert page.input_value("[name=text]") == "饺子不够秤"
    assert fine(clerk) == []

    page.locator("button.btn-wide").click()
    page.wait_for_selector(".note-success")

    assert Complaint.objects.get().premises == shop
    assert re.search(r"05-\d{4}-000001", page.inner_text(".note-success"))


def test_the_second_of_two_at_the_desk_is_told_and_keeps_what_was_typed(somebody, desk, district, shop):
    complaint = taken_in(desk, shop, kind="complaint", name="李秀英", phone="13800001234")
    first, second = somebody(desk), somebody(desk)
    for clerk in (first, second):
        clerk.open(f"/complaints/{complaint.pk}/")
    press(first, "Accept")

    page = second.page
    page.click("text=Refuse")
    page.select_option("[name=refusal]", "not_ours")
    page.locator("form[action$='/refused/'] [name=why]").fill("属于城管职责，已写了很久")
    page.click("form[action$='/refused/'] button")
    page.wait_for_selector(".note-error")

    assert "it is “accepted” now" in page.inner_text(".note-error")
    assert "属于城管职责，已写了很久" in page.inner_text(".note-error")
    # the browser itself speaks of the answer 409
    assert [fault for fault in fine(second) if "409" not in fault] == []


def test_how_much_may_be_typed_is_counted_and_nothing_is_cut(visitor, shop):
    person = visitor()
    page = person.open("/public/complaints/new/")

    page.fill("[name=text]", "字" * 5_001)

    assert page.inner_text("[name=text] + div") == "5001 / 5000"
    assert len(page.input_value("[name=text]")) == 5_001
    assert fine(person) == []
