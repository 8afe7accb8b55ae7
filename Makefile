# Every command works on a machine with git, make and Python 3.12 (or 3.13) alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow lint format run bench lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## Make .venv with the pinned packages

$(STAMP): requirements-dev.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info; \
	  sys.exit(0 if (3, 12) <= v[:2] < (3, 14) else \
	  "Python 3.12 or 3.13 is needed, and $(PYTHON) is %d.%d. Install one and say: make $(MAKECMDGOALS) PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(STAMP) ## Show it working: a stand-in Jira and Port, and the real integration between them (ONCE=1 exits, SCALE=3000 issues)
	@$(BIN)/python -m sandbox.demo $(if $(ONCE),--once) $(if $(SCALE),--scale $(SCALE))

test: $(STAMP) ## Run every test, but for those that take minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-slow: $(STAMP) ## Run the tests that take minutes
	$(BIN)/python -m pytest -m slow

lint: $(STAMP) ## Check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## Put format and imports right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

run: $(STAMP) ## Run the integration against the site and the Port account in .env
	@test -f .env || { echo "No .env here: copy .env.example to .env and fill in the first block."; exit 1; }
	$(BIN)/ocean sail -p $(PORT) .

bench: $(VENV)/.plots ## Measure resync, bursts and single changes against the stand-ins (BENCH="resync --issues 500")
	@$(BIN)/python -m benchmarks.bench $(if $(BENCH),$(BENCH),--keep)

$(VENV)/.plots: $(STAMP) requirements-bench.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

lock: $(STAMP) ## Pin the packages of pyproject.toml anew
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml -c requirements-dev.lock --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock
	$(BIN)/uv pip compile --group bench -c requirements-dev.lock --python-version 3.12 --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements-bench.lock

clean: ## Remove .venv and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
