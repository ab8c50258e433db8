from datetime import timedelta

import pytest
from axes.helpers import get_client_ip_address
from django.test import RequestFactory

from gridsup import flood, tasks
from gridsup.addresses import client_address, connection_of
from gridsup.api.errors import explain
from gridsup.errors import TooOften
from gridsup.flood import LIMITS, allow, forget, source_of
from gridsup.models import Attempt
from tests.factories import TODAY, noon
from tests.together import at_once

NOON = noon(TODAY)
MOST, SECONDS = LIMITS["complaint"][0].most, LIMITS["complaint"][0].seconds


def asked(address="198.51.100.7", **headers):
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


def tried(times, now=NOON, kind="complaint", **who):
    """How many of so many attempts were let through."""
    passed = 0
    for _attempt in range(times):
        try:
            allow(kind=kind, request=asked(**who), now=now)
        except TooOften:
            continue
        passed += 1
    return passed


def test_a_hundred_at_once_are_cut_to_the_limit(db):
    assert tried(100) == MOST
    assert Attempt.objects.count() == MOST


def test_the_refusal_says_when_to_try_again(db, english):
    tried(MOST)

    with pytest.raises(TooOften, match=r"not taken yet. Try again in 6 minutes\.") as refused:
        allow(kind="complaint", request=asked(), now=NOON + timedelta(minutes=4))

    assert refused.value.wait == SECONDS - 240


def test_a_day_too_has_its_limit(db, english):
    hours = [NOON + timedelta(hours=hour) for hour in range(8)]

    assert [tried(MOST, now=hour) for hour in hours] == [10] * 6 + [0] * 2
    with pytest.raises(TooOften, match="in 17 hours"):
        allow(kind="complaint", request=asked(), now=hours[-1])


def test_a_window_slides_on(db):
    tried(MOST)

    assert tried(1, now=NOON + timedelta(seconds=SECONDS - 1)) == 0
    assert tried(MOST + 1, now=NOON + timedelta(seconds=SECONDS)) == MOST


def test_whoever_is_refused_is_not_locked_any_longer_for_asking(db):
    tried(MOST)
    tried(50, now=NOON + timedelta(seconds=SECONDS - 1))

    assert tried(1, now=NOON + timedelta(seconds=SECONDS)) == 1


def test_another_address_and_another_kind_are_counted_apart(db):
    tried(MOST)

    assert tried(1, address="198.51.100.8") == 1
    assert tried(1, kind="follow") == 1


def test_guesses_are_slowed_and_then_locked(db):
    passed = [tried(6, now=NOON + timedelta(minutes=minute), kind="follow") for minute in range(0, 60, 5)]

    assert passed == [5, 5, 5, 5, *[0] * 8]


def test_many_at_the_same_moment_are_counted_exactly(two_connections):
    results = at_once(*[lambda: allow(kind="follow", request=asked(), now=NOON)] * 8)

    assert sum(isinstance(result, Attempt) for result in results) == 5
    assert sum(isinstance(result, TooOften) for result in results) == 3


def test_no_address_is_kept(db):
    tried(1)

    assert "198.51.100" not in str(Attempt.objects.values().get())
    assert Attempt.objects.get().source == source_of(asked())


def test_what_no_limit_counts_is_forgotten(db, time_machine):
    tried(1, now=NOON - timedelta(days=1))
    tried(1, now=NOON)
    time_machine.move_to(NOON)

    tasks.forget_attempts()

    assert [attempt.at for attempt in Attempt.objects.all()] == [NOON]
    assert forget(now=NOON) == 0


def test_every_kind_has_limits_and_a_sentence():
    assert set(flood.LIMITS) == set(flood.SENTENCES)


def test_the_api_answers_429_and_says_how_long_to_wait(english):
    answer = explain(TooOften("Wait.", wait=90), {})

    assert (answer.status_code, answer["Retry-After"]) == (429, "90")
    assert answer.data == {"errors": [{"code": "too_often", "field": "", "message": "Wait."}]}


@pytest.mark.parametrize(
    ("behind", "said", "known"),
    [
        (False, "203.0.113.9", "198.51.100.7"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (True, "2001:db8::1", "2001:db8::1"),
        (True, "203.0.113.9, <script>", "198.51.100.7"),
        (True, "", "198.51.100.7"),
    ],
)
def test_an_address_is_believed_of_the_proxy_alone(settings, behind, said, known):
    settings.BEHIND_PROXY = behind
    request = asked(**{"X-Forwarded-For": said})

    assert client_address(request) == known
    assert get_client_ip_address(request) == known


@pytest.mark.parametrize(
    ("address", "connection"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_connection_is_one_whatever_address_it_picks(address, connection):
    assert connection_of(address) == connection
