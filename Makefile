# The book's commands. `make` alone lists them. Everything is installed into .venv and nothing else is changed;
# activating it is not needed. Names stay relative, so that a space in the folder's name does no harm.

BIN := .venv/bin
PY := $(BIN)/python
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PORT ?= 8000
TESTS ?= tests

export PYTHON TORCH_INDEX
# The networks here are tiny: with more than one thread they are slower, on busy machines far slower.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
# A kernel named python3 in one of these folders would be run in place of the environment's own.
unexport JUPYTER_PATH

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help book test serve lab teach pdf archive publish audit coverage bench labs format lint requirements repository clean moved

help: ## list these commands
	@echo "make COMMAND, where COMMAND is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-15s %s\n", $$1, $$2 }'
	@echo "PYTHON=... chooses the Python; TORCH_INDEX=... adds an index of smaller (CPU) PyTorch wheels."

# ---------------------------------------------------------------- the environment, one stamp an extra
# One that was moved, or whose Python is gone, is made again whatever the stamps say.
MOVED := $(shell test -x $(PY) && test "$$(cat .venv/.folder 2>/dev/null)" = "$$(pwd -P)" || echo moved)
.venv/.book .venv/.test .venv/.lab .venv/.teach .venv/.paper .venv/.bench: .venv/.%: requirements.txt pyproject.toml tools/environment.sh $(MOVED)
	@sh tools/environment.sh $*

# What the labs' JavaScript is joined and checked with, at the versions of package-lock.json. Node
# comes with the Python packages, so that no machine needs one of its own.
NODE := $(BIN)/node
node_modules/.installed: package-lock.json package.json .npmrc .venv/.test
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent >.venv/install-npm.log 2>&1 || \
	  { echo "npm could not install what the labs are checked with; the details are in .venv/install-npm.log" >&2; exit 1; }
	@touch "$@"

# ---------------------------------------------------------------- read, run, test
book: .venv/.book ## execute what changed, build the site, say where it is
	@"$(PY)" -m rectified.site . $(JOBS)
	@"$(BIN)/jupyter-book" build . -q -W --keep-going >/dev/null || { rm -rf _build/.doctrees; exit 1; }
	@echo "The book is at _build/html/index.html; 'make serve' shows it at http://localhost:$(PORT)"

test: book node_modules/.installed ## run the whole suite: package, chapters, site, labs in a real browser
	@"$(PY)" tools/browser.py
	@"$(PY)" tools/sandbox.py
	@"$(PY)" -m pytest -n $(JOBS) $(COUNTED) --dist loadfile $(TESTS)

serve: book ## show the site on localhost (PORT=8000)
	@"$(PY)" tools/serve.py _build/html $(PORT)

lab: .venv/.book .venv/.lab ## open the chapters in JupyterLab
	@"$(BIN)/jupyter-lab" --notebook-dir=chapters

teach: .venv/.teach ## install what homework needs: the command rectified, a sandbox for submissions
	@"$(PY)" tools/sandbox.py
	@echo "Now $(BIN)/rectified homework --help says how to assign and grade"

# ---------------------------------------------------------------- to keep, and to publish
pdf: book .venv/.paper ## print the whole book: _build/rectified.pdf
	@"$(PY)" tools/pdf.py

archive: book ## pack the site to be read offline: _build/rectified.zip
	@"$(PY)" tools/archive.py

publish: pdf archive ## gather what a server gives out, the PDF and the archive with it: _build/public
	@"$(PY)" tools/publish.py

# ---------------------------------------------------------------- slow checks, figures for people
audit: book node_modules/.installed ## the slow checks: other seeds, long runs; each prints its figures
	@"$(PY)" tools/browser.py
	@"$(PY)" tools/sandbox.py
	@"$(PY)" -m pytest -s -m audit $(TESTS)

# Not in `make test`: counting branches makes the suite a quarter slower.
coverage: COUNTED := --cov
coverage: test ## the whole suite again, and what of the package it runs through

bench: .venv/.bench node_modules/.installed ## the benchmarks with their peers, as tables and JSON
	@set -e; for script in benchmarks/*.py; do "$(PY)" "$$script"; done

# ---------------------------------------------------------------- for those who carry the work on
labs: node_modules/.installed ## join the labs' modules, after a change of labs/source
	@"$(NODE)" tools/labs.mjs join

format: node_modules/.installed ## bring code and notebooks into form
	@"$(PY)" -m ruff check --quiet --fix .
	@"$(PY)" -m ruff format .
	@"$(NODE)" node_modules/@biomejs/biome/bin/biome check --write --log-level=error .

lint: node_modules/.installed ## say what is out of form, and change nothing
	@"$(PY)" -m ruff check .
	@"$(PY)" -m ruff format --check .
	@"$(NODE)" node_modules/@biomejs/biome/bin/biome check .
	@"$(NODE)" node_modules/typescript/bin/tsc

# Pins that still fit are kept. UPGRADE=1 asks for the newest instead; RESOLUTION=lowest-direct for the
# oldest that pyproject.toml accepts.
# The environment is no prerequisite: the pins that are about to be replaced would be installed first.
requirements: ## compile requirements.txt from pyproject.toml (UPGRADE=1 takes newer versions)
	@test -e .venv/.test || $(MAKE) .venv/.test
	@"$(PY)" -m uv pip compile pyproject.toml --all-extras --universal \
	  --python-version 3.11 --prerelease disallow --fork-strategy fewest --excludes tools/cuda-packages.txt \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements" \
	  $(if $(UPGRADE)$(RESOLUTION),--upgrade) $(RESOLUTION:%=--resolution %) \
	  --quiet --output-file requirements.txt

repository: .venv/.book ## write the address of a fork where one is needed: URL=https://github.com/OWNER/NAME
	@"$(PY)" tools/repository.py $(if $(URL),"$(URL)")

clean: ## remove what was built; .venv stays
	@rm -rf _build .coverage .pytest_cache .ruff_cache .hypothesis
