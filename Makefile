# The book's commands. `make` alone lists them. Everything is installed into .venv and nothing else is changed;
# activating it is not needed. Names stay relative, so that a space in the folder's name does no harm.

BIN := .venv/bin
PY := $(BIN)/python
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PORT ?= 8000
TESTS ?= tests chapters

export PYTHON TORCH_INDEX
# The networks here are tiny: with more than one thread they are slower, on busy machines far slower.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
# A kernel named python3 in one of these folders would be run in place of the environment's own.
unexport JUPYTER_PATH

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help book test serve lab audit bench format lint requirements repository clean moved

help: ## list these commands
	@echo "make COMMAND, where COMMAND is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-15s %s\n", $$1, $$2 }'
	@echo "PYTHON=... chooses the Python; TORCH_INDEX=... adds an index of smaller (CPU) PyTorch wheels."

# ---------------------------------------------------------------- the environment, one stamp an extra
# One that was moved, or whose Python is gone, is made again whatever the stamps say.
MOVED := $(shell test -x $(PY) && test "$$(cat .venv/.folder 2>/dev/null)" = "$$(pwd -P)" || echo moved)
.venv/.book .venv/.test .venv/.lab .venv/.bench: .venv/.%: requirements.txt pyproject.toml tools/environment.sh $(MOVED)
	@sh tools/environment.sh $*

# ---------------------------------------------------------------- read, run, test
book: .venv/.book ## execute what changed, build the site, say where it is
	@"$(PY)" -m rectified.site . $(JOBS)
	@"$(BIN)/jupyter-book" build . -q -W --keep-going >/dev/null || { rm -rf _build/.doctrees; exit 1; }
	@echo "The book is at _build/html/index.html; 'make serve' shows it at http://localhost:$(PORT)"

test: book .venv/.test ## run the whole suite: package, chapters, site, labs in a real browser
	@"$(PY)" tools/browser.py
	@"$(PY)" -m pytest -n 2 --cov --nbmake --nbmake-kernel=python3 $(TESTS)

serve: book ## show the site on localhost (PORT=8000)
	@"$(PY)" tools/serve.py _build/html $(PORT)

lab: .venv/.book .venv/.lab ## open the chapters in JupyterLab
	@"$(BIN)/jupyter-lab" --notebook-dir=chapters

# ---------------------------------------------------------------- slow checks, figures for people
audit: book .venv/.test ## the slow checks: other seeds, long runs; each prints its figures
	@"$(PY)" tools/browser.py
	@"$(PY)" -m pytest -s -m audit tests

bench: .venv/.bench ## the benchmarks with their peers, as tables and JSON
	@set -e; for script in benchmarks/*.py; do "$(PY)" "$$script"; done

# ---------------------------------------------------------------- for those who carry the work on
format: .venv/.test ## bring code and notebooks into form
	@"$(PY)" -m ruff check --quiet --fix .
	@"$(PY)" -m ruff format .

lint: .venv/.test ## say what is out of form, and change nothing
	@"$(PY)" -m ruff check .
	@"$(PY)" -m ruff format --check .

# Pins that still fit are kept. UPGRADE=1 asks for the newest instead; RESOLUTION=lowest-direct for the
# oldest that pyproject.toml accepts; CONSTRAINTS=.github/colab-constraints.txt for those of Colab.
# The environment is no prerequisite: the pins that are about to be replaced would be installed first.
requirements: ## compile requirements.txt from pyproject.toml (UPGRADE=1 takes newer versions)
	@test -e .venv/.test || $(MAKE) .venv/.test
	@"$(PY)" -m uv pip compile pyproject.toml --all-extras --universal \
	  --python-version 3.11 --prerelease disallow --fork-strategy fewest --excludes tools/cuda-packages.txt \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements" \
	  $(if $(UPGRADE)$(RESOLUTION)$(CONSTRAINTS),--upgrade) $(RESOLUTION:%=--resolution %) \
	  $(CONSTRAINTS:%=--constraint %) --quiet --output-file requirements.txt

repository: .venv/.book ## write the address of a fork where one is needed: URL=https://github.com/OWNER/NAME
	@"$(PY)" tools/repository.py $(if $(URL),"$(URL)")

clean: ## remove what was built; .venv stays
	@rm -rf _build .coverage .pytest_cache .ruff_cache .hypothesis
