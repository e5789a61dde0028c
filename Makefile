# `make run` and `make test` do all set-up on a machine that has git, make and Python 3.11 or newer.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Many processes are started, and each would compile all of the registry anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run docs test test-thorough test-all test-quick test-pythons test-clocks check format hooks lint types layers words lint-openapi alert-rules dependencies \
	collections second-opinions sbom wheel packages release bench soak cluster failover recovery rolling-upgrade setup-system clean

BIN := .venv/bin
# Files in the environment say what was put there from which lock, so that a second run is quick.
RUN := .venv/.synced-run
ALL := .venv/.synced-all
BENCH := .venv/.synced-bench
# Three test processes for two cores: a tenth of the time a test waits for a server, a disk or the clock, and with four the whole
# takes as long. One that is done takes over from the others.
TESTS := -n 3 --dist worksteal --durations=10
# Long walks: every page in every language, whole clusters, strangers' readers, more kills. CI runs them after the others.
USUAL := -m 'not thorough'
THOROUGH := -m thorough
QUICK := -m 'not slow and not browser and not thorough'
# What kills a process in the middle, and what invents its input anew each time.
SOAKED := -n 2 --everything tests/cli/test_imports.py tests/api/test_schemathesis.py tests/verification/verdicts/test_no_false_yes.py tests/log \
	tests/api/complaints/test_schemathesis.py tests/complaints/test_durability.py tests/complaints/test_canaries.py \
	tests/complaints/test_moves_machine.py tests/supervision/sanctions/test_machine.py tests/fuzzing

help: ## Show what can be made.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(RUN): uv.lock pyproject.toml client/pyproject.toml tools/uv.txt
	@tools/environment run
	@touch $@

$(ALL): uv.lock pyproject.toml client/pyproject.toml tools/uv.txt
	@tools/environment all
	@touch $(RUN) $@

$(BENCH): uv.lock pyproject.toml client/pyproject.toml tools/uv.txt
	@tools/environment bench
	@touch $(RUN) $(ALL) $@

# The developer site, which is served at /developers and goes into the wheel.
SITE := registry/api/docs/site/index.html
$(SITE): $(RUN) $(shell find docs tools/docs_site -type f) CHANGELOG.md client/README.md
	@$(BIN)/python -m tools.docs_site

docs: $(SITE) ## Build the developer site (registry/api/docs/site), which is served at /developers.

# What `make run` serves: the officers' console too, which is closed unless it is named.
REGISTRY_EDGES ?= api,public,intake,console
run: export REGISTRY_EDGES := $(REGISTRY_EDGES)
run: $(RUN) $(SITE) ## Serve with demo data on PORT (8000), events on the port after it, data in REGISTRY_HOME (./var).
	@$(BIN)/registry db upgrade
	@$(BIN)/registry demo load
	@tools/read-aloud &
	@echo "The officers' console: run \`$(BIN)/registry demo officers\` for codes to join with, then open /console/join."
	@exec $(BIN)/registry serve --with-worker --with-stream

setup-system: ## Install what tests need beside Python (Debian, as root), or print the line to run.
	@tools/system-packages

test: $(ALL) setup-system ## Run the tests: all on SQLite, of each feature one test on PostgreSQL. ARGS go to pytest.
	@$(BIN)/python -m pytest $(TESTS) $(USUAL) $(ARGS)

test-thorough: $(ALL) setup-system ## Run what test leaves out: features on PostgreSQL, each page in each language, clusters, more kills.
	@$(BIN)/python -m pytest $(TESTS) $(THOROUGH) $(ARGS)

test-all: $(ALL) setup-system ## Run all tests, every one that asks a database on both, and those that take minutes.
	@$(BIN)/python -m pytest $(TESTS) --everything $(ARGS)

test-quick: $(ALL) setup-system ## Run what takes neither long nor a browser.
	@$(BIN)/python -m pytest $(TESTS) $(QUICK) $(ARGS)

test-pythons: $(ALL) setup-system ## Run the quick part under each Python from 3.11 to 3.14 that is here.
	@tools/test-pythons $(ARGS)

