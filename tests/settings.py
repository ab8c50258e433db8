"""The project's settings as tests need them: no secret from outside, a fast hasher, files in a place of their own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-that-is-long-enough-to-pass-the-deploy-check-0123456789")
os.environ.setdefault("HTTPS", "0")
os.environ["GRIDSUP_VAR"] = os.environ.get("GRIDSUP_TEST_VAR") or tempfile.mkdtemp(prefix="gridsup-test-")
if not os.environ.get("GRIDSUP_TEST_VAR"):
    atexit.register(shutil.rmtree, os.environ["GRIDSUP_VAR"], ignore_errors=True)
os.environ["GRIDSUP_DEMO"] = "0"

# WhiteNoise warns of a missing one
Path(os.environ["GRIDSUP_VAR"], "static").mkdir(parents=True, exist_ok=True)

from gridsup.settings import *
from gridsup.settings import STATIC_ROOT, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
AXES_ENABLED = False
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one, and warnings are errors
