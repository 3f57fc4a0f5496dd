# make run    everything, from a fresh checkout: http://127.0.0.1:3000      make test   all checks and tests
# make PYTHON=python3.13 run   with a certain Python                        make PORT=3010 run   any setting may stand here
.PHONY: run test lint audit fuzz format bench docs stop clean-tests ready ready-for-tests
.DEFAULT_GOAL := run
PYTHON ?= python3
BIN := .venv/bin
# A tty, an IDE or a service manager may leave these behind.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

run: ready
	@exec $(BIN)/python manage.py start

stop:
	@$(BIN)/python manage.py stop

test: ready-for-tests lint
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/django-upgrade --target-version 5.2 --check $$(git ls-files '*.py' 2>/dev/null || find . -name '*.py' -not -path './.venv/*' -not -path './node_modules/*')
	$(BIN)/typos
	$(BIN)/bandit --quiet --recursive -ll accounts assistant common config deploy ops portfolio terminal
	@# Secrets by their look. Words like "password=" are ruff's and bandit's; tests and examples hold made-up ones.
	$(BIN)/detect-secrets-hook --no-verify --disable-plugin KeywordDetector --exclude-files '^tests/|^package-lock.json' \
		--exclude-secrets '^password$$|^23456789abcdefghjkmnpqrstuvwxyz$$' $$(git ls-files 2>/dev/null)
	$(BIN)/djade --check $$(git ls-files 'templates/*.html' 2>/dev/null || find templates -name '*.html')

# Known weaknesses of the packages. 10 is doubt: the lists could not be reached; only a weakness that is known fails.
audit: ready-for-tests
	@$(BIN)/python manage.py security_check --packages || [ $$? -eq 10 ]

# Many more made-up requests to each operation of the API than the tests send.
fuzz: ready-for-tests
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100} $(BIN)/python -m pytest -n 2 tests/parity/test_fuzz.py

format: ready-for-tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade $$(git ls-files 'templates/*.html')

bench: ready-for-tests
	$(BIN)/python -m tests.perf.bench

# The description of the API as a file, for programs that make clients of it.
docs: ready-for-tests
	@mkdir -p docs/api
	$(BIN)/python manage.py spectacular --file docs/api/openapi.yaml --validate --fail-on-warn

# The servers of the tests stay for the next run; this stops and forgets them.
clean-tests: ready-for-tests
	$(BIN)/python -m tests.servers stop

ready:
	@$(PYTHON) deploy/set_up.py run

ready-for-tests:
	@$(PYTHON) deploy/set_up.py test
