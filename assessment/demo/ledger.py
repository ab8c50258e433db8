"""Invents a bureau's ledger and writes it as the spreadsheet that a district would hand over.

Places and trades are real, businesses are not: names are made of a place, a trade and a number, codes carry the mark
DEM, there are no persons and no telephone numbers. The same seed and day give the same rows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random

import xlsxwriter
from stdnum.cn.uscc import calc_check_digit
from stdnum.iso7064.mod_11_10 import calc_check_digit as legacy_check_digit

from assessment.demo.ground import Ground, Spot
from assessment.demo.mix import (
    DRUG_PERMIT,
    FOOD_PERMIT,
    HIGH,
    MARKET_TRADE,
    MARKET_WORDS,
    MEDIUM,
    OTHER,
    UNLICENSED,
    Line,
    Mix,
)

# Design §5, in the order of Row's fields.
HEADERS = (
    "统一社会信用代码", "注册号", "名称", "类型", "行业代码", "地址", "经度", "纬度", "成立日期", "网格编码",
    "风险等级", "信用等级", "许可证号", "许可有效期", "状态",
)  # fmt: skip
ENTERPRISE, INDIVIDUAL, MARKET, NO_LICENCE = "企业", "个体工商户", "市场", "无照"

# An organisation's nine characters: a mark that stands in no register, a running number, their own check character.
MARK = "DEM"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
OFFICES = {ENTERPRISE: "91", INDIVIDUAL: "92"}

# Ranges of invented dates, in days: how old a business is, how long a permit runs on and how long one is over.
OLDEST, YOUNGEST = 6000, 30
PERMIT_LEFT, PERMIT_OVER = 1800, 40
PERMIT_SOON = 60
# One permit in so many ends within PERMIT_SOON; one second premises in so many is suspended.
SOON, SUSPENDED = 25, 12


@dataclass(frozen=True)
class Row:
    """One row of the ledger file, one premises; the fields stand in the order of HEADERS."""

    uscc: str = ""
    legacy_no: str = ""
    name: str = ""
    kind: str = ""
    trade: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    registered_on: date | None = None
    grid_code: str = ""
    tier: str = ""
    credit: str = ""
    permit_no: str = ""
    permit_valid_to: date | None = None
    status: str = "存续"


@dataclass
class Register:
    """Hands out names, numbers, addresses and dates, each number once."""

    ground: Ground
    dice: Random
    on: date
    today: date
    serial: int = 0
    used: Counter[tuple[str, str]] = field(default_factory=Counter)

    def enter(self, kind: str, line: Line, spot: Spot, *, tier: str = "", credit: str = "") -> Row:
        """A business of a trade at a place."""
        self.serial += 1
        self.used[spot.short, line.word] += 1
        number = self.used[spot.short, line.word]
        row = Row(
            name=f"{spot.short}第{number}{line.word}",
            kind=kind,
            trade=line.trade,
            address=self.house(spot),
            grid_code=spot.grid,
            tier=tier,
            credit=credit,
        )
        if kind == NO_LICENCE:
            return row
        row = replace(row, registered_on=self.on - timedelta(days=self.dice.randint(YOUNGEST, OLDEST)))
        if kind == MARKET:
            return replace(row, legacy_no=legacy_number(self.ground.district_code, self.serial))
        if kind == ENTERPRISE:
            row = replace(row, name=f"{self.ground.town}{row.name}有限公司")
        number_valid_to = self.permit(line.trade)
        code = social_credit_code(OFFICES[kind], self.ground.district_code, self.serial)
        return replace(row, uscc=code, permit_no=number_valid_to[0], permit_valid_to=number_valid_to[1])

    def house(self, spot: Spot) -> str:
        """An address: real street and place, invented house number."""
        return f"{self.ground.district}{spot.street}{spot.place}{self.dice.randint(1, 480)}号"

    def permit(self, trade: str) -> tuple[str, date | None]:
        """Number and last day of the permit that the trade needs; most run for years, some end soon or are over."""
        if trade.startswith(FOOD_PERMIT):
            kind = {"6": "2", "1": "3"}.get(trade[0], "1")
            number = f"JY{kind}{self.ground.district_code}{self.serial:07}"
        elif trade.startswith(DRUG_PERMIT):
            number = f"陕DB{self.ground.district_code[2:]}{self.serial:05}"
        else:
            return "", None
        soon = self.dice.randrange(SOON) == 0
        left = self.dice.randint(-PERMIT_OVER, PERMIT_SOON) if soon else self.dice.randint(PERMIT_SOON, PERMIT_LEFT)
        return number, self.today + timedelta(days=left)


def social_credit_code(office: str, district_code: str, serial: int) -> str:
    """An invented unified social credit code of 18 characters; both its check characters are right."""
    organisation = f"{MARK}{serial:05}"
    code = f"{office}{district_code}{organisation}{organisation_check(organisation)}"
    return code + str(calc_check_digit(code))


def organisation_check(organisation: str) -> str:
    """The check character of an organisation's eight (GB 11714)."""
    total = sum(weight * int(sign, 36) for weight, sign in zip(ORGANISATION_WEIGHTS, organisation, strict=True))
    return "0X987654321"[total % 11]


