# Executable documentation: every door to the program. `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo run test check bench versions clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.ready ## run everything on the sample town, without network
	$(BIN)/aggregator demo

run: $(VENV)/.ready ## crawl and serve the sources of sources.yaml
	$(BIN)/aggregator up

test: $(VENV)/.ready-dev ## run all tests
	$(BIN)/python -m pytest -n 3 --dist loadfile

check: $(VENV)/.ready-dev ## formatting, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.ready-dev ## measure what search finds, and how long it takes
	$(BIN)/python benchmarks/relevance.py
	$(BIN)/python benchmarks/search.py

# Exact versions with their hashes: what is installed is what was tested. The stamps make the
# second time quick. --no-build-isolation: the build tools are in the versions file too.
$(VENV)/.ready: versions.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r versions.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready versions-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r versions-dev.txt
	@touch $@

versions: ## compute versions.txt and versions-dev.txt anew from pyproject.toml
	$(PYTHON) -m venv build/versions
	build/versions/bin/python -m pip install --quiet pip-tools
	build/versions/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header \
	  --output-file versions.txt pyproject.toml versions.in
	build/versions/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header \
	  --output-file versions-dev.txt versions-dev.in

clean: ## remove the virtual environment and what tools left behind
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache
