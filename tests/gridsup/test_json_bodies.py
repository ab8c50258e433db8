"""What is no JSON is refused in the language of the caller, with the place."""

import pytest


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "第 1 行第 2 个字符"),
        ('{"parts": NaN}', "NaN"),
        ('{"parts": 1e999}', ""),
    ],
)
def test_no_word_of_a_library_stands_in_the_answer(client, district, body, said):
    client.force_login(district.chief, backend="grids.backends.DutyBackend")
    reply = client.post(
        "/api/v1/area-changes", body, content_type="application/json", headers={"accept-language": "zh-hans"}
    )

    assert reply.status_code == 400
    message = reply.json()["errors"][0]["message"]
    assert said in message
    for english in ("parse error", "Out of range", "Expecting"):
        assert english not in message


def test_a_body_in_another_encoding_is_refused_with_a_sentence(client, district):
    client.force_login(district.chief, backend="grids.backends.DutyBackend")
    reply = client.post("/api/v1/area-changes", '{"why": "错"}'.encode("gb18030"), content_type="application/json")

    assert (reply.status_code, "UTF-8" in reply.json()["errors"][0]["message"]) == (400, True)
