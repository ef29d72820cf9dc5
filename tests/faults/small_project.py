"""A smaller dbt project, so that hundreds of refreshes cost minutes: the same steps over fewer models and no tests.

What the lake, the sheets and the releases fill stays as it is, with every model before it. Of the other marts that the
page and the status ask for there is an empty table with the columns of its contract. All else goes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

#: Marts that stay, with all that they are made of: one of them is incremental, one a view over the lake.
REAL = (
    "dim_region",
    "dim_source",
    "fct_declared_levels",
    "fct_figures",
    "fct_numbers",
    "fct_trade_monthly",
    "mart_reading_coverage",
)
_REF = re.compile(r"ref\('(\w+)'\)")


def shrink(project: Path) -> None:
    """Take models, tests and seeds out of a copy of the project, until only what the module says is left."""
    models = project / "models"
    asked = _asked_for_by_the_page(models / "exposures.yml")
    sql = {path.stem: path for path in models.rglob("*.sql")}
    kept: set[str] = set()
    wanted = list(REAL)
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept.add(name)
            wanted += _REF.findall(sql[name].read_text()) if name in sql else []
    for name, path in sql.items():
        if name not in kept and name not in asked:
            path.unlink()
        elif name not in kept:
            path.write_text(_empty(path.with_suffix(".yml")))
    kept |= asked
    (models / "exposures.yml").unlink()
    for path in models.rglob("*.yml"):
        described = _without_tests(yaml.safe_load(path.read_text()))
        described.pop("unit_tests", None)
        described["models"] = [one for one in described.get("models", ()) if one["name"] in kept]
        path.write_text(yaml.safe_dump({key: value for key, value in described.items() if value}))
    for path in (project / "tests").glob("*.sql"):
        path.unlink()
    _without_contracts(project / "dbt_project.yml")
    seeds = project / "seeds" / "seeds.yml"
    described = _without_tests(yaml.safe_load(seeds.read_text()))
    for seed in described["seeds"]:  # Python reads their files, dbt those that a model needs
        seed.setdefault("config", {})["enabled"] = seed["name"] in kept
    seeds.write_text(yaml.safe_dump(described))


def _without_contracts(settings: Path) -> None:
    """Without contracts and comments on columns, which are half of what dbt does for a model of a few rows."""
    described = yaml.safe_load(settings.read_text())
    for setting in ("+contract", "+persist_docs"):
        del described["models"]["customhouse"]["marts"][setting]
    settings.write_text(yaml.safe_dump(described))


def _asked_for_by_the_page(exposures: Path) -> set[str]:
    [page] = [one for one in yaml.safe_load(exposures.read_text())["exposures"] if one["name"] == "dashboard"]
    return set(_REF.findall(str(page["depends_on"]).replace('"', "'")))


def _empty(contract: Path) -> str:
    [model] = yaml.safe_load(contract.read_text())["models"]
    columns = ", ".join(f"cast(null as {one['data_type']}) as {one['name']}" for one in model["columns"])
    return f"select {columns} where false"


def _without_tests(described: Any) -> Any:
    if isinstance(described, dict):
        return {key: _without_tests(value) for key, value in described.items() if key not in ("data_tests", "tests")}
    return [_without_tests(one) for one in described] if isinstance(described, list) else described
