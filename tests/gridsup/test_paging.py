import pytest
from django.test import RequestFactory

from gridsup.paging import page_of
from inspections.models import Finding
from tests.factories import FindingFactory


@pytest.fixture
def findings(db):
    for number in range(7):
        FindingFactory(text=f"Finding {number}")
    return Finding.objects.with_file().order_by("-text")


def page(rows, asked=""):
    return page_of(rows, RequestFactory().get("/", {"page": asked} if asked else {}), size=3)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [("", "654"), ("1", "654"), ("2", "321"), ("3", "0"), ("99", "0"), ("x", "654"), ("-1", "0"), ("0", "0")],
)
def test_a_page_holds_its_rows_in_the_order_of_the_list(findings, asked, wanted):
    assert [row.text[-1] for row in page(findings, asked)] == list(wanted)


def test_rows_come_with_what_the_list_asked_for(findings, django_assert_num_queries):
    with django_assert_num_queries(3):  # how many, which, and the rows with their premises
        assert [row.premises.subject.name for row in page(findings)]


def test_an_empty_list_is_an_empty_page(findings, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not page(findings.filter(text="nothing"))
    assert page(findings.none()).paginator.count == 0
