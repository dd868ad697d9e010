# Two commands do everything on a machine with Python 3.11 and make:
#   make demo    the whole system on photographs that pip brings, in minutes
#   make test    the tests
# Others: make install, lint, test-slow, test-xla, tables-smoke, clean.

PYTHON ?= $(shell command -v python3.11 || command -v python3.10 \
            || command -v python3.9 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin/python
# JAX and TensorFlow 2.15 need different versions of the same packages.
JAX_VENV := .venv-jax
HA_DEBLUR_JAX_PYTHON ?= $(JAX_VENV)/bin/python

.PHONY: demo test test-slow test-xla tables-smoke lint install clean

install: $(VENV)/installed

$(VENV)/installed: setup.py
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not \
	(3, 9) <= v <= (3, 11))' 2>/dev/null || { echo "error: ha-deblur needs \
	Python 3.9, 3.10 or 3.11 (TensorFlow 2.15 has no other), and \
	'$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo absent); run \
	make PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
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

# Both of the paper's tables and the results page, tiny, in a temporary folder.
tables-smoke: install
	$(RUN) -m experiments.tables.smoke --output=$$(mktemp -d)

$(JAX_VENV)/bin/python:
	$(PYTHON) -m venv $(JAX_VENV)
	$@ -m pip install --quiet 'jax>=0.10' || { rm -rf $(JAX_VENV); exit 1; }

lint: install
	$(RUN) -m ruff check .

clean:
	rm -rf $(VENV) $(JAX_VENV) demo
