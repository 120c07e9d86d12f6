# Two commands matter: `make demo` and `make test`. Both set everything up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.installed
# Both cores, and no more: browsers, clusters and tests by the clock share them.
WORKERS ?= 2
# The quick tests wait for stand-ins now and then, so a third one uses what two leave.
QUICK_WORKERS ?= 3

# The tests start hundreds of Python processes, and each would compile the portal anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-all faults bench lint format messages screenshots clean

setup: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=/path/to/python3")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(STAMP)

# The whole path on this machine, with stand-in servers: make demo ARGS="--once --json"
demo: setup
	$(BIN)/python manage.py demo $(ARGS)

QUICK := not postgres and not redis and not medusa and not browser and not slow

# Everything that needs only Python. What needs a server or a browser is in test-all, where the
# migrations are walked, too: here the tables are made from the models, which takes a tenth.
test: setup
	$(BIN)/python -m pytest -n $(QUICK_WORKERS) --nomigrations -m "$(QUICK)" $(ARGS)

# Everything: PostgreSQL, Redis, the real Medusa, the browser, lint.
# Says what it skips and why; STRICT=1 turns each skip into a failure. TESTED=1 leaves out what
# make test runs, for whoever has just run it.
test-all: setup lint
	tests/support/prepare
	@if [ "$$STRICT" = 1 ] || $(BIN)/python -c 'import socket; socket.create_connection(("127.0.0.1", 5432), 1)' 2>/dev/null; \
	then DATABASE_URL=$(BENCH_DATABASE_URL) $(BIN)/python -m pytest -q tests/engine tests/quotes/test_answering.py tests/quotes/test_credit.py -m "not redis and not slow"; \
	else echo "skipped: the engine's and the quotes' own tests on PostgreSQL (no server on 127.0.0.1:5432)"; fi
	RUN_MEDUSA=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -rs $(if $(TESTED),-m "not ($(QUICK))") $(ARGS)

# Kills, stalls and lost answers: every boundary, the proof that the suite notices, the nemesis.
# Exits with 2 where a cell fails and with 1 where less ran than was planned.
faults: setup
	$(BIN)/python -m tests.faults $(ARGS)

# make bench ONLY=name runs tests/benchmarks/name; without ONLY all of them. On PostgreSQL.
BENCH_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres
bench: setup $(BENCH_STAMP)
	DATABASE_URL=$(BENCH_DATABASE_URL) $(BIN)/python -m tests.benchmarks $(ONLY)

# What the engine is measured against lives apart from the portal's packages.
$(BENCH_STAMP): requirements-bench.txt
	test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $(BENCH_STAMP)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Compiles locale/*/LC_MESSAGES/django.po; both files are committed, so nobody needs gettext.
messages: setup
	$(BIN)/pybabel compile --domain django --directory locale --statistics

# Takes the pictures in docs/pictures anew.
screenshots: setup
	SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser $(ARGS)

clean:
	rm -rf $(VENV) $(BENCH_VENV) var .mypy_cache .ruff_cache .pytest_cache portal.sqlite3*
