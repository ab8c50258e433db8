from io import StringIO

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import gettext, pgettext

from gridsup import catalogue


@pytest.fixture
def project(tmp_path, settings):
    """A project of one module and one template."""
    settings.BASE_DIR = tmp_path
    for folder in (*catalogue.APPS, "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "grids" / "models.py").write_text(
        'from django.utils.translation import gettext_lazy as _\nname = _("name of %(grid)s")\n', encoding="utf-8"
    )
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}\n<p>\n   {% translate "Due" %}\n {# it is #}</p>\n'
        "{% blocktranslate count n=n %}{{ n }} visit{% plural %}{{ n }} visits{% endblocktranslate %}\n"
        '{% translate "May" context "month" %} {{ _("Grid")|safe }}',
        encoding="utf-8",
    )
    return tmp_path


@pytest.fixture
def only_own(monkeypatch):
    monkeypatch.setattr(catalogue, "BORROWED", ())


def translate(project, pairs):
    text = "".join(f'msgid "{found}"\nmsgstr "{chinese}"\n\n' for found, chinese in pairs)
    (project / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").write_text(text, encoding="utf-8")


def test_messages_of_modules_and_templates_are_found(project, only_own):
    found = {(catalogue.singular(message.id), message.context) for message in catalogue.in_sources() if message.id}

    assert found == {
        ("name of %(grid)s", None), ("Due", None), ("%(n)s visit", None), ("May", "month"), ("Grid", None)
    }  # fmt: skip


def test_extracting_twice_changes_nothing(project, only_own):
    assert catalogue.extract_messages()
    before = catalogue.po_file().read_bytes()

    assert not catalogue.extract_messages()
    assert catalogue.po_file().read_bytes() == before
    assert b"Date" not in before
    assert b".py:" not in before


def test_extracting_keeps_translations_and_drops_what_is_gone(project, only_own):
    catalogue.extract_messages()
    translate(project, [("Due", "到期"), ("Gone", "没有了")])

    catalogue.extract_messages()

    assert catalogue.stored().get("Due").string == "到期"
    assert catalogue.stored().get("Gone") is None


@pytest.mark.parametrize(
    ("found", "chinese", "flags", "fault"),
    [
        ("Due", "", (), "no Chinese"),
        ("Due", "到期", ("fuzzy",), "fuzzy"),
        ("%(n)s visits", "走访", (), "placeholders"),
        ("{n} visits", "{m}次走访", (), "placeholders"),
        (("one visit", "%(n)s visits"), ("走访",), (), "placeholders"),
        (("one visit", "%(n)s visits"), ("",), (), "no Chinese"),
    ],
)
def test_an_unfit_translation_is_named(found, chinese, flags, fault):
    assert fault in catalogue.fault_of(Message(found), Message(found, chinese, flags=flags))


@pytest.mark.parametrize(
    ("found", "chinese"),
    [("Due", "到期"), ("100%% of %(n)s", "%(n)s 的 100%%"), (("one visit", "%(n)s visits"), ("%(n)s次走访",))],
)
def test_a_fit_translation_has_no_fault(found, chinese):
    assert catalogue.fault_of(Message(found), Message(found, chinese)) == ""


def test_the_check_lists_what_is_missing(project, only_own):
    catalogue.extract_messages()

    with pytest.raises(CommandError, match="“Due” has no Chinese"):
        call_command("translations", check=True)


def test_compiling_writes_what_django_reads(project, only_own):
    catalogue.extract_messages()
    translate(project, [("Due", "到期")])
    out = StringIO()

    call_command("translations", stdout=out)

    assert out.getvalue() == '{"compiled": 1}\n'
    assert catalogue.po_file().with_suffix(".mo").exists()


def test_borrowed_messages_are_those_that_no_package_says_in_chinese():
    borrowed = {message.id for message in catalogue.in_sources() if "unfold" in message.auto_comments}

    assert "Apply Filters" in borrowed
    assert ("Save", None) in catalogue.chinese_already()
    assert "Save" not in borrowed


def test_english_shows_the_message_ids_themselves():
    with translation.override("en"):
        for message in catalogue.in_sources():
            if isinstance(message.id, str) and message.id and not message.context:
                assert gettext(message.id) == message.id


def test_chinese_shows_what_the_catalogue_says():
    with catalogue.po_file().open("rb") as stream:
        known = [message for message in read_po(stream) if isinstance(message.id, str) and message.id]

    with translation.override("zh-hans"):
        assert [message.id for message in known if message.string and said(message) != message.string] == []


def said(message):
    return pgettext(message.context, message.id) if message.context else gettext(message.id)
