import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridsup.settings")

application = get_wsgi_application()
# Loads every page and the API: else the first reader of each process waits half a second longer.
LOADED = get_resolver().url_patterns
# What was loaded stays: looked through for garbage again and again it made pages of a whole city a third slower.
gc.collect()
gc.freeze()
