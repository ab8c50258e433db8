import pytest

from gridsup.telephones import is_telephone

GOOD = [
    "13800001234", "138 0000 1234", "+86 138 0000 1234", "8613800001234", "0086-13800001234", "013800001234",
    "029-8350 1234", "(029)83501234", "02983501234", "029-83501234-801", "+86-29-83501234", "010-62345678",
    "0910 3353535", "83501234", "8350123", "400-800-1234", "800 820 8888", "95588", "96110", "+852 2345 6789",
    "0044 20 7946 0958", "+1 (202) 555-0123", "（０２９）８３５０－１２３４",
]  # fmt: skip
BAD = [
    "00000000000", "1111111", "2222222", "000000000000000", "0000000001", "+0000000", "12345678901", "12345678",
    "12345", "138", "1380000123", "138000012345", "call me maybe", "+", "()", "٣٣٣٣٣٣٣٣", "0" * 40,
]  # fmt: skip


@pytest.mark.parametrize("phone", GOOD)
def test_what_people_write_is_a_number(phone):
    assert is_telephone(phone)


@pytest.mark.parametrize("phone", BAD)
def test_what_reaches_nobody_is_none(phone):
    assert not is_telephone(phone)
