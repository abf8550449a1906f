# The only list of commands. `make help` prints it.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
EMBEDDED := $(BIN)/python -m embedded
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH" NEXT_TELEMETRY_DISABLED=1

# Settings given as `make up PORT_BASE=8500` reach the programs.
ifdef PORT_BASE
export PORT_BASE
endif
ifdef LEADLINE_HOME
export LEADLINE_HOME
endif

##@ Run
.PHONY: help install up down reset status logs restart exec
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

install: ## Install everything into .venv and web/ (quick when nothing changed)
	@$(PYTHON) scripts/install.py

up: install ## Start Leadline, print its URL and login (PORT_BASE=8400, FOREGROUND=1 to watch)
	@$(EMBEDDED) up $(if $(FOREGROUND),--foreground)

down: ## Stop it; leaves nothing running
	@$(EMBEDDED) down

status: ## Each process with URL, state, memory, restarts; and the login (JSON=1 for scripts)
	@$(EMBEDDED) status $(if $(JSON),--json)

logs: ## Follow the logs (SERVICE=auth for one)
	@$(EMBEDDED) logs $(SERVICE)

restart: ## Restart one process (SERVICE=auth)
	@$(EMBEDDED) restart $(SERVICE)

exec: ## Run Python with a service's settings (SERVICE=auth ARGS="-m auth.cli …"; see its README)
	@$(EMBEDDED) exec $(SERVICE) $(ARGS)

reset: ## Stop it and remove all its data (YES=1: do not ask)
	@$(EMBEDDED) reset $(if $(YES),--yes)

##@ Work on it
.PHONY: check test e2e bench web openapi asyncapi lock chromium pgbouncer
check: install ## Formatting, lint, types, import rules, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python scripts/lock.py --check
	$(BIN)/python deploy/docker/service_locks.py --check
	! grep -q '"resolved"' web/package-lock.json
	cd web && $(WITH_NODE) npm run --silent lint && $(WITH_NODE) npm run --silent typecheck

test: check chromium pgbouncer ## All checks and all tests (ARGS="-k name" for some)
	cd web && $(WITH_NODE) npm test --silent
	$(BIN)/pytest -n 3 --dist loadfile $(ARGS)

e2e: install chromium pgbouncer ## Only the tests on real processes and a real browser
	$(BIN)/pytest -n 3 --dist loadfile -m "e2e or chaos" $(ARGS)

bench: install ## The benchmarks: ratio tables, each against its limit in the same run
	$(BIN)/python -m benchmarks $(ARGS)

web: install ## Build the dashboard
	cd web && $(WITH_NODE) npm run --silent build

openapi: install ## Write the gateway's OpenAPI document and the dashboard's types from it
	$(BIN)/python -m gateway.openapi
	cd web && $(WITH_NODE) npm run --silent api

asyncapi: install ## Write the event contracts: AsyncAPI and JSON schemas
	$(BIN)/python -m shared.events.documents docs/events

lock: install ## Pin versions and hashes again (ARGS=--upgrade for newer ones)
	$(BIN)/python scripts/lock.py $(ARGS)
	$(BIN)/python deploy/docker/service_locks.py

chromium: # the browser of the tests: $CHROMIUM, or chromium on PATH, or from apt as root
	@scripts/chromium.sh

pgbouncer: # the pooler of the tests: $PGBOUNCER, or pgbouncer on PATH, or from apt as root
	@scripts/pgbouncer.sh
