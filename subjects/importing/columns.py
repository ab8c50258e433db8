"""The columns of a ledger file: Chinese or English header, any order (design §5)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from gridsup.errors import BadInput
from gridsup.sheets.header import Columns, missing

# Key → Chinese header, in the order of the contract.
COLUMNS = {
    "uscc": "统一社会信用代码",
    "legacy_no": "注册号",
    "name": "名称",
    "kind": "类型",
    "trade": "行业代码",
    "address": "地址",
    "lon": "经度",
    "lat": "纬度",
    "registered_on": "成立日期",
    "grid_code": "网格编码",
    "tier": "风险等级",
    "credit": "信用等级",
    "permit_no": "许可证号",
    "permit_valid_to": "许可有效期",
    "status": "状态",
}
# Something must tell one subject from another: a number, or for the unlicensed the place beside the name.
IDENTIFYING = ("uscc", "legacy_no", "address")


def _check(row: int, positions: Mapping[str, int]) -> None:
    if "name" not in positions:
        raise missing(row, COLUMNS, "name")
    if not any(key in positions for key in IDENTIFYING):
        raise BadInput(
            _("Row %(row)d has none of the columns “%(columns)s”: subjects cannot be told apart.")
            % {"row": row, "columns": "、".join(COLUMNS[key] for key in IDENTIFYING)}
        )
    if ("lon" in positions) != ("lat" in positions):
        raise BadInput(_("Row %(row)d has one of longitude and latitude without the other.") % {"row": row})


LEDGER = Columns(COLUMNS, _check)
