# From a bare clone on Debian 13 with python3, python3-venv, make and git: `make run` or `make test`.

PORT ?= 8000
PYTHON := .venv/bin/python
# what a deployed system would have in its environment, so that its checks have nothing left to say
DEPLOYED := NINGJU_DEMO=0 NINGJU_DATA=build/deployed NINGJU_TLS=proxy TRUSTED_PROXIES=127.0.0.1 ALLOWED_HOSTS=ningju.example SECRET_KEY=$$(head -c 48 /dev/urandom | base64) \
	FIELD_KEYS=k1=$$(head -c 32 /dev/urandom | base64)

.DEFAULT_GOAL := help
.PHONY: help run test check bench shots lock clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

run: .venv/.requirements.txt ## Start the demonstration city on http://127.0.0.1:8000 (PORT=)
	@export NINGJU_DEMO=1; $(PYTHON) manage.py migrate -v 0 && $(PYTHON) manage.py demo && \
	echo "http://127.0.0.1:$(PORT)   (Ctrl-C stops)" && \
	{ trap 'kill $$(jobs -p) 2>/dev/null; wait' EXIT; trap exit INT TERM; \
	$(PYTHON) manage.py work & \
	$(PYTHON) -m gunicorn config.wsgi -c python:config.gunicorn -b 127.0.0.1:$(PORT) & wait; }

test: export PYTHONWARNINGS := ignore:XDG_RUNTIME_DIR
test: .venv/.requirements-dev.txt ## Run every test on SQLite, what touches a database on PostgreSQL too, browser tests included (ARGS= for pytest)
	@$(PYTHON) -m tests $(ARGS)

check: export NINGJU_DEMO := 1
check: .venv/.requirements-dev.txt ## Check style, types, import order, migrations, settings, templates and vendored files
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-logo
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(DEPLOYED) $(PYTHON) manage.py collectstatic --noinput -v 0
	$(DEPLOYED) $(PYTHON) manage.py check --deploy --fail-level WARNING
	.venv/bin/djlint --quiet --lint templates

bench: export PYTHONWARNINGS := ignore:XDG_RUNTIME_DIR
bench: .venv/.requirements-dev.txt ## Measure; one JSON object a line (ONLY=prefix)
	@$(PYTHON) -m bench $(ONLY)

shots: .venv/.requirements-dev.txt ## Take pictures of the main pages as each role into build/shots/
	@$(PYTHON) -m tests.shots

lock: .venv/.requirements-dev.txt ## Write the locked dependencies anew from pyproject.toml
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile --quiet --upgrade --universal --generate-hashes --custom-compile-command "make lock" \
		pyproject.toml --output-file requirements.txt
	$(PYTHON) -m uv pip compile --quiet --upgrade --universal --generate-hashes --custom-compile-command "make lock" \
		pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

clean: ## Remove everything that was made, also the demonstration data
	rm -rf build var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	if [ ! -L .venv ]; then rm -rf .venv; fi

# installed again only when the lock changed; a linked environment belongs to somebody else and is left alone
.venv/.%.txt: %.txt
	@if [ ! -L .venv ]; then \
		python3 -m venv .venv && \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@; \
	fi
