"""The trail itself: appended alone, chained, guarded by the database, checked, sealed and pruned."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gridsup.audit import guard
from gridsup.audit.chain import append, check
from gridsup.audit.keeping import prune
from gridsup.jobs import run_inline
from gridsup.models import AuditEntry, AuditSeal
from tests.factories import BureauFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=500)


def entry(bureau="05", at=NOW, **facts):
    area = facts.pop("area_code", bureau)
    facts = {"action": "view", "username": "lead", "row": "1", **facts}
    return append(AuditEntry(bureau=bureau, area_code=area, at=at, **facts))


def trail(count=5, **facts):
    return [entry(**facts) for _number in range(count)]


def behind_the_back(sql, *params):
    """What the owner of the database could do: without the guard, by SQL."""
    with guard.lowered("default"), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.usefixtures("english")
class TestChain:
    def test_each_bureau_counts_its_own_chain_without_a_gap(self):
        made = [*trail(3), *trail(2, bureau="06"), *trail(1)]

        assert [row.label for row in made] == ["05-1", "05-2", "05-3", "06-1", "06-2", "05-4"]
        assert made[-1].former == made[2].hash

    def test_a_whole_chain_is_found_whole(self):
        trail(3)

        verdict = check("05")

        assert (verdict.read, verdict.number, verdict.faults) == (3, 3, [])

    @pytest.mark.parametrize("field", ["username", "why", "row", "status", "address"])
    def test_a_changed_entry_is_named(self, field):
        changed = trail(3)[1]

        behind_the_back(f"UPDATE gridsup_auditentry SET {field} = '404' WHERE id = %s", changed.pk)  # noqa: S608

        assert check("05").faults == ["Entry 05-2 was changed."]

    def test_a_changed_moment_is_named(self):
        changed = trail(2)[0]

        behind_the_back("UPDATE gridsup_auditentry SET at = %s WHERE id = %s", NOW - timedelta(hours=1), changed.pk)

        assert check("05").faults == ["Entry 05-1 was changed."]

    def test_an_entry_that_was_left_out_is_missed(self):
        trail(3)

        behind_the_back("DELETE FROM gridsup_auditentry WHERE number = 2")

        assert check("05").faults == ["Entries before 05-3 are missing."]

    def test_an_entry_that_was_put_in_shows_itself_and_the_next(self):
        trail(3)

        behind_the_back("UPDATE gridsup_auditentry SET hash = %s WHERE number = 2", "0" * 64)

        assert check("05").faults == ["Entry 05-2 was changed.", "Entry 05-3 does not follow the one before it."]

    def test_a_first_entry_that_was_cut_off_is_missed(self):
        trail(3)

        behind_the_back("DELETE FROM gridsup_auditentry WHERE number = 1")

        assert check("05", whole=True).faults == ["Entries before 05-2 are missing."]

    def test_a_tail_that_was_cut_off_behind_a_seal_is_missed(self):
        last = trail(3)[-1]
        AuditSeal.objects.create(bureau="05", number=3, hash=last.hash, at=NOW, made_at=NOW)

        behind_the_back("DELETE FROM gridsup_auditentry WHERE number > 1")

        assert check("05", whole=True).faults == ["Entries after 05-1 are missing: 05-3 was sealed."]

    def test_a_chain_that_was_written_anew_with_the_key_of_somebody_else_is_no_chain(self, settings):
        settings.SECRET_KEY = "another-key"
        trail(2)
        settings.SECRET_KEY = "the-key"

        assert check("05").faults == ["Entry 05-1 was changed.", "Entry 05-2 was changed."]

    def test_what_was_written_under_a_former_key_is_checked_with_it(self, settings):
        trail(2)
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key", [settings.SECRET_KEY]
        trail(1)

        assert check("05").faults == []


class TestGuard:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE gridsup_auditentry SET username = 'nobody'",
            "DELETE FROM gridsup_auditentry",
            "UPDATE gridsup_auditseal SET number = 9",
            "DELETE FROM gridsup_auditseal",
            "TRUNCATE gridsup_auditentry, gridsup_auditseal",
        ],
    )
    def test_the_database_refuses_what_goes_round_the_models(self, sql):
        last = trail(2)[-1]
        AuditSeal.objects.create(bureau="05", number=2, hash=last.hash, at=NOW, made_at=NOW)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)  # SQLite has no TRUNCATE: an error of syntax is a refusal, too

        assert AuditEntry.objects.count() == 2

    def test_the_models_refuse_it_before_the_database_does(self):
        first = entry()

        for attempt in (first.save, first.delete, AuditEntry.objects.all().delete):
            with pytest.raises(TypeError):
                attempt()
        with pytest.raises(TypeError):
            AuditEntry.objects.update(username="nobody")

    @pytest.mark.usefixtures("english")
    def test_a_guard_that_was_taken_down_is_missed(self):
        guard.remove("default")

        assert len(check("05").faults) == len(guard.TRIGGERS)
        guard.install("default")
        assert check("05").faults == []

    @pytest.mark.django_db(transaction=True)
    def test_a_demonstration_may_be_thrown_away_whole_and_is_guarded_again(self):
        trail(2)

        call_command("flush", interactive=False, verbosity=0)

        assert not AuditEntry.objects.exists()
        assert guard.missing("default") == []


class TestKeeping:
    def run(self, name, period):
        BureauFactory(code="05")
        job = run_inline(name=name, period=period, area_code="05", now=NOW)
        assert job.state == "done", job.error
        return job.counts

    def test_every_night_what_is_new_is_checked_and_sealed(self):
        trail(3)

        first = self.run("check_audit", "2026-11-22")
        second = self.run("check_audit", "2026-11-23")

        assert (first["read"], first["broken"], first["made"]) == (3, 0, 1)
        assert second["read"] == 1  # the entry that the first check left
        assert [str(seal) for seal in AuditSeal.objects.all()] == ["05-3", "05-4"]

    @pytest.mark.usefixtures("english")
    def test_a_broken_chain_is_told_in_the_trail_and_counted(self, caplog):
        changed = trail(3)[1]
        behind_the_back("UPDATE gridsup_auditentry SET username = 'x' WHERE id = %s", changed.pk)

        counts = self.run("check_audit", "2026-11")

        told = AuditEntry.objects.get(action="check")
        assert counts["broken"] == 1
        assert (told.outcome, told.why) == ("failed", "3 entries checked. Entry 05-2 was changed.")
        assert "Entry 05-2 was changed." in caplog.text

    def test_old_entries_go_under_a_seal_and_the_rest_stays_checkable(self):
        trail(3, at=LONG_AGO)
        self.run("check_audit", "2025-07-01")
        trail(2)

        counts = self.run("prune_audit", "2026-11-22")

        assert counts["changed"] == 3
        assert list(AuditEntry.objects.order_by("number").values_list("number", "action")) == [
            (4, "check"), (5, "view"), (6, "view"), (7, "prune"),
        ]  # fmt: skip
        assert check("05", whole=True).faults == []
        assert prune(bureau="05", now=NOW) == {"changed": 0}

    def test_what_is_not_sealed_or_not_old_stays(self):
        trail(1, at=LONG_AGO)
        assert prune(bureau="05", now=NOW) == {"changed": 0}
        self.run("check_audit", "2025-07-01")

        assert prune(bureau="05", now=LONG_AGO) == {"changed": 0}

    def test_the_database_keeps_half_a_year_whatever_the_job_is_told(self):
        trail(1)
        self.run("check_audit", "2026-11-22")

        with pytest.raises(DatabaseError), transaction.atomic():
            prune(bureau="05", now=NOW + timedelta(days=500))
