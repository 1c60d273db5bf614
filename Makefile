# One command for each thing people do here. All of it happens in .venv beside this file;
# nothing is installed on the machine itself.

.DEFAULT_GOAL := help
.PHONY: help run check test bench bench-check format lock audit venv test-venv tools

PORT ?= 8000
PYTHON := .venv/bin/python
# Unbuffered: the password of the first run shows at once, also when the output goes to a file.
export PYTHONUNBUFFERED := 1

help:
	@echo "make run      the register on http://127.0.0.1:$(PORT)/ (PORT=9000 for another port;"
	@echo "              RELOAD=1 to restart by itself when the code changes)"
	@echo "make check    the fast part of the tests: linters, types, system checks, import law"
	@echo "make test     everything, on SQLite, PostgreSQL and in a browser"
	@echo "              (THOROUGH=1 for many more drawn examples)"
	@echo "make bench    speed beside a bare Django view and Datasette (BENCH_SIZES=10000 for less)"
	@echo "make bench-check  whether any address costs more beside the dashboard than it did"
	@echo "              (BENCH_SIZES=10000; UPDATE=1 stores what they cost now)"
	@echo "make format   put the code into the agreed layout"
	@echo "make lock     write the lock files anew after a requirement has changed"
	@echo "make audit    ask an advisory database about every locked package"

# One process (--noreload), so that Ctrl-C, kill and a script that stops make all stop the server.
run: export DEVELOPMENT := 1
run: venv
	@$(PYTHON) manage.py first_run
	@$(PYTHON) manage.py deliver --watch --with-parent & \
	exec $(PYTHON) manage.py runserver $(if $(RELOAD),,--noreload) 127.0.0.1:$(PORT)

check: test-venv
	@$(PYTHON) -m tests.run_all --fast

test: test-venv
	@$(PYTHON) -m tests.run_all

# The peer is installed beside .venv, whose versions it need not agree with.
bench: venv
	@$(call install-beside,.bench/venv,tests/bench/requirements.lock)
	@$(PYTHON) -m tests.bench

bench-check: venv
	@$(PYTHON) -m tests.bench.walk.check $(if $(UPDATE),--store,--check)

format: test-venv
	@$(PYTHON) -m ruff check --fix-only .
	@$(PYTHON) -m ruff format .

lock: tools
	@.tools/venv/bin/python -m tests.lock $(if $(UPGRADE),--upgrade)

audit: tools
	@.tools/venv/bin/python -m tests.audit

tools: venv
	@$(call install-beside,.tools/venv,.ci/requirements.lock)

# Asking each candidate to run, because a python3.12 on PATH may be a shim with nothing behind it.
venv:
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
		found=; \
		for candidate in python3 python3.13 python3.12 python3.11; do \
			if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
			then found=$$candidate; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "Python 3.11 or newer is needed, and none of python3, python3.13, python3.12" \
				"and python3.11 on PATH is that. Install one and try again." >&2; \
			exit 1; \
		fi; \
		echo "Creating .venv with $$($$found --version)"; \
		$$found -m venv --clear .venv || { \
			rm -rf .venv; \
			echo "$$found cannot make virtual environments. On Debian and Ubuntu:" \
				"apt install python3-venv" >&2; \
			exit 1; \
		}; \
	}
	@$(call install,.venv,tracker/requirements.lock)

test-venv: venv
	@$(call install,.venv,tests/requirements.lock)

# pip runs only when the checksum of the lock is another than last time. It takes nothing that the
# lock does not name with its hash.
install = \
	now=$$(cksum < $(2)); stamp=$(1)/$(subst /,-,$(2)).installed; \
	if [ "$$now" != "$$(cat $$stamp 2>/dev/null)" ]; then \
		echo "Installing $(2)"; \
		$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
			-r $(2) && echo "$$now" > $$stamp; \
	fi

install-beside = \
	{ $(1)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(1); } && \
	$(call install,$(1),$(2))
