"""Rows of cases for tests, beside `tests.factories`."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from inspections.models import CaseReturn, CreditReview

ENDED = date(2026, 11, 22)


class CaseReturnFactory(DjangoModelFactory[CaseReturn]):
    """A case that ended in a fine."""

    class Meta:
        model = CaseReturn

    premises = factory.SubFactory("tests.factories.DuePremisesFactory")
    number = factory.Sequence(lambda n: f"Case {n}")
    decision = "Fine of 5,000 yuan"
    closed_on = ENDED


class CreditReviewFactory(DjangoModelFactory[CreditReview]):
    """A proposal that waits."""

    class Meta:
        model = CreditReview

    case = factory.SubFactory(CaseReturnFactory)
    state = "proposed"
    proposed_on = ENDED
    credit = factory.LazyAttribute(lambda review: "C" if review.state == "confirmed" else "")
    decided_on = factory.LazyAttribute(lambda review: None if review.state == "proposed" else ENDED)


def case_of(finding: Any) -> CaseReturn | None:
    """What the case team reported of a finding that came back."""
    if finding.state not in {"case_returned", "closed"}:
        return None
    return CaseReturnFactory(premises=finding.premises)
