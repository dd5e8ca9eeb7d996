.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv/bin
FONT := web/node_modules/@expo-google-fonts/noto-sans-sc
GAZETTEER := server/cases/gazetteer
WEB_APPS := server/static/console/index.html
AUDIT := var/setup/audit
SWIFT := var/setup/swift
API_TYPES := web/src/console/api/schema.d.ts
WEB_SOURCES := $(shell find web/src web/*.ts web/*.json docs/guide -type f)
# Python keeps what it compiled: the tests start some hundred servers.
unexport PYTHONDONTWRITEBYTECODE
ARGS ?=
JOBS ?= 3

.PHONY: help setup web demo test run check check-web check-python bench soak audit docs wheel lock

help: ## Show this list
	@grep -hE '^[a-z]+:.*?## ' $(MAKEFILE_LIST) | awk -F':.*?## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: .venv/.installed receipts/fonts/.installed $(GAZETTEER)/adcodes.csv $(WEB_APPS) ## Install everything into .venv and node_modules, hash-locked, nothing global

.venv/.installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(VENV)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(VENV)/uv pip sync --quiet --compile-bytecode --python $(VENV)/python --require-hashes requirements-dev.lock
	$(VENV)/uv pip install --quiet --python $(VENV)/python --no-deps --no-build-isolation --editable .
	@touch $@

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --engine-strict --silent --no-audit --no-fund
	@touch $@

$(WEB_APPS): $(WEB_SOURCES) web/node_modules/.installed
	cd web && npm run --silent build

tests/clients/node_modules/.installed: tests/clients/package-lock.json
	cd tests/clients && npm ci --silent --no-audit --no-fund
	@touch $@

receipts/fonts/.installed: web/node_modules/.installed
	@mkdir -p receipts/fonts
	cp $(FONT)/400Regular/NotoSansSC_400Regular.ttf receipts/fonts/NotoSansSC-Regular.ttf
	cp $(FONT)/700Bold/NotoSansSC_700Bold.ttf receipts/fonts/NotoSansSC-Bold.ttf
	cp $(FONT)/LICENSE_FONT receipts/fonts/OFL.txt
	@touch $@

$(GAZETTEER)/adcodes.csv: requirements-gazetteer.lock | .venv/.installed
	@mkdir -p $(GAZETTEER) var/setup
	$(VENV)/uv pip install --quiet --python $(VENV)/python --no-deps --only-binary :all: --require-hashes \
		--target var/setup/cpca -r requirements-gazetteer.lock
	cp var/setup/cpca/cpca/resources/adcodes.csv $@
	cp var/setup/cpca/cpca-0.5.5.dist-info/LICENSE $(GAZETTEER)/LICENSE.cpca.txt
	rm -rf var/setup/cpca
	$(VENV)/python -m server.cases.gazetteer

web: $(WEB_APPS) ## Build the phone's app and the console into server/static

demo: setup ## Play a whole visiting day on synthetic cases, then serve it (ARGS=--no-serve to stop before)
	$(VENV)/doorstep demo $(ARGS)

run: setup ## Serve the installation in var/
	$(VENV)/doorstep init
	$(VENV)/doorstep serve $(ARGS)

$(API_TYPES): $(shell find server -name '*.py') web/node_modules/.installed | .venv/.installed
	@mkdir -p var/setup
	$(VENV)/doorstep openapi > var/setup/openapi.json
	cd web && npm run --silent types -- ../var/setup/openapi.json -o ../$@ > /dev/null

check: setup $(API_TYPES) ## Lint, types, import contracts, migrations against models
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-web check-python

check-web:
	cd web && npm run --silent check

check-python:
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/python -m tests.project.migrations_check

$(SWIFT)/.installed: requirements-store.lock | .venv/.installed
	$(PYTHON) -m venv $(SWIFT)
	$(VENV)/uv pip sync --quiet --python $(SWIFT)/bin/python --require-hashes requirements-store.lock
	@touch $@

test: setup check tests/clients/node_modules/.installed $(SWIFT)/.installed ## Everything: checks, then all tests on SQLite and on PostgreSQL
	$(VENV)/pytest -q -n $(JOBS) --dist worksteal --db=sqlite $(ARGS)
	$(VENV)/pytest -q -n $(JOBS) --dist worksteal --db=postgres $(ARGS)

bench: setup ## Run every bench (ARGS=--quick for the short form)
	$(VENV)/python -m bench $(ARGS)

soak: setup tests/clients/node_modules/.installed ## Play the property tests and the fault drills on both databases longer, with figures
	DOORSTEP_SOAK=1 $(VENV)/pytest -q -n $(JOBS) tests/sync tests/server tests/contract tests/properties tests/web
	DOORSTEP_SOAK=1 $(VENV)/pytest -q -n $(JOBS) --dist worksteal --db=postgres tests/properties
	$(VENV)/python -m bench.soak $(ARGS)

$(AUDIT)/.installed: requirements-audit.lock | .venv/.installed
	$(PYTHON) -m venv $(AUDIT)
	$(VENV)/uv pip sync --quiet --python $(AUDIT)/bin/python --require-hashes requirements-audit.lock
	@touch $@

audit: setup $(AUDIT)/.installed ## Licences, bandit, dist/sbom.json and known vulnerabilities of what ships (needs the network)
	$(VENV)/python -m tests.project.licences
	$(AUDIT)/bin/bandit -q -r server sync field_forms receipts -ll --skip B104,B310,B608
	@mkdir -p dist
	$(AUDIT)/bin/python -W ignore -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml --of JSON -o dist/sbom.json
	$(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock --progress-spinner off

docs: setup ## Write the OpenAPI document to docs/openapi.json
	$(VENV)/doorstep openapi > docs/openapi.json

wheel: setup ## Build the wheel into dist/
	$(VENV)/uv build --wheel --quiet --out-dir dist

lock: ## Refresh the locks (monthly, in its own commit)
	$(VENV)/uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 pyproject.toml -o requirements.lock
	$(VENV)/uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	$(VENV)/uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 --group audit -o requirements-audit.lock
	$(VENV)/uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 --group store -o requirements-store.lock
