# gridsup: `make` lists what can be done. Needs Python 3.11, 3.12 or 3.13 with venv; everything else goes into .venv.

PORT ?= 8000
SERVE ?= 1
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
VAR := $(or $(GRIDSUP_VAR),var)
PO := locale/zh_Hans/LC_MESSAGES/django.po
MO := $(PO:.po=.mo)
# Tools and tests read the settings that tests use, so that they need no installation's environment.
TESTING := DJANGO_SETTINGS_MODULE=tests.settings

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo run migrate test check bench translations lock

help: ## list what can be done
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

demo: $(VAR)/environment migrate $(VAR)/static-collected ## set up everything, load the demo district, serve it (SERVE=0: do not; PORT=8000)
	@echo "· demo district (the first time takes a minute or two)"
	@$(MANAGE) demo
	@test "$(SERVE)" = 0 || exec $(MANAGE) serve --port $(PORT)

run: migrate $(VAR)/static-collected ## serve the site as it stands, with its worker (PORT=8000)
	@exec $(MANAGE) serve --port $(PORT)

migrate: .venv/installed $(MO) ## bring the database up to date
	@echo "· database"
	@$(MANAGE) migrate --verbosity 0

test: .venv/installed-dev $(MO) ## set up everything and run the tests; those in a browser where a Chromium is found
	@$(BIN)/python -c "from tests import chromium; print('· tests,', 'in a browser too' if chromium.find() else \
	'without those in a browser: no Chromium was found (install it, or name it in CHROMIUM)')"
	@$(BIN)/python -m pytest -n 2 -m "not worker" $(ARGS)

check: .venv/installed-dev $(MO) ## style, types, templates, migrations, translations, readiness for production
	@echo "· style";        $(BIN)/ruff check .
	@echo "· format";       $(BIN)/ruff format --check .
	@echo "· types";        $(BIN)/mypy .
	@echo "· templates";    $(BIN)/djlint --lint --quiet templates
	@echo "· migrations";   $(TESTING) $(MANAGE) makemigrations --check --dry-run
	@echo "· production";   place=$$(mktemp -d) && trap 'rm -rf "$$place"' EXIT && \
	  DJANGO_SETTINGS_MODULE=gridsup.settings GRIDSUP_VAR=$$place GRIDSUP_DEMO=0 DEBUG=0 HTTPS=1 \
	  SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))") \
	  $(MANAGE) check --deploy --fail-level WARNING
	@echo "· translations"; $(TESTING) $(MANAGE) translations --check

bench: .venv/installed-dev ## measure jobs and imports against their floors
	@$(BIN)/python -m benchmarks $(ARGS)

translations: .venv/installed ## bring the list of messages in the .po file up to date
	@$(TESTING) $(MANAGE) translations --extract

lock: ## resolve requirements*.txt anew from pyproject.toml (needs uv; ARGS=--upgrade for newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv (pip install uv); nothing else does."; exit 1; }
	$(RESOLVE) --extra dev --output-file requirements-dev.txt
	$(RESOLVE) --constraint requirements-dev.txt --output-file requirements.txt

RESOLVE = uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-annotate --no-header $(ARGS)

# The first Python at hand that can do it; PYTHON=… names another.
.venv/bin/python:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	  command -v $$python >/dev/null || continue; \
	  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || continue; \
	  fits=$$python; \
	  $$python -c 'import venv, ensurepip' 2>/dev/null || continue; \
	  echo "· environment in .venv ($$($$python --version))"; \
	  exec $$python -m venv .venv; \
	done; \
	if [ -n "$$fits" ]; then \
	  echo "$$fits comes without its venv module. On Debian and Ubuntu: apt-get install python3-venv"; \
	else \
	  echo "Python 3.11, 3.12 or 3.13 is needed. Install one, or name it: make PYTHON=/path/to/python3.12"; \
	fi; exit 1

.venv/installed: requirements.txt | .venv/bin/python
	@echo "· packages (the first time takes a minute)"
	@$(PIP) --require-hashes --requirement $<
	@touch $@

# Holds everything of requirements.txt in the same versions.
.venv/installed-dev: requirements-dev.txt | .venv/bin/python
	@echo "· packages with those for development (the first time takes a minute)"
	@$(PIP) --require-hashes --requirement $<
	@touch $@

$(VAR)/environment:
	@mkdir -p $(VAR)
	@echo "GRIDSUP_DEMO=1" > $@
	@echo "· $@ says that this is a demonstration"

$(MO): $(PO) gridsup/catalogue.py | .venv/bin/python
	@echo "· translations"
	@$(TESTING) $(MANAGE) translations

$(VAR)/static-collected: .venv/installed $(shell find static 2>/dev/null)
	@echo "· static files"
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@touch $@
