# The commands of Tierline. `make` alone lists them.
#
#   PY=python3.12       the Python that makes .venv (3.11 or newer; default python3)
#   PORT=8081           the port of the pages (default 8080)
#   TIERLINE_HOME=DIR   where everything is kept (default .tierline)
#   DATABASE_URL=...    an external PostgreSQL 15 or newer instead of the embedded one
#   TESTS="tests/plans -k routing"   which tests to run (default: all)

PY ?= python3
PORT ?= 8080
TESTS ?=
JOBS ?= 2

RUN_STAMP := .venv/installed-for-running
DEVELOP_STAMP := .venv/installed-for-developing

.DEFAULT_GOAL := help
.PHONY: help install develop run test lint format locks reference bench bench-migration bench-privacy bench-notices clean

help:
	@echo "make install   everything that running needs, into .venv and .assets"
	@echo "make run       start Tierline with its demonstration (PORT=8080)"
	@echo "make test      every test"
	@echo "make lint      format, ruff, types, imports, migrations, locks"
	@echo "make format    put the sources into their form"
	@echo "make locks     write the lock files anew from their .in files and package.json"
	@echo "make reference write docs/reference anew from the code"
	@echo "make bench     measure, and print the table"
	@echo "make bench-migration  move 200,000 tickets to a rehearsed Dynamics, and compare"
	@echo "make bench-privacy    measure the privacy guard on the data sets beside the project"
	@echo "make clean     remove what install and test made; the data in .tierline stays"

install: $(RUN_STAMP)

develop: $(DEVELOP_STAMP)

$(RUN_STAMP): requirements/runtime.lock requirements/node.lock package-lock.json pyproject.toml scripts/install.py
	@$(PY) scripts/install.py run
	@touch $@

$(DEVELOP_STAMP): requirements/develop.lock $(RUN_STAMP)
	@$(PY) scripts/install.py develop
	@touch $@

run: install
	@exec .venv/bin/tierline run --port $(PORT) --with-parent

test: develop
	@$(PY) scripts/install.py chromium
	@$(PY) scripts/install.py dovecot
	@.venv/bin/python -m pytest -n $(JOBS) $(TESTS)

lint: develop
	@.venv/bin/python scripts/lint.py

format: develop
	@.venv/bin/ruff format
	@.venv/bin/ruff check --fix

locks: develop
	@.venv/bin/python scripts/locks.py write

reference: develop
	@.venv/bin/python scripts/reference.py

bench: develop
	@.venv/bin/python -m bench $(N)

bench-migration: develop
	@.venv/bin/python -m bench.migration $(N)

bench-privacy: develop
	@.venv/bin/python -m bench.privacy

bench-notices: develop
	@.venv/bin/python -m bench.notices

clean:
	@rm -rf .venv .assets .tierline-test .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
