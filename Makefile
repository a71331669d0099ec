# What people type. `make demo` needs Python 3.11 or newer and make, nothing else.
.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow faults soak fuzz bench lint fmt pins clean

# The first of these that is new enough makes .venv; `make PYTHON=…` names another.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
BIN := .venv/bin
# What was compiled is kept: without it each process of the tests compiles Nod anew, and each worker every test.
unexport PYTHONDONTWRITEBYTECODE
# With --require-hashes pip takes nothing whose bytes are not those named in constraints/.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
# An editable install without the network: the build backend is pinned and already there.
PACKAGE := install --no-deps --no-build-isolation --no-index --editable .

help:
	@echo "make demo     try Nod on this machine: a Slack-like page, no tokens, no API key"
	@echo "make install  make .venv with what \`nod run\` and \`nod demo\` need"
	@echo "make test     run the quick tests"
	@echo "make test-slow  run those that take their time, every fault at every moment, and the fuzzing"
	@echo "make fuzz     run 2,000 mutated payloads and replies, half a minute of random faults, and every property for longer"
	@echo "make faults   run every fault at every moment: two minutes"
	@echo "make soak     twenty conversations at once and random faults: SECONDS=300 SEED=any RATE=0.05"
	@echo "make bench    measure what a turn costs, how that grows, and what a long thread takes: QUICK=1 is a minute"
	@echo "make lint     check style and types"
	@echo "make fmt      format"
	@echo "make pins     choose the dependencies' versions anew (constraints/)"

install: .venv/.demo
	@echo "Nod is installed: $(BIN)/nod --help"

demo: .venv/.demo
	@$(BIN)/nod demo

test: .venv/.dev
	@$(BIN)/pytest --numprocesses 3 --dist worksteal

test-slow: .venv/.dev
	@$(BIN)/pytest --numprocesses 4 --dist worksteal -m "slow or fuzz or faults"

fuzz: .venv/.dev
	@$(BIN)/pytest --numprocesses 3 --hypothesis-profile=thorough -m "fuzz or property"

faults: .venv/.dev
	@$(BIN)/pytest --numprocesses 4 --dist worksteal -m "" tests/faults

SECONDS ?= 300
soak: .venv/.dev
	@$(BIN)/python -m tests.soak --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(if $(RATE),--rate $(RATE))

# QUICK=1 only shows that it runs. A single part: `.venv/bin/python -m tests.bench --help`.
bench: .venv/.bench
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick) $(if $(PLOTS),--plots $(PLOTS))
ifndef QUICK
	@$(BIN)/python -m tests.bench.long_thread
	@$(BIN)/python -m tests.bench.first_word
endif

lint: .venv/.dev
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check --diff
	@$(BIN)/mypy --no-error-summary

fmt: .venv/.dev
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

clean:
	@rm -rf .venv .artifacts build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.made:
	@found=; for python in $(PYTHON); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Nod needs Python 3.11 or newer; none of these is: $(PYTHON). Install one, or name it: make PYTHON=/path/to/python" >&2; \
	  exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found lacks the venv module; on Debian and Ubuntu: sudo apt-get install python3-venv" >&2; \
	  exit 1; \
	fi; \
	echo "Making .venv with $$("$$found" --version) …"; \
	"$$found" -m venv .venv
	@touch $@

.venv/.demo: pyproject.toml constraints/demo.txt | .venv/.made
	@echo "Installing Nod and what it needs into .venv (a minute at most, once) …"
	@$(PIP) install --require-hashes -r constraints/demo.txt
	@$(PIP) $(PACKAGE)
	@touch $@

.venv/.dev: pyproject.toml constraints/dev.txt | .venv/.made
	@echo "Installing Nod, what it needs and the tools for its tests into .venv (once) …"
	@$(PIP) install --require-hashes -r constraints/dev.txt
	@$(PIP) $(PACKAGE)
	@touch $@ .venv/.demo

.venv/.bench: constraints/bench.txt .venv/.dev
	@echo "Installing what the bench measures and draws with into .venv (once) …"
	@$(PIP) install --require-hashes -r constraints/bench.txt
	@touch $@

# uv resolves for Linux, macOS and Windows and every Python from 3.11 at once. What is pinned stays as it is
# unless pyproject.toml forbids it; `make pins UPGRADE=--upgrade` takes the newest of everything.
PINS = .artifacts/pins/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make pins"

pins: .venv/.made
	@echo "Choosing versions and collecting hashes …"
	@$(BIN)/python -m venv .artifacts/pins
	@.artifacts/pins/bin/python -m pip --disable-pip-version-check -qq install uv
	@$(PINS) $(UPGRADE) --extra demo --group dev pyproject.toml -o constraints/dev.txt
	@$(PINS) $(UPGRADE) --group bench -c constraints/dev.txt -o constraints/bench.txt
	@$(PINS) $(UPGRADE) --extra demo --group build -c constraints/dev.txt pyproject.toml -o constraints/demo.txt
