# Everything a person runs. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Superset, and the clients that tests drive, have environments of their own: their needs contradict the project's.
SUPERSET_READY := .venv-superset/.ready
CLIENTS_READY := .venv-clients/.ready
# Spark is large, and not needed where DuckDB builds the models.
SPARK_READY := .venv-spark/.ready
WAREHOUSE := $(or $(CUSTOMHOUSE_WAREHOUSE_DIR),$(CURDIR)/warehouse)
export DAGSTER_HOME := $(or $(CUSTOMHOUSE_DAGSTER_HOME),$(CURDIR)/dagster_home)
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help setup refresh test test-long test-exhaustive test-spark faults clients check ui superset docs bench soak lock clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the environment in .venv from requirements.lock.

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else \
	  "Customhouse needs Python 3.11 to 3.13, and " + sys.executable + " is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

refresh: $(READY) ## Read raw/, build and check the models, publish the warehouse.
	$(BIN)/customhouse refresh

test: $(READY) ## Run the tests.
	$(BIN)/pytest

test-long: $(READY) ## Run the tests that take minutes: kills at many instants, races, rebuilds.
	$(BIN)/pytest -m long

test-exhaustive: $(READY) $(SPARK_READY) ## Run the tests that take many whole refreshes each, and kill a worker of Spark: for before a release.
	$(BIN)/pytest -m exhaustive
	.venv-spark/bin/pytest --config-file=tests/spark/pytest.ini tests/spark -m exhaustive

test-spark: $(SPARK_READY) ## Build the models on Spark and compare every mart. Needs Java 17 or 21.
	.venv-spark/bin/pytest --config-file=tests/spark/pytest.ini tests/spark

faults: $(READY) ## Kill, starve and damage refreshes in hundreds of ways, and see that each heals: takes hours.
	$(BIN)/python -m tests.faults $(FAULTS)

clients: $(READY) $(SUPERSET_READY) $(CLIENTS_READY) ## Run the tests that drive real clients: Superset, a browser, drivers.
	tests/clients/debian_packages.sh
	.venv-clients/bin/pytest --config-file=tests/clients/pytest.ini tests/clients

check: $(READY) ## Lint Python and SQL, check types and the arrows between packages.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd dbt_project && CUSTOMHOUSE_WORKING_DATABASE=:memory: DBT_TARGET_PATH=target/lint ../$(BIN)/sqlfluff lint models tests

ui: $(READY) ## Open Dagster's web UI on http://127.0.0.1:3000, with schedule and sensor running.
	$(BIN)/dagster dev --host 127.0.0.1 --port 3000 --workspace workspace.yaml

superset: $(SUPERSET_READY) ## Open Apache Superset on http://127.0.0.1:8088, on the published warehouse, with a dashboard.
	.venv-superset/bin/python -m bi.superset.start $(WAREHOUSE)

$(SPARK_READY): deploy/spark/requirements.lock
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(SUPERSET_READY): bi/superset/requirements.lock
$(CLIENTS_READY): tests/clients/requirements.lock
$(SUPERSET_READY) $(CLIENTS_READY):
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@touch $@

docs: $(READY) ## Write the data dictionary, build the documentation and the lineage of the models into site/.
	$(BIN)/python -m docs.dictionary
	$(BIN)/mkdocs build --quiet --strict
	cd dbt_project && CUSTOMHOUSE_WORKING_DATABASE=:memory: DBT_TARGET_PATH=target/docs ../$(BIN)/dbt --quiet docs generate --static --empty-catalog
	mkdir -p site/dbt && mv dbt_project/target/docs/static_index.html site/dbt/index.html

bench: $(READY) ## Measure a refresh against dbt and SQL alone, the reader of releases, the loading of declarations, serving.
	$(BIN)/python -m bench.refresh
	$(BIN)/python -m bench.reading
	$(BIN)/python -m bench.customs
	$(BIN)/python -m bench.serving

soak: $(READY) ## Simulate a year of refreshes: 72 synthetic releases, in a folder of its own. Takes half an hour and more.
	$(BIN)/python -m bench.soak

lock: ## Resolve the locked versions anew (needs uv).
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --strip-extras \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --extra postgres --universal --python-version 3.11 --strip-extras --constraint requirements.lock \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file deploy/postgres/requirements.lock
	uv pip compile pyproject.toml --extra spark --group dev --universal --python-version 3.11 --strip-extras --constraint requirements.lock \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file deploy/spark/requirements.lock
	for folder in bi/superset tests/clients; do uv pip compile $$folder/requirements.in --universal --python-version 3.11 --strip-extras \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file $$folder/requirements.lock; done

clean: ## Remove what a refresh made: everything in it can be rebuilt from raw/.
	rm -rf warehouse dbt_project/target dbt_project/logs site