test-clocks: $(ALL) setup-system ## Run what goes by days and hours at the moments at which faults of time show (tools/test-clocks).
	@$(BIN)/python tools/test-clocks $(ARGS)

check: lint types layers words lint-openapi alert-rules dependencies ## Lint, check types, layers, words, the API description, rules of alerts and the packages.

format: $(ALL) ## Put imports and layout in order, and mend what the linter can.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

hooks: $(ALL) ## Let git check formatting before each commit (with pre-commit, see .pre-commit-config.yaml).
	@$(BIN)/pre-commit install

lint: $(ALL)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(ALL)
	@$(BIN)/mypy

layers: $(ALL)
	@$(BIN)/lint-imports

words: $(ALL) ## Find retired words (docs/glossary.md), and names in docstrings that name nothing.
	@$(BIN)/python tools/words.py $(ARGS)
	@$(BIN)/python -m tools.docstrings

lint-openapi: $(ALL)
	@$(BIN)/registry openapi --check
	@$(BIN)/python tools/contract.py check
	@$(BIN)/python -m tools.typescript_types check
	@$(BIN)/python -m tools.law_calendar check
	@if command -v npm >/dev/null; then openapi/lint.sh; else echo "No npm here: the API description is not linted."; fi

alert-rules: ## Check the rules of alerts with Prometheus' own tool.
	@tools/system-packages alerts
	@promtool check rules --lint=all --lint-fatal deploy/monitoring/rules.yml

dependencies: $(ALL) ## Look at licences of the packages and, where the index answers, at faults that are known.
	@$(BIN)/python -m tools.dependencies licences
	@$(BIN)/python -m tools.dependencies faults

collections: $(ALL) ## Write request collections for Postman and Bruno to build/collections.
	@$(BIN)/python -m tools.request_collections

second-opinions: $(ALL) ## Ask readers in Go, Perl, JavaScript, C and Python about what a running registry signs.
	@tools/system-packages second-opinions
	@$(BIN)/python tools/second-opinions

sbom: $(RUN) ## Write build/sbom.cdx.json: what a server may run with, with licences and hashes (CycloneDX).
	@tools/sbom

wheel: $(RUN) ## Build the wheels of server and client twice and compare them byte by byte (build/wheels).
	@tools/wheel

packages: $(ALL) ## Build what is published of a release, each twice: wheels, npm package, SBOM, images (build/packages).
	@tools/packages $(ARGS)

release: $(ALL) ## Check version, changelog and chart, and tag the commit (ARGS=check to check alone).
	@$(BIN)/python -m tools.release $(ARGS)

bench: $(BENCH) setup-system ## Measure (BENCH_SIZE=10000 for a quick look); ARGS are the parts, all if there are none.
	@$(BIN)/python -m bench $(ARGS)

cluster: $(ALL) setup-system ## Run two homes on a PostgreSQL of three machines (Patroni, etcd), with HAProxy, PgBouncer, Redis, an S3 store and three witnesses (ARGS=witnesses loses them in turn).
	@tools/system-packages second-opinions
	@$(BIN)/python -m tools.cluster $(ARGS)

failover: $(ALL) setup-system ## Kill parts of such a cluster under load at DRILL_MOMENTS (24), freeze them, cut their networks; print what became of it.
	@$(BIN)/python -m tools.cluster drill

recovery: $(ALL) setup-system ## Drop such a cluster's database and restore it to the moment before (pgBackRest); open each complaint by its code.
	@$(BIN)/python -m tools.cluster recovery

rolling-upgrade: $(ALL) setup-system ## Bring such a cluster from the former version to this one, machine by machine, under load.
	@$(BIN)/python -m tools.cluster upgrade

soak: $(ALL) setup-system ## Repeat the kill and fuzz tests for SOAK_ROUNDS (50) rounds; make test runs one.
	@for round in $$(seq 1 $${SOAK_ROUNDS:-50}); do \
	    echo "Round $$round"; \
	    $(BIN)/python -m pytest -q -p no:cacheprovider $(SOAKED) $(ARGS); \
	done

clean: ## Remove the environment and what tools left; data in ./var stays.
	@rm -rf .venv .venvs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info build dist
