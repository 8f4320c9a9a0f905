.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
.PHONY: help run test check format translations screenshots backup restore lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 14

run: ## Install, load the 2019 and 2020 reference years and serve the portal (PORT=8000)
	@tools/run

test: ## Install and run the whole test suite, on SQLite and PostgreSQL (REQUIRE_ALL=1: no skips)
	@tools/test

check: ## Format, lint, types, boundaries, templates, migrations, translations, pins
	@tools/check

format: ## Put Python and templates into the one format
	@tools/bootstrap requirements-dev.txt
	@$(PYTHON) -m ruff check --fix-only --quiet . && $(PYTHON) -m ruff format .
	@git ls-files -z 'templates/*.html' '*/templates/*.html' | xargs -0 -r $(PYTHON) -m djade --target-version 5.2

translations: ## Collect texts into the Chinese catalogue (FILE=…: lines of msgid<TAB>msgstr to fill in)
	@tools/bootstrap requirements.txt
	@$(PYTHON) manage.py update_translations $(if $(FILE),--merge $(FILE))
	@$(PYTHON) manage.py compile_translations

screenshots: ## Take pictures of the main pages at three widths into var/screenshots (needs Chromium)
	@tools/bootstrap requirements-dev.txt
	@$(PYTHON) tools/screenshots.py

backup: ## Back up database, files and anchors into one file (FILE=…, default in var/backups)
	@tools/bootstrap requirements.txt
	@$(PYTHON) manage.py backup $(if $(FILE),--output "$(FILE)")

restore: ## Restore FILE=… into an empty installation and prove that it is whole
	@$(if $(FILE),,echo "Error: name the backup, as in: make restore FILE=var/backups/portal.tar" >&2; exit 1)
	@tools/bootstrap requirements.txt
	@$(PYTHON) manage.py restore "$(FILE)"

lock: ## Compile requirements*.in into pinned requirements*.txt (needs uv)
	@tools/lock

clean: ## Remove the environment and all caches; var/ with the data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
