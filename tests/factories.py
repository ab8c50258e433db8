"""Rows for tests; the named cast stands in the `district` fixture."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from grids.models import Bureau, Grid, Locality, Officer, Posting, Station
from inspections.models import InspectionPlan, InspectionTask
from subjects.models import MarketSubject, Permit, Premises, Trade

TODAY = date(2026, 11, 22)


class BureauFactory(DjangoModelFactory[Bureau]):
    class Meta:
        model = Bureau
        django_get_or_create = ("code",)

    code = "05"
    name = "灞桥区市场监督管理局"


class StationFactory(DjangoModelFactory[Station]):
    class Meta:
        model = Station
        django_get_or_create = ("code",)

    code = "0501"
    name = factory.LazyAttribute(lambda station: f"Station {station.code}")
    bureau = factory.LazyAttribute(lambda station: BureauFactory(code=station.code[:2]))


class GridFactory(DjangoModelFactory[Grid]):
    class Meta:
        model = Grid
        django_get_or_create = ("code",)

    code = "050101"
    name = factory.LazyAttribute(lambda grid: f"Grid {grid.code}")
    station = factory.LazyAttribute(lambda grid: StationFactory(code=grid.code[:4]))
    state = Grid.State.APPROVED


class LocalityFactory(DjangoModelFactory[Locality]):
    class Meta:
        model = Locality
        django_get_or_create = ("code",)

    code = "610111001000"
    name = "纺织城街道"
    kind = Locality.Kind.STREET
    area_code = "0501"


class OfficerFactory(DjangoModelFactory[Officer]):
    class Meta:
        model = Officer

    username = factory.Sequence(lambda n: f"officer{n}")
    name = factory.LazyAttribute(lambda officer: officer.username)


class PostingFactory(DjangoModelFactory[Posting]):
    class Meta:
        model = Posting

    officer = factory.SubFactory(OfficerFactory)
    duty = "grid_lead"
    area_code = "050101"
    from_day = date(2025, 1, 1)


class TradeFactory(DjangoModelFactory[Trade]):
    class Meta:
        model = Trade
        django_get_or_create = ("code",)

    code = "5219"
    name = "其他综合零售"
    section = "F"


class SubjectFactory(DjangoModelFactory[MarketSubject]):
    class Meta:
        model = MarketSubject

    bureau = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"Shop {n}")
    kind = MarketSubject.Kind.INDIVIDUAL
    uscc = factory.Sequence(lambda n: f"92610111MA{n:08d}")
    credit = "A"


class PremisesFactory(DjangoModelFactory[Premises]):
    """A premises in grid 050101 unless `area_code` says otherwise; the grid, station and bureau are made as needed."""

    class Meta:
        model = Premises

    area_code = "050101"
    subject = factory.LazyAttribute(lambda row: SubjectFactory(bureau=BureauFactory(code=row.area_code[:2])))
    grid = factory.LazyAttribute(lambda row: GridFactory(code=row.area_code) if len(row.area_code) == 6 else None)
    address = factory.Sequence(lambda n: f"纺织城街道 {n} 号")
    trade = factory.SubFactory(TradeFactory)
    entered_on = date(2026, 1, 1)


class PermitFactory(DjangoModelFactory[Permit]):
    class Meta:
        model = Permit

    premises = factory.SubFactory(PremisesFactory)
    number = factory.Sequence(lambda n: f"JY{n:014}")


class DuePremisesFactory(PremisesFactory):
    """A premises under key patrol that falls due."""

    tier = "high"
    mode = "key"
    interval_months = 2
    next_due_on = TODAY


class PlanFactory(DjangoModelFactory[InspectionPlan]):
    class Meta:
        model = InspectionPlan

    bureau = factory.SubFactory(BureauFactory)
    year = 2026
    yearly_cap = 6
    state = InspectionPlan.State.PUBLISHED
    proposed_on = date(2025, 12, 1)
    published_on = date(2025, 12, 20)


class TaskFactory(DjangoModelFactory[InspectionTask]):
    """A due routine task of a published plan."""

    class Meta:
        model = InspectionTask

    premises = factory.SubFactory(DuePremisesFactory)
    area_code = factory.LazyAttribute(lambda task: task.premises.area_code)
    reason = "routine"
    plan = factory.LazyAttribute(
        lambda task: (
            InspectionPlan.objects.filter(bureau=task.area_code[:2], state="published").first()
            or PlanFactory(bureau=BureauFactory(code=task.area_code[:2]))
        )
    )
    due_on = TODAY
    opens_on = date(2026, 10, 23)
    state = "due"
