# `make demo` and `make test` are all that a newcomer needs; each does its own set-up and says what it does.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHEEL_VENV := .work/wheel-venv
SITE_VENV := .work/site-venv
PIP_QUIET := --quiet --disable-pip-version-check --no-input
DATA ?= ../shared/data
LEFT_OUT := dossier faults mailbox oauth parse scenarios lessons/test_report_page.py lessons/test_season.py models/test_training.py service/test_day.py
PARALLEL := -n 2 --dist loadfile   # each file by one of two processes, which start servers of their own

.PHONY: demo test test-source test-wheel soak check eval trials train lock config docs recording site servers clean help

help:            ## this list
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

demo: $(VENV)/.runtime ## the whole job on a made-up mailbox
	@$(BIN)/afterword demo

test: servers test-source test-wheel ## every test, on the source tree and on the built wheel

test-source: $(VENV)/.dev
	@echo "== Tests on the source tree"
	$(BIN)/pytest $(PARALLEL) -m "not soak"

# Once more what packaging can break; what servers, faults and the small mailboxes make of the same code is known from the source tree.
test-wheel: $(WHEEL_VENV)/.installed
	@echo "== Tests on the built wheel, in an environment of its own"
	$(WHEEL_VENV)/bin/pytest $(PARALLEL) -p no:cacheprovider -m "not deep and not soak" -k "not cyrus and not courier" $(LEFT_OUT:%=--ignore tests/%)

soak: servers $(VENV)/.dev ## an hour of faults, kills, fuzzing and large mailboxes
	$(BIN)/pytest -m soak

check: $(VENV)/.dev ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: $(VENV)/.dev ## measure the classifier on labelled mail in DATA, against its floors
	$(BIN)/python models/scripts/measure.py $(DATA)

trials: $(VENV)/.dev ## what takes minutes to measure: three training seeds, and hand-written mail left out of training
	$(BIN)/python models/scripts/trials.py $(DATA)

# On sparse rows more threads of the linear algebra only wait for each other: with one, training takes a third of the time.
eval trials train: export OMP_NUM_THREADS = 1

train: $(VENV)/.dev ## train the classifier anew from the corpus
	cd models && ../$(BIN)/python -m spacy project run all

lock: $(VENV)/.dev ## renew the lock files from the ranges in pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --upgrade --group build pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --upgrade --group dev --extra metrics --extra oauth --extra report --extra train --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --upgrade --group site --constraint requirements-dev.lock --output-file requirements-site.lock

config: $(VENV)/.runtime ## write config.example.toml anew from the schema
	$(BIN)/python -m afterword.sample > config.example.toml

docs: $(VENV)/.runtime ## write the reference pages anew from the schema and the commands
	$(BIN)/python -m afterword.reference docs

# The variable keeps the theme from speaking of its successor; what is left is about these pages, and --strict makes an error of it.
site: $(SITE_VENV)/.installed ## the documentation as a site, in .work/site
	NO_MKDOCS_2_WARNING=1 $(SITE_VENV)/bin/mkdocs build --strict --quiet
	@echo "== The site begins at .work/site/index.html"

recording: $(VENV)/.runtime ## record the demo anew for the README
	$(BIN)/python packaging/recording.py docs/demo.svg

servers:         ## install the mail servers that the tests start
	@sh tests/servers/install.sh

clean:           ## remove everything that make has made
	rm -rf $(VENV) .work dist build

$(BIN)/python:
	@echo "== Creating a virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is needed: apt-get install python3-venv"; exit 1; }

$(VENV)/.runtime: $(BIN)/python requirements.lock pyproject.toml
	@echo "== Installing what Afterword needs (requirements.lock)"
	@$(BIN)/pip install $(PIP_QUIET) --require-hashes -r requirements.lock
	@$(BIN)/pip install $(PIP_QUIET) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "== Installing what the tests and checks need (requirements-dev.lock)"
	@$(BIN)/pip install $(PIP_QUIET) --require-hashes -r requirements-dev.lock
	@touch $@

$(WHEEL_VENV)/.installed: $(VENV)/.dev $(shell find daemon rules models/afterword_models config.example.toml systemd docs/afterword.1 -type f -not -path '*/__pycache__/*' 2>/dev/null)
	@echo "== Building the wheel and installing it into $(WHEEL_VENV)"
	@rm -rf $(WHEEL_VENV) .work/dist
	@$(BIN)/python -m build --quiet --no-isolation --wheel --outdir .work/dist .
	@$(PYTHON) -m venv $(WHEEL_VENV)
	@$(WHEEL_VENV)/bin/pip install $(PIP_QUIET) --require-hashes -r requirements-dev.lock
	@$(WHEEL_VENV)/bin/pip install $(PIP_QUIET) --no-deps .work/dist/*.whl
	@touch $@

$(SITE_VENV)/.installed: requirements-site.lock
	@echo "== Installing what the site needs (requirements-site.lock) into $(SITE_VENV)"
	@rm -rf $(SITE_VENV)
	@$(PYTHON) -m venv $(SITE_VENV)
	@$(SITE_VENV)/bin/pip install $(PIP_QUIET) --require-hashes -r requirements-site.lock
	@touch $@
