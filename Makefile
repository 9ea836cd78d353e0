# The verbs live in dev/; every one can be run again after an interruption.
PYTHON ?= python3
DEV = @$(PYTHON) -m dev

.DEFAULT_GOAL := help
.PHONY: help run test smoke test-odoo lint format bench i18n release-dump shell clean

help:  ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14
	@echo 'Choose otherwise: DB=crm HTTP_PORT=8069 ODOO_HOME=~/odoo PGHOST=… PYTHON=…'
	@echo 'Of tests: PART=pure|architecture|setup|addons|end_to_end WORKERS=2 DEEP=1'

run:  ## Odoo with the add-ons, demo data and real purchases
	$(DEV) run

test:  ## lint, then every test; DEEP=1 takes random sequences further
	$(DEV) test $(PART)

smoke:  ## install, update and browser tours under Odoo's own runner
	$(DEV) test-odoo smoke

test-odoo:  ## all of the add-ons' tests under Odoo's own runner; MODULES=crm,… Odoo's own
	$(DEV) test-odoo $(MODULES)

lint:  ## ruff and pylint-odoo
	$(DEV) lint

format:  ## let ruff lay out the code
	$(DEV) format

bench:  ## measure speed and size
	$(DEV) bench $(ARGS)

i18n:  ## export the terms, merge them, find untranslated ones
	$(DEV) i18n

release-dump:  ## keep a shop of this release, which tests of the next one upgrade
	$(DEV) release-dump

shell:  ## Python with Odoo's env in the database that `make run` made
	$(DEV) odoo shell --no-http

clean:  ## forget the virtual environment and the databases
	$(DEV) clean
