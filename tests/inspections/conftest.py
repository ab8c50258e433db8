"""A grid lead before a premises that is due today."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import TaskFactory
from tests.visits import load_policy, shop


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def premises(district, today):
    load_policy()
    place = shop()
    TaskFactory(premises=place, due_on=today, opens_on=today - timedelta(days=30))
    return place


@pytest.fixture
def as_lead(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.lead)
    return client


@pytest.fixture
def as_chief(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    return client
