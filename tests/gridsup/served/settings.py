"""The tests' settings with routes that queue jobs, for a site that is really served."""

from tests.settings import *

ROOT_URLCONF = "tests.gridsup.served.urls"
