# Each target does its own set-up. `make` turns every failing exit code into 2:
# where the code of the verdict matters, call the command under `run` itself.
.PHONY: run calibrate test test-functional check soak bench tools lock clean help
.DEFAULT_GOAL := run

PY := .venv/bin/python
RUN := .venv/installed
DEV := .venv/installed-dev
SYSTEM := .venv/installed-system
PEERS := .venv/installed-peers

run: $(RUN)  ## compare baseline and optimized against the mock service
	$(PY) -m mock_service exec -- .venv/bin/locust --headless

calibrate: $(RUN)  ## play baseline against itself and store the noise floor of this machine
	$(PY) -m mock_service exec -- .venv/bin/locust --headless --calibrate

test: $(DEV) $(SYSTEM)  ## all tests but the long ones
	$(PY) -m pytest -m "not soak" -n 3 --dist loadfile

test-functional: $(DEV)  ## deterministic tests that need no service
	$(PY) -m pytest -m "not service and not soak"

check: $(DEV)  ## format, lint, types, import rules
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

soak: $(DEV) $(SYSTEM)  ## the tests that take minutes
	$(PY) -m pytest -m soak

bench: $(DEV) $(SYSTEM) $(PEERS)  ## measure what swarmgate costs and reaches, into docs/performance.md
	PATH=$(CURDIR)/.venv/peers/node_modules/.bin:$$PATH $(PY) -m benchmarks.performance $(BENCH)

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:  ## remove the environment
	rm -rf .venv

help:  ## this list
	@sed -n "s/^\([a-z-]*\):.*  ## /\1\t/p" Makefile | expand -t 18

$(RUN): requirements.lock
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -c "import sysconfig, pathlib; \
		pathlib.Path(sysconfig.get_path('purelib'), 'swarmgate.pth').write_text('$(CURDIR)\n')"
	touch $@

$(DEV): requirements-dev.lock $(RUN)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# A browser, hosts in network namespaces, and nginx. Without them the tests that need them are skipped, and say so.
$(SYSTEM): tests/apt-packages.txt | $(DEV)
	PATH=$$PATH:/usr/sbin; { command -v chromium && command -v ip && command -v nginx; } >/dev/null || \
		! command -v apt-get >/dev/null || test "$$(id -u)" != 0 || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			xargs apt-get install -y -qq --no-install-recommends <tests/apt-packages.txt >/dev/null; }
	touch $@

# Other load generators, to be measured beside this one.
$(PEERS): benchmarks/performance/apt-packages.txt benchmarks/performance/package.json | $(DEV)
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		xargs apt-get install -y -qq --no-install-recommends <benchmarks/performance/apt-packages.txt >/dev/null
	mkdir -p .venv/peers && cp benchmarks/performance/package.json .venv/peers && npm install --silent --prefix .venv/peers
	touch $@

tools: $(DEV) $(SYSTEM)  ## all that the tests need, for a machine that goes offline
