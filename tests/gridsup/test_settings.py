import os
import runpy
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from gridsup.settings import BASE_DIR

BAD = [
    ("SECRET_KEY", "short", "at least 50 random characters"),
    ("GRIDSUP_DEMO", "maybe", "neither yes nor no"),
    ("HSTS_SECONDS", "-1", "is not a whole number"),
    ("LOGIN_FAILURES", "0", "from 1 to"),
    ("JOB_LEASE_SECONDS", "99999999999999999", "from 1 to"),
    ("API_TOKEN_HOURS", "٣", "is not a whole number"),
    ("ALLOWED_HOSTS", "https://x", "is no host name"),
    ("DATABASE_URL", "mysql://x/y", "must look like postgres://"),
    ("DATABASE_URL", "postgres://u:p[@h/d", "Percent-encode"),
    ("DATABASE_URL", "postgres://u@h:port/d", "cannot be read"),
    ("CELERY_BROKER_URL", "foo", "must look like redis://"),
    ("CELERY_BROKER_URL", "redis://h:abc/0", "cannot be read"),
    ("LOG_LEVEL", "loud", "is none of"),
    ("GRIDSUP_VAR", "/dev/null", "is no folder"),
]


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """An environment with nothing but what a production start needs."""
    for name in {name for name, _value, _sentence in BAD}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", "k" * 50)
    monkeypatch.setenv("GRIDSUP_VAR", str(tmp_path))
    return monkeypatch


def settings():
    return runpy.run_path(str(BASE_DIR / "gridsup" / "settings.py"))


@pytest.mark.parametrize(("name", "value", "sentence"), BAD)
def test_a_bad_setting_is_refused_with_a_sentence(bare, name, value, sentence):
    bare.setenv(name, value)

    with pytest.raises(ImproperlyConfigured) as refused:
        settings()

    assert name in str(refused.value)
    assert sentence in str(refused.value)


def test_no_secret_is_taken_without_being_asked_for(bare):
    bare.delenv("SECRET_KEY")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        settings()
    bare.setenv("GRIDSUP_DEMO", "1")
    assert settings()["SECRET_KEY"] == settings()["DEMO_KEY"]


def test_commands_show_the_sentence_and_no_traceback(tmp_path):
    environment = {**os.environ, "SECRET_KEY": "short", "GRIDSUP_VAR": str(tmp_path), "GRIDSUP_DEMO": "0"}
    environment["DJANGO_SETTINGS_MODULE"] = "gridsup.settings"
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("Settings: SECRET_KEY is too short")
    assert "Traceback" not in done.stderr


def test_a_worker_of_its_own_needs_a_broker(tmp_path):
    environment = {**os.environ, "SECRET_KEY": "k" * 50, "GRIDSUP_VAR": str(tmp_path)}
    environment.pop("CELERY_BROKER_URL", None)
    for kind in ("worker", "beat"):
        command = [sys.executable, "-m", "celery", "-A", "gridsup", kind]
        environment["DJANGO_SETTINGS_MODULE"] = "gridsup.settings"
        done = subprocess.run(
            command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 1
        assert "CELERY_BROKER_URL is not set" in done.stderr
