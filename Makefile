# Two commands do everything on a machine with Python 3.11 and make:
#   make demo    the whole system on photographs that pip brings
#   make test    the tests
# Others: make install, lint, test-slow, clean.

PYTHON ?= $(shell command -v python3.11 || command -v python3.10 \
            || command -v python3.9 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: demo test test-slow lint install clean

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

test: install
	$(RUN) -m pytest

test-slow: install
	$(RUN) -m pytest -m slow

lint: install
	$(RUN) -m ruff check .

clean:
	rm -rf $(VENV) demo
