from uuid import uuid4

import pytest
from django.db import IntegrityError

from complaints.models import Complaint
from tests.factories import ComplaintFactory


def test_one_form_is_one_complaint(db):
    number = uuid4()
    ComplaintFactory(client_id=number)

    with pytest.raises(IntegrityError, match="client_id"):
        ComplaintFactory(client_id=number)


def test_many_complaints_came_without_a_form(db):
    ComplaintFactory.create_batch(2)

    assert Complaint.objects.filter(client_id=None).count() == 2
