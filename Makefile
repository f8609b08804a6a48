# Two commands for a fresh machine: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
       --no-emit-package edge-orch --no-emit-package edge-orch-agent --no-emit-package edge-orch-controller

.PHONY: help demo test sim sim-long soak lint format services chaos chaos-nightly systemd bench-engine bench-agent bench-fleet bench-twin bench-backlog docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(READY): requirements/uv.lock requirements/dev.lock pyproject.toml agent/pyproject.toml controller/pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { echo "make: $(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . -e agent -e controller
	$(BIN)/python -m compileall -q edge_orch agent/edge_orch_agent controller/edge_orch_controller
	@touch $(READY)

demo: $(READY) ## the main job, end to end, on this machine: rollout, cut network, alert from the edge, merge
	$(BIN)/edge-orch demo

test: $(READY) services ## all tests, against real servers
	$(BIN)/pytest -n 2 --dist loadfile

sim: $(READY) ## random histories of a simulated fleet: SEEDS=100, or SEED=7 to see one again; AGENTS=5 DAYS=30 WITHOUT=
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),100)) \
	  $(if $(AGENTS),--agents $(AGENTS)) $(if $(DAYS),--days $(DAYS)) $(if $(WITHOUT),--without $(WITHOUT))

sim-long: $(READY) ## ten thousand histories of 5 agents × 30 days, on all cores: some hours
	@$(BIN)/python -m tests.simulation --seeds 10000

soak: $(READY) ## ten thousand new versions through one agent: descriptors, threads, memory and rows stay: RELOADS=
	@$(BIN)/python -m tests.soak $(if $(RELOADS),--reloads $(RELOADS))

lint: $(READY) ## ruff and mypy strict, both clean
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## let ruff format and sort
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

services: ## install the servers that the tests talk to (as root: through apt-get; otherwise says what is missing)
	@PATH="$$PATH:/usr/sbin" command -v mosquitto >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mosquitto >/dev/null; \
	  else echo "make services: mosquitto is missing; its tests will be skipped (apt-get install mosquitto)" >&2; fi; }

chaos: $(READY) services ## pull the agent's plugs ROUNDS times, and ask numbered records (SEED chooses what happens)
	$(BIN)/python -m benchmarks.chaos --rounds $(or $(ROUNDS),20) --seed $(or $(SEED),1)

systemd: $(READY) ## the agent's unit under a systemd booted for it: sandbox, watchdog, kill, stop (root; half a minute)
	$(BIN)/python -m tests.service

bench-engine: $(READY) ## the engine beside a hand-written loop, Bytewax and syslog-ng, and what else is on PATH: ROWS=1000000
	@PATH="$$PATH:/usr/sbin" command -v syslog-ng >/dev/null || [ "$$(id -u)" != 0 ] || { apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends syslog-ng-core >/dev/null; }
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/bench.lock
	$(BIN)/python -m benchmarks.engine --rows $(or $(ROWS),1000000)

chaos-nightly: ## more than 200 kills: a quarter of an hour
	$(MAKE) chaos ROUNDS=230

bench-agent: $(READY) services ## bus → agent → HTTP sink beside a bare subscriber: rate, latency, processor, memory, wear
	$(BIN)/python -m benchmarks.agent

bench-twin: $(READY) ## a month of one agent's twin: its size, the time to open it, what is sent
	$(BIN)/python -m benchmarks.twin

bench-backlog: $(READY) ## a month of one small segment a second whose sink is away: memory, start, drain, wear: SEALS=
	$(BIN)/python -m benchmarks.backlog $(if $(SEALS),--seals $(SEALS))

docs: $(READY) ## write docs/reference from the components of the job language
	$(BIN)/python -m reference

bench-fleet: $(READY) services ## one controller and AGENTS=100,1000,10000 agents: steady state, rollout, all return at once
	$(BIN)/python -m benchmarks.fleet $(if $(AGENTS),--agents $(AGENTS))

lock: $(READY) ## rewrite requirements/*.lock from the ranges in pyproject.toml
	$(LOCK) -o requirements/uv.lock requirements/uv.in
	$(LOCK) -o requirements/agent.lock agent/pyproject.toml
	$(LOCK) -o requirements/controller.lock controller/pyproject.toml --extra demo
	$(LOCK) -o requirements/bench.lock --group bench
	$(LOCK) -o requirements/dev.lock --group dev pyproject.toml agent/pyproject.toml controller/pyproject.toml --all-extras

clean: ## remove .venv and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
