# Two commands do everything: `make demo` and `make test`. Each sets up .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The AWS CLI has requirements of its own, which must not meet ours.
AWSCLI := .venv-awscli
AWSCLI_STAMP := $(AWSCLI)/.installed
WORKERS ?= 3
ARGS ?=

.PHONY: help install demo test check fuzz format bench screenshots lock clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ContainerScope needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

$(AWSCLI_STAMP): tests/awscli/requirements.lock
	$(PYTHON) -m venv $(AWSCLI)
	$(AWSCLI)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

install: $(STAMP)  ## make a working .venv/bin/containerscope

demo: $(STAMP)  ## explore the embedded demo account; ARGS="…" passes flags on
	@$(BIN)/containerscope --demo $(ARGS)

check: $(STAMP)  ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Programs driven in terminals share few cores with each other here: what failed beside others is
# run once more by itself, and only what fails there too, or broke more than tests, fails the run.
test: check $(AWSCLI_STAMP)  ## everything that must hold before a change lands
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS) || { [ $$? -eq 1 ] && echo "UNSTEADY? by itself:" && \
		$(BIN)/python -m pytest --last-failed --last-failed-no-failures none --exitfirst $(ARGS); }

fuzz: $(STAMP)  ## look for new examples that break a property; ARGS="tests/robust" narrows it
	$(BIN)/python -m pytest -n $(WORKERS) -m hypothesis --hypothesis-profile=explore $(ARGS)

format: $(STAMP)  ## format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)  ## print the table of measured numbers
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(STAMP)  ## draw screenshots/*.svg from the demo account at a fixed clock
	$(BIN)/python -m screenshots $(ARGS)

lock:  ## resolve the pinned versions again (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --all-extras --upgrade pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --upgrade tests/awscli/requirements.in \
		-o tests/awscli/requirements.lock

clean:  ## remove what the other targets made
	rm -rf $(VENV) $(AWSCLI) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
