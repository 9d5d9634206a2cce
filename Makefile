.DEFAULT_GOAL := help
.PHONY: help run test test-lowest check simulate storm fuzz bench clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
unexport PYTHONDONTWRITEBYTECODE

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "news-monitor needs Python 3.11 or newer; set PYTHON=python3.x"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "the venv module is incomplete; on Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[apprise,fulltext,pdf]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,all]'
	@touch $@ $(VENV)/.installed

run: $(VENV)/.installed ## install and run the daemon with config/monitor.yaml
	@exec $(BIN)/news-monitor run --config config/monitor.yaml

test: $(VENV)/.installed-dev ## run the whole test suite against real servers that it starts itself
	$(BIN)/pytest -n 2 --dist worksteal

LOWEST := .venv-lowest

$(LOWEST)/.installed: pyproject.toml constraints-lowest.txt
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check -c constraints-lowest.txt -e '.[dev,all]'
	@touch $@

test-lowest: $(LOWEST)/.installed ## run the unit tests on the lowest versions that pyproject.toml admits
	$(LOWEST)/bin/news-monitor --help >/dev/null
	$(LOWEST)/bin/news-monitor check --config config/monitor.yaml
	$(LOWEST)/bin/pytest -q -n 2 --dist worksteal tests/unit

check: $(VENV)/.installed-dev ## lint, types, import rules, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/architecture

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@touch $@

bench: $(VENV)/.installed-bench ## run every benchmark; each prints what it was measured against
	@short=; for script in bench/*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || short="$$short $$script"; done; \
	  test -z "$$short" || { echo "failed, or short of their targets:$$short"; exit 1; }

SEEDS ?= 1
DAYS ?= 30
SECONDS ?= 60
DB ?= sqlite

simulate: $(VENV)/.installed-dev ## run days of the pipeline under a virtual clock, with blows: SEED=n, or SEEDS=n for the seeds 1 to n
	PYTHONPATH=. $(BIN)/python bench/simulate.py --days $(DAYS) $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

storm: $(VENV)/.installed-dev ## run the program through a storm of blows: SEED=1 SECONDS=60 DB=sqlite or postgres
	$(BIN)/python -m tests.e2e.storm $(or $(SEED),1) --seconds $(SECONDS) --db $(DB)

fuzz: $(VENV)/.installed-dev ## read mutated documents of every kind in parser processes: SECONDS=60
	PYTHONPATH=. $(BIN)/python bench/fuzz.py --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

clean: ## remove the virtual environment and caches; data/ stays
	rm -rf $(VENV) $(LOWEST) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
