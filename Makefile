# One command for each thing people do here. All of it happens in .venv beside this file;
# nothing is installed on the machine itself.

.DEFAULT_GOAL := help
.PHONY: help run check test bench format venv test-venv

PORT ?= 8000
PYTHON := .venv/bin/python
# Unbuffered: the password of the first run shows at once, also when the output goes to a file.
export PYTHONUNBUFFERED := 1

help:
	@echo "make run      the register on http://127.0.0.1:$(PORT)/ (PORT=9000 for another port;"
	@echo "              RELOAD=1 to restart by itself when the code changes)"
	@echo "make check    the fast part of the tests: linters, types, system checks, import law"
	@echo "make test     everything, on SQLite, PostgreSQL and in a browser"
	@echo "make bench    speed beside a bare Django view and Datasette (BENCH_SIZES=10000 for less)"
	@echo "make format   put the code into the agreed layout"

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
	@test -x .bench/venv/bin/datasette || { $(PYTHON) -m venv .bench/venv && \
		.bench/venv/bin/python -m pip install --quiet --disable-pip-version-check \
			-r tests/bench/requirements.txt; }
	@$(PYTHON) -m tests.bench

format: test-venv
	@$(PYTHON) -m ruff check --fix-only .
	@$(PYTHON) -m ruff format .

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
	@$(call install,requirements.txt)

test-venv: venv
	@$(call install,requirements.txt tests/requirements.txt)

# pip runs only when the checksum of these files is another than last time; it reads the last.
install = \
	now=$$(cat $(1) | cksum); stamp=.venv/$(subst /,-,$(lastword $(1))).installed; \
	if [ "$$now" != "$$(cat $$stamp 2>/dev/null)" ]; then \
		echo "Installing $(lastword $(1))"; \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check -r $(lastword $(1)) \
			&& echo "$$now" > $$stamp; \
	fi
