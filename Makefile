# Everything that a developer of tfgen runs. Needs Python 3.11 or newer; the rest is downloaded to .venv and .cache.

PYTHON ?= python3
BIN := .venv/bin
# Half of the time of an apply is waiting for a load balancer: one worker more than there are processors. Each uses
# about 1 GB for Python, Terraform and its provider, hence the upper limit.
WORKERS = $(shell $(PYTHON) -c 'import os; print(min(4, 1 + (os.cpu_count() or 1)))')
PYTEST = $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help setup demo accept test test-fast fuzz mutants changes check bench lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

setup: .venv/.ready ## create .venv and install tfgen and its tools in it
	@:

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tfgen needs Python 3.11 or newer; specify one: make PYTHON=...")'
	@echo "Setting up .venv (once; it takes a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## render the example of the README to generated/
	@$(BIN)/tfgen render examples/shop.yaml

# The golden stacks first: other files contain what tfgen prints about them.
accept: setup ## regenerate everything that is generated and committed, as one diff to read
	@$(BIN)/tfgen render --force examples/*.yaml >/dev/null
	@if terraform=$$($(BIN)/python scripts/fetch_terraform.py); then export TFGEN_TERRAFORM="$$terraform"; fi; \
	TFGEN_REWRITE=1 $(BIN)/python -m pytest -q -m generated
	@git status --short

# Without Terraform and without a network to download it, the tests that need it fail and say so.
test: setup .cache/checkov/.ready ## run all tests; downloads Terraform if there is none
	@if terraform=$$($(BIN)/python scripts/fetch_terraform.py); then export TFGEN_TERRAFORM="$$terraform"; fi; \
	$(PYTEST)

test-fast: setup ## run the quick tests: no Terraform, no packaging, fewer examples of each property
	@TFGEN_FAST=1 $(PYTEST) -m 'not terraform and not slow'

fuzz: setup ## run commands on randomly changed specs, files and templates: TIMES of each kind (400), from SEED (1000) on
	@TFGEN_FUZZ=$(or $(TIMES),400) TFGEN_FUZZ_SEED=$(or $(SEED),1000) $(PYTEST) tests/test_fuzz.py

# How many of each package: make mutants N=50; of one package: make mutants ROOM=reach
mutants: setup ## break every condition of four packages in turn, and list those that no test notices; takes hours
	@TFGEN_MUTANTS=$(or $(N),99999) $(BIN)/python -m pytest -q -n auto tests/test_mutations.py -k '$(or $(ROOM),test)'

check: setup ## check format, lint, types and import contracts, then run all tests
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory test

# How many: make changes N=50, and which: make changes N=7-12,9-3
changes: setup ## plan 300 random changes of deployed stacks, in half an hour or more
	@TFGEN_CHANGES=$(or $(N),300) $(BIN)/python -m pytest -q tests/test_random_changes.py

bench: setup .venv/.bench ## measure time and memory, and print the aims beside the results
	@$(BIN)/python bench

.venv/.bench: requirements-bench.lock .venv/.ready
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

# It pins versions of packages that other tools need newer: an environment of its own.
.cache/checkov/.ready: requirements-checkov.lock
	@echo "Setting up checkov (once; it takes a minute)"
	@$(PYTHON) -m venv .cache/checkov
	@.cache/checkov/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-checkov.lock
	@touch $@

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

lock: setup ## update the files of locked requirements
	@$(BIN)/python -m pip install -qq --disable-pip-version-check uv
	@$(COMPILE) --upgrade pyproject.toml --extra dev -o requirements.lock
	@$(COMPILE) --upgrade pyproject.toml --extra bench -c requirements.lock -o requirements-bench.lock
	@echo checkov | $(COMPILE) --upgrade - -o requirements-checkov.lock

clean: ## remove .venv, caches and built packages
	@rm -rf .venv .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
