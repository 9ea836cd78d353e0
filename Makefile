# The verbs live in dev/; every one can be run again after an interruption.
PYTHON ?= python3
DEV = @$(PYTHON) -m dev

.DEFAULT_GOAL := help
.PHONY: help run test test-odoo lint format bench i18n shell clean

help:  ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12
	@echo 'Choose otherwise: DB=crm HTTP_PORT=8069 ODOO_HOME=~/odoo PGHOST=… PYTHON=…'

run:  ## Odoo with the add-ons, demo data and real purchases
	$(DEV) run

test:  ## lint, then every test (one part: make test PART=pure)
	$(DEV) test $(PART)

test-odoo:  ## the add-ons' tests under Odoo's own runner
	$(DEV) test-odoo

lint:  ## ruff and pylint-odoo
	$(DEV) lint

format:  ## let ruff lay out the code
	$(DEV) format

bench:  ## measure speed and size
	$(DEV) bench $(ARGS)

i18n:  ## export the terms, merge them, find untranslated ones
	$(DEV) i18n

shell:  ## Python with Odoo's env in the database that `make run` made
	$(DEV) odoo shell --no-http

clean:  ## forget the virtual environment and the databases
	$(DEV) clean
