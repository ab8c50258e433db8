import pytest
from django.test import Client

from complaints.models import Complaint, Rating
from gridsup.models import Attempt

FOLLOW, RATE = "/public/complaints/follow/", "/public/complaints/rate/"


@pytest.fixture
def public(law):
    client = Client()
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def told(take_in):
    """A complaint whose result was told."""
    complaint = take_in()
    Complaint.objects.filter(pk=complaint.pk).update(state="told", result="Paid back.", area_code="050101")
    complaint.refresh_from_db()
    return complaint


def keys(complaint, **more):
    return {"number": complaint.number, "code": complaint.follow_code, **more}


def test_the_result_is_read_and_rated_once(public, told):
    page = public.post(FOLLOW, keys(told)).text
    assert "Paid back." in page
    assert 'name="score"' in page

    thanks = public.post(RATE, keys(told, score="4", comment="Quick.")).text

    assert "Thank you. Your answer counts" in thanks
    assert "You gave 4 of 5." in thanks
    assert 'name="score"' not in thanks
    rating = Rating.objects.get()
    assert (rating.score, rating.comment, rating.area_code) == (4, "Quick.", "050101")


def test_an_officer_who_is_logged_in_does_not_rate(public, told, desk):
    public.force_login(desk)

    page = public.post(RATE, keys(told, score="5")).text

    assert "Only the person who asked rates what was done." in page
    assert not Rating.objects.exists()
    assert not told.events.filter(what="rate").exists()


def test_a_second_answer_changes_nothing(public, told):
    public.post(RATE, keys(told, score="5"))

    again = public.post(RATE, keys(told, score="1")).text

    assert "It was rated already." in again
    assert Rating.objects.get().score == 5


@pytest.mark.parametrize("score", ["", "0", "6", "x", "٣"])
def test_what_is_no_score_is_said_and_the_comment_is_kept(public, told, score):
    text = public.post(RATE, keys(told, score=score, comment="Not lost.")).text

    assert "field-error" in text
    assert "Not lost." in text
    assert not Rating.objects.exists()


def test_a_comment_that_is_too_long_is_said_and_kept(public, told):
    text = public.post(RATE, keys(told, score="3", comment="x" * 501)).text

    assert "At most 500 characters; these are 501." in text
    assert "x" * 501 in text
    assert not Rating.objects.exists()


def test_before_the_result_was_told_nobody_rates(public, take_in):
    complaint = take_in()
    assert 'name="score"' not in public.post(FOLLOW, keys(complaint)).text

    text = public.post(RATE, keys(complaint, score="1")).text

    assert "It can be rated once the result was told." in text
    assert not Rating.objects.exists()


def test_guessing_here_is_guessing_there(public, told):
    answers = [public.post(RATE, keys(told, code="AAAAAAAA", score="1")).status_code for _try in range(6)]

    assert answers == [200] * 5 + [429]
    assert Attempt.objects.filter(kind="follow").count() == 5
    assert public.post(FOLLOW, keys(told)).status_code == 429
    assert not Rating.objects.exists()


def test_the_address_that_is_only_opened_leads_to_the_page(public, told):
    assert public.get(RATE).url == FOLLOW
    assert public.post(RATE, {"score": "5"}).url == FOLLOW
