# Every command works on a machine with git, make and Python 3.12 (or 3.13) alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What was installed as a whole: deploy/install.py writes these last.
STAMP := $(VENV)/.requirements-dev
PLOTS := $(VENV)/.requirements-bench
# Tools that no test needs, apart from what the tests run in.
TOOLS := .venv-tools
TOOLS_STAMP := $(TOOLS)/.requirements-tools
PORT ?= 8000
# Tests that start processes wait more than they compute: more of them at once than there are cores.
WORKERS ?= 4
# What starts no process of ours.
COUNTED := tests/unit tests/mappings tests/redis

.DEFAULT_GOAL := help
.PHONY: help install demo screenshot test test-slow test-uncounted coverage lint format hooks audit changelog \
  run probe dry-run rows cookbook uninstall-webhook bench lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: $(STAMP) ## Make .venv with the pinned packages

$(STAMP): requirements-dev.lock
	@$(PYTHON) deploy/install.py $(VENV) requirements-dev.lock

demo: $(STAMP) ## Show it working, with a page: a stand-in Jira and Port, and the real integration between them (ONCE=1 exits, SCALE=3000 issues)
	@$(BIN)/python -m sandbox.demo $(if $(ONCE),--once) $(if $(SCALE),--scale $(SCALE))

screenshot: $(STAMP) ## Take the picture of the demo's page for the README (needs Debian's chromium and chromium-driver)
	@$(BIN)/python -m sandbox.page.screenshot

test: $(STAMP) $(PLOTS) ## Run every test, but for those that take minutes
	$(BIN)/python -m pytest -n $(WORKERS)

test-slow: $(STAMP) $(PLOTS) ## Run the tests that take minutes
	$(BIN)/python -m pytest -m slow -n $(WORKERS)

coverage: $(STAMP) ## Count the product's lines that tests without other processes run; fails below pyproject.toml's floor
	$(BIN)/python -m pytest -q -n 2 --cov --cov-report=term-missing:skip-covered $(COUNTED)

test-uncounted: $(STAMP) $(PLOTS) ## Run what `make test` runs and `make coverage` doesn't
	$(BIN)/python -m pytest -n $(WORKERS) $(addprefix --ignore=,$(COUNTED))

lint: $(STAMP) ## Check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## Put format and imports right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(TOOLS_STAMP): requirements-tools.lock
	@$(PYTHON) deploy/install.py $(TOOLS) requirements-tools.lock

hooks: $(STAMP) $(TOOLS_STAMP) ## Check style, format and types before each commit, from now on
	$(TOOLS)/bin/pre-commit install

audit: $(TOOLS_STAMP) ## Ask whether a package of the product is known to be vulnerable
	@$(TOOLS)/bin/python deploy/audit.py requirements.lock

changelog: $(TOOLS_STAMP) ## Put the notes of changelog/ into CHANGELOG.md (VERSION=1.1.0)
	@test -n "$(VERSION)" || { echo "Say which version: make changelog VERSION=1.1.0"; exit 1; }
	$(TOOLS)/bin/towncrier build --yes --version $(VERSION)

SETTINGS := test -f .env || { echo "No .env here: copy .env.example to .env and fill in the first block."; exit 1; }

run: $(STAMP) ## Run the integration against the site and the Port account in .env
	@$(SETTINGS)
	$(BIN)/ocean sail -p $(PORT) .

probe: $(STAMP) ## Say which kinds the account in .env can read, and what is missing (KINDS=issue,user)
	@$(SETTINGS)
	@$(BIN)/ocean probe $(if $(KINDS),--kinds $(KINDS)) .

dry-run: $(STAMP) ## Say what a resync would do to Port, without a write (KINDS=issue,project, MAPPING=file, FORMAT=json)
	@$(SETTINGS)
	@$(BIN)/python -m port.dry_run $(if $(KINDS),--kinds "$(KINDS)") $(if $(MAPPING),--mapping "$(MAPPING)") $(if $(FORMAT),--format $(FORMAT))

rows: $(STAMP) ## Show what Jira gives for a kind and the entities that come out, without Port (KIND=issue, KEY=AB-2, COUNT=5, MAPPING=file)
	@$(BIN)/python -m $(if $(wildcard .env),port,sandbox).rows $(if $(KIND),--kind $(KIND)) $(if $(KEY),--key "$(KEY)") $(if $(COUNT),--count $(COUNT)) $(if $(MAPPING),--mapping "$(MAPPING)")

cookbook: $(STAMP) ## Write into docs/cookbook.md what each of its mappings gives
	@$(BIN)/python -m sandbox.cookbook

uninstall-webhook: $(STAMP) ## Delete the webhook that the integration manages in Jira, with the settings in .env
	@$(SETTINGS)
	@$(BIN)/python -m webhook_processors.uninstall

bench: $(STAMP) $(PLOTS) ## Measure resync, bursts and single changes against the stand-ins (BENCH="resync --issues 500", BENCH="large --issues 3000")
	@$(BIN)/python -m benchmarks.bench $(if $(BENCH),$(BENCH),--keep)

$(PLOTS): $(STAMP) requirements-bench.lock
	@$(BIN)/python deploy/install.py --add $(VENV) requirements-bench.lock

# Extras stay in the locks: what somebody asks for with an extra is pinned under that very name.
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.12 --generate-hashes --no-strip-extras \
  --no-emit-index-url --no-header --quiet $(if $(UPGRADE),--upgrade)

lock: $(STAMP) ## Pin the packages of pyproject.toml: keeps what is pinned and fits (UPGRADE=1 takes the newest)
	$(COMPILE) pyproject.toml --group dev -o requirements-dev.lock
	$(COMPILE) pyproject.toml -c requirements-dev.lock -o requirements.lock
	$(COMPILE) --group bench -c requirements-dev.lock -o requirements-bench.lock
	$(COMPILE) --group tools -c requirements-dev.lock -o requirements-tools.lock

clean: ## Remove .venv and caches
	rm -rf $(VENV) $(TOOLS) .pytest_cache .mypy_cache .ruff_cache .coverage
