# Everything runs from this folder's own .venv; nothing needs activating. `make` lists the targets.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PY ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; \
	sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1 \
	&& { echo $$p; break; }; done)
V := .venv
ARGS ?=
PYTEST := $(V)/bin/python -m pytest -q

.PHONY: help setup dev ui demo test browser lint format transcripts messages cues principles pictures canaries soak licences lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## prepare .venv with what the product needs; the command is .venv/bin/ownpace
	@sh tools/venv.sh run $(PY)

dev: setup ## add what the tests and checks need
	@sh tools/venv.sh dev $(PY)

ui: dev ## add the browser driver
	@sh tools/venv.sh ui $(PY)

demo: setup ## try it: a rehearsal phone and a desk on this machine, with people who do not exist
	@$(V)/bin/python -m bot demo

test: dev ## run the tests; ARGS="-k name" narrows them
	@$(if $(ARGS),,$(PYTEST) tests/test_speed.py) # by itself: nothing else runs meanwhile
	@$(PYTEST) -n 2 --dist worksteal $(if $(ARGS),,--durations 10 --ignore tests/test_speed.py) $(ARGS)

browser: ui ## run the tests in headless Chromium (Debian: apt install chromium)
	@$(PYTEST) -n 2 --dist worksteal -m browser tests/browser $(ARGS)

lint: dev ## style, formatting and types
	@$(V)/bin/python -m ruff check .
	@$(V)/bin/python -m ruff format --check .
	@$(V)/bin/python -m mypy

format: dev ## put the code in the house's format
	@$(V)/bin/python -m ruff check --fix-only -q .
	@$(V)/bin/python -m ruff format .

transcripts: dev ## write the generated transcripts again; read the diff before committing it
	@$(PYTEST) tests/test_transcripts.py --update $(ARGS)

messages: dev ## bring the catalogues up to date with the flows; LANGUAGE=cy begins a new one
	@$(V)/bin/python -m tools.messages $(LANGUAGE)

cues: dev ## count how well cues are found, and write docs/cues.md again
	@$(V)/bin/python -m tests.cues.counting --write

principles: setup ## write docs/principles.md again from the rules of `ownpace check`
	@$(V)/bin/python -m bot.check.principles

pictures: ui ## take the pictures of README and guides again (needs chromium); look at each
	@$(V)/bin/python -m tools.screenshots
	@$(PYTEST) -m browser tests/browser/test_pictures.py --update

canaries: dev ## the tests at DEBUG: red where a word or a secret is logged; ARGS="tests/desk" narrows them
	@$(PYTEST) -n 2 --dist worksteal --canaries --tb=line --show-capture=no $(or $(ARGS),tests/channels tests/desk tests/e2e tests/store tests/abuse tests/operators)

soak: dev ## the long runs: load, kill -9, restarts
	@$(PYTEST) -m soak $(ARGS)
	@HYPOTHESIS_PROFILE=wide $(PYTEST) tests/conversation/test_engine.py tests/conversation/test_whole_intake.py $(ARGS)

licences: setup ## write docs/licences.md again from what is installed
	@$(V)/bin/python -m tools.licences

lock: ## for maintainers: pin all dependencies again (needs uv)
	@sh tools/lock.sh $(ARGS)

clean: ## remove .venv and caches; never data/
	@rm -rf $(V) .venv.lock .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