def legacy_number(district_code: str, serial: int) -> str:
    """An invented registration number of 15 digits, the last its check digit."""
    number = f"{district_code}{serial:08}"
    return number + str(legacy_check_digit(number))


def invent(ground: Ground, mix: Mix, *, seed: int, on: date, today: date | None = None) -> list[Row]:
    """The rows of the file as of a day, shuffled as a register is; permits run on from `today`, else from that day."""
    dice = Random(seed)
    register = Register(ground, dice, on, today or on)
    spots = ground.spots_for(mix.rows, dice)
    places = iter(spots)
    wanted = chain(_registered(mix, dice), _unlicensed(mix, dice), _markets(mix))
    rows = [register.enter(kind, line, next(places), tier=tier, credit=credit) for kind, line, tier, credit in wanted]
    rows += _second_premises(mix, rows, places, register)
    rows = [
        replace(row, lon=lon, lat=lat) for row, (lon, lat) in zip(rows, ground.points(spots, seed=seed), strict=True)
    ]
    dice.shuffle(rows)
    nowhere = mix.lost + mix.by_place_only
    lost = [replace(row, grid_code="", lon=None, lat=None) for row in rows[: mix.lost]]
    rows = lost + [replace(row, grid_code="") for row in rows[mix.lost : nowhere]] + rows[nowhere:]
    dice.shuffle(rows)
    return rows


Wanted = tuple[str, Line, str, str]


def _registered(mix: Mix, dice: Random) -> Iterator[Wanted]:
    """Kind, trade, tier cell and credit of every registered subject."""
    for tier, grades in mix.credit.items():
        credits = [credit for credit, count in grades.items() for _each in range(count)]
        dice.shuffle(credits)
        by_trade = mix.medium_by_trade if tier == "medium" else 0
        for number, credit in enumerate(credits):
            kind = ENTERPRISE if number < mix.enterprises[tier] else INDIVIDUAL
            if tier == "medium" and number >= len(credits) - by_trade:
                # the file says the class here too: preset R has no rule for these trades, FR has
                yield kind, _drawn(MEDIUM, kind, dice), "乙", credit
            elif tier == "medium":
                yield kind, _drawn(OTHER, kind, dice), "乙", credit
            else:
                yield kind, _drawn(HIGH if tier == "high" else OTHER, kind, dice), "", credit


def _unlicensed(mix: Mix, dice: Random) -> Iterator[Wanted]:
    for goods, count in mix.unlicensed.items():
        for _each in range(count):
            yield NO_LICENCE, _drawn(UNLICENSED[goods], INDIVIDUAL, dice), "", ""


def _markets(mix: Mix) -> Iterator[Wanted]:
    for number in range(mix.markets):
        yield MARKET, Line(MARKET_TRADE, MARKET_WORDS[number % len(MARKET_WORDS)], 1, 1), "", ""


def _drawn(lines: Sequence[Line], kind: str, dice: Random) -> Line:
    weights = [line.enterprises if kind == ENTERPRISE else line.individuals for line in lines]
    return dice.choices(lines, weights)[0]


def _second_premises(mix: Mix, rows: Sequence[Row], places: Iterator[Spot], register: Register) -> Iterator[Row]:
    """Further premises of individual businesses: same code, trade, tier and credit at another address."""
    owners = register.dice.sample([row for row in rows if row.kind == INDIVIDUAL], mix.second_premises)
    for number, owner in enumerate(owners):
        spot = next(places)
        status = "停业" if number % SUSPENDED == 0 else owner.status
        address = register.house(spot) + "二店"
        yield replace(owner, address=address, grid_code=spot.grid, permit_no="", permit_valid_to=None, status=status)


def write_sheet(rows: Iterable[Row], path: Path, *, made: datetime) -> Path:
    """The rows as a real .xlsx with Chinese headers; dates are dates, codes are text, an empty value is no cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": "市场主体台账（演示）", "created": made})
    sheet = book.add_worksheet("台账")
    sheet.write_row(0, 0, HEADERS)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(astuple(row)):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value)
            elif isinstance(value, float):
                sheet.write_number(number, column, value)
            elif value:
                sheet.write_string(number, column, value)
    book.close()
    return path
