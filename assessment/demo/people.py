"""Who works in the demonstration: every grid staffed by the rules, everybody named by the post.

Source: tables.md "Formats", Demo (accounts); handbook §2 (one lead, two certified officers, 1-3 supervisors a grid).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from grids.permissions import Duty

# Days in post: everybody was there when the story begins; leads turn over within three years, some are nearly there.
YOUNGEST_POST, OLDEST_POST = 320, 1090
OFFICE_POST = 1000
# One manager has stayed beyond the three years of the rotation, the leads with the oldest posts come near them.
OVERSTAYED, OVERSTAYED_GRID = 1098, 3
# Two neighbouring grids whose people count for one another.
GROUP, GROUP_GRIDS = "巡查一组", (4, 5)
# Days a certificate runs on: far enough that the demonstration outlives its building by months.
SHORTEST_CERTIFICATE, LONGEST_CERTIFICATE = 200, 1500
# Whose certificate is to be renewed now: it runs on for so many days.
ENDING = {"manager050104": 40}


@dataclass(frozen=True)
class Member:
    """An account with its posts: `days` in post so far, `certificate` runs on for so many days (0: none)."""

    username: str
    name: str
    duty: Duty
    areas: tuple[str, ...]
    days: int = OFFICE_POST
    certificate: int = 0
    line: str = ""
    team: str = ""


def offices() -> Iterator[Member]:
    """The posts above the stations; the city's officer has one in each bureau, the second bureau its own office.

    The grid office of 05 has two: what one of them handled, the other reviews.
    """
    yield Member("city", "市局督查岗", Duty.CITY_OFFICE, ("05", "06"))
    yield Member("head05", "区局局长岗", Duty.BUREAU_HEAD, ("05",))
    yield Member("district", "区局网格办", Duty.GRID_OFFICE, ("05",))
    yield Member("review05", "区局网格办复核岗", Duty.GRID_OFFICE, ("05",))
    yield Member("section05food", "食品科", Duty.SECTION, ("05",), line="food")
    yield Member("desk05", "投诉举报受理岗", Duty.DUTY_DESK, ("05",))
    yield Member("case05", "执法办案岗", Duty.CASE_TEAM, ("05",), certificate=LONGEST_CERTIFICATE)
    yield Member("keeper05", "文书管理岗", Duty.DOCUMENT_KEEPER, ("05",))
    yield Member("system05", "系统管理员", Duty.SYSTEM_ADMIN, ("05",))
    yield Member("security05", "安全管理员", Duty.SECURITY_ADMIN, ("05",))
    yield Member("auditor", "审计员", Duty.AUDITOR, ("05",))
    yield Member("head06", "演示区局局长岗", Duty.BUREAU_HEAD, ("06",))
    yield Member("district06", "演示区局网格办", Duty.GRID_OFFICE, ("06",))
    yield Member("desk06", "演示区局受理岗", Duty.DUTY_DESK, ("06",))


def station_staff(code: str) -> Member:
    """The chief of a station."""
    return Member(f"chief{code}", f"所长 {code}", Duty.STATION_CHIEF, (code,))


def grid_staff(code: str, number: int, dice: Random) -> Iterator[Member]:
    """Those of one grid; `number` counts the grids, so that some have a second manager or more supervisors."""

    def member(account: str, name: str, duty: Duty, *, certified: bool = False) -> Member:
        days = dice.randint(YOUNGEST_POST, OFFICE_POST)
        certificate = dice.randint(SHORTEST_CERTIFICATE, LONGEST_CERTIFICATE) if certified else 0
        team = GROUP if number in GROUP_GRIDS and certified else ""
        return Member(account, name, duty, (code,), days, certificate, team=team)

    lead = member(f"lead{code}", f"网格长 {code}", Duty.GRID_LEAD, certified=True)
    yield replace(lead, days=OLDEST_POST) if number % 9 == 0 else lead
    manager = member(f"manager{code}", f"管理员 {code}", Duty.MANAGER, certified=True)
    yield replace(manager, days=OVERSTAYED) if number == OVERSTAYED_GRID else manager
    if number % 3 == 0:  # an auxiliary without a certificate: files, but does not inspect
        yield member(f"manager{code}b", f"管理员 {code}-2", Duty.MANAGER)
    yield member(f"informant{code}", f"信息员 {code}", Duty.INFORMANT)
    for suffix, mark in (("", ""), ("b", "-2"), ("c", "-3"))[: number % 3 + 1]:
        yield member(f"supervisor{code}{suffix}", f"监督员 {code}{mark}", Duty.SUPERVISOR)


def cast(stations: Sequence[str], grids: Sequence[str], *, seed: int) -> list[Member]:
    """Everybody, the same for the same seed."""
    dice = Random(seed)
    members = [*offices(), *map(station_staff, stations)]
    for number, code in enumerate(grids):
        members += grid_staff(code, number, dice)
    return [replace(member, certificate=ENDING.get(member.username, member.certificate)) for member in members]
