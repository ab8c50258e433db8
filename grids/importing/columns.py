"""The columns of a file of people: one row a person, or one row a post where somebody holds several."""

from collections.abc import Mapping

from gridsup.sheets.header import Columns, missing

COLUMNS = {
    "name": "姓名",
    "username": "用户名",
    "phone": "手机",
    "certificate_no": "执法证号",
    "certificate_from": "执法证起始日",
    "certificate_valid_to": "执法证有效期",
    "duty": "岗位",
    "area_code": "区域编码",
    "line": "业务条线",
    "team": "巡查组",
    "from_day": "任岗日期",
}
OTHERS = {
    "电话": "phone", "联系电话": "phone", "手机号": "phone", "手机号码": "phone",
    "执法证有效期至": "certificate_valid_to", "发证日期": "certificate_from", "执法证发证日期": "certificate_from",
    "certificate valid from": "certificate_from",
    "执法证编号": "certificate_no", "职务": "duty", "网格编码": "area_code", "辖区编码": "area_code", "业务线": "line",
    "上岗日期": "from_day", "起始日期": "from_day", "user name": "username", "certificate number": "certificate_no",
    "certificate valid to": "certificate_valid_to", "area": "area_code", "from": "from_day",
}  # fmt: skip
DATES = ("certificate_from", "certificate_valid_to", "from_day")


def _check(row: int, positions: Mapping[str, int]) -> None:
    for key in ("name", "username"):
        if key not in positions:
            raise missing(row, COLUMNS, key)


PEOPLE = Columns(COLUMNS, _check, OTHERS)
