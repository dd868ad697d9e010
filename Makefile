# Two commands do everything on a machine with make and a Python from 3.9 to 3.13:
#   make demo    the whole system on photographs that pip brings, in minutes
#   make test    the tests
# Others: make install, lint, test-slow, test-xla, test-all, tables-smoke, clean.
# PYTHON=python3.11 takes another Python than the newest, in .venv-python3.11.

# pyenv hides all of its Pythons but those of this variable.
PYENV_VERSION ?= $(shell pyenv versions --bare 2>/dev/null \
	| grep -E '^3\.(9|1[0-3])\.[0-9]+$$' | sort -rV | paste -sd: -)
export PYENV_VERSION
# Those that run here, the newest first.
PYTHONS = $(shell export PYENV_VERSION='$(PYENV_VERSION)'; \
	for minor in 13 12 11 10 9; do python3.$$minor -c 'import ensurepip' \
	2>/dev/null && echo python3.$$minor; done; true)
ifdef PYTHON
VENV := .venv-$(notdir $(PYTHON))
else
PYTHON = $(firstword $(PYTHONS) python3)
VENV := .venv
endif
RUN := $(VENV)/bin/python
# JAX and TensorFlow need different versions of the same packages.
JAX_VENV := .venv-jax
HA_DEBLUR_JAX_PYTHON ?= $(JAX_VENV)/bin/python

.PHONY: demo test test-slow test-xla test-all tables-smoke lint install clean

install: $(VENV)/installed

# A folder that is there keeps its Python, even if there is a newer one now.
$(VENV)/installed: setup.py
	@$(RUN) -m pip --version >/dev/null 2>&1 || { python='$(PYTHON)'; \
	$$python -c 'import sys; v = sys.version_info[:2]; sys.exit(not \
	(3, 9) <= v <= (3, 13))' 2>/dev/null || { echo "error: ha-deblur needs a \
	Python from 3.9 to 3.13 (TensorFlow has no other), and '$$python' is \
	$$($$python --version 2>/dev/null || echo absent); run \
	make PYTHON=/path/to/python3.13" >&2; exit 2; }; \
	$$python -m venv --clear $(VENV); }
	$(RUN) -m pip install --quiet --upgrade pip
	$(RUN) -m pip install --quiet --editable '.[dev]'
	touch $@

demo: install
	$(RUN) -m experiments.demo --output=demo

# Two at a time, each a half of the files; who is done first helps out.
test: install
	$(RUN) -m pytest -n 2 --dist=worksteal --durations=25

test-slow: install
	$(RUN) -m pytest -m slow

test-xla: install $(HA_DEBLUR_JAX_PYTHON)
	HA_DEBLUR_JAX_PYTHON=$(abspath $(HA_DEBLUR_JAX_PYTHON)) \
		$(RUN) -m pytest -m xla

# With the oldest Python and the newest that there are.
test-all:
	set -e; for python in $$(printf '%s\n' $(PYTHONS) | sed '1b;$$b;d'); do \
	$(MAKE) test PYTHON=$$python; done

# Both of the paper's tables and the results page, tiny, in a temporary folder.
tables-smoke: install
	$(RUN) -m experiments.tables.smoke --output=$$(mktemp -d)

$(JAX_VENV)/bin/python:
	$(PYTHON) -m venv $(JAX_VENV)
	$@ -m pip install --quiet 'jax>=0.10' || { rm -rf $(JAX_VENV); exit 1; }

lint: install
	$(RUN) -m ruff check .

clean:
	rm -rf .venv .venv-* demo
