# oreflow: `make demo` and `make test` are all a fresh machine needs.
# Choose the interpreter with PYTHON=…, more pytest options with PYTEST_ARGS=….

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PYTEST_ARGS ?=
ARTICLE ?= examples/articles/development/jianxiawo-halt.txt

VENV := .venv
BIN := $(VENV)/bin
# Named by content, so that setup runs again when the lock or the packaging changes and at no other time.
STAMP := $(VENV)/.installed-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
BENCH := $(VENV)/.bench-$(shell cksum < requirements-bench.lock | cut -d' ' -f1)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet

.PHONY: help setup demo test test-slow check bench docs learn lock clean
.PHONY: check-lint check-format check-types check-imports check-docs

help:
	@echo 'make demo       set up, brief an example article, write out/briefing.html'
	@echo 'make test       set up, run the tests'
	@echo 'make check      ruff, mypy --strict, import direction, documentation'
	@echo 'make test-slow  the tests that take longer than a few seconds'
	@echo 'make bench      the benchmarks'
	@echo 'make docs       write the generated reference again, and the documentation as a site'
	@echo 'make learn      train the second opinion of the reader again'
	@echo 'make lock       resolve the locks again (needs uv)'
	@echo 'make clean      remove everything that was made'

setup: $(STAMP)

$(STAMP):
	@test -n "$(PYTHON)" || { echo 'No python3 was found: install Python 3.11 or newer, or say PYTHON=/path/to/python.' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; v = sys.version_info; v < (3, 11) and sys.exit(f"oreflow needs Python 3.11 or newer; $(PYTHON) is {v[0]}.{v[1]}. Say PYTHON=/path/to/python.")'
	@echo 'Setting up $(VENV) (once, about a minute) …'
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(BENCH): $(STAMP)
	@$(PIP) --require-hashes -r requirements-bench.lock
	@touch $@

demo: $(STAMP)
	@mkdir -p out
	@$(BIN)/oreflow brief $(ARTICLE) --html out/briefing.html
	@echo
	@echo "The same as a page: $(CURDIR)/out/briefing.html"

test: $(STAMP)
	@$(BIN)/python -m pytest -m 'not slow' $(PYTEST_ARGS)

test-slow: $(STAMP)
	@$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

check: check-lint check-format check-types check-imports check-docs

check-lint: $(STAMP)
	@$(BIN)/ruff check .

check-format: $(STAMP)
	@$(BIN)/ruff format --check .

check-types: $(STAMP)
	@$(BIN)/mypy

check-imports: $(STAMP)
	@$(BIN)/lint-imports

check-docs: $(STAMP)
	@$(BIN)/python -m pytest -q -m 'not slow' tests/docs tests/test_project.py tests/test_imports.py

bench: $(BENCH)
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

docs: $(STAMP)
	@$(BIN)/python docs/generate.py
	@$(BIN)/python -m sphinx -q -W --keep-going -b html docs out/docs
	@echo "The documentation as a site: $(CURDIR)/out/docs/index.html"

learn: $(STAMP)
	@$(BIN)/python -m oreflow.news.learned.train examples

lock:
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command 'make lock' \
		--extra dev pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command 'make lock' \
		--extra bench -c requirements.lock pyproject.toml -o requirements-bench.lock

clean:
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
