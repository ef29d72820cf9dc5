"""From a server to the published warehouse: what was fetched is read by the readers of releases and of customs."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import yaml

from orchestration.settings import PROJECT_DIR
from tests.integration.installation import Installation
from tests.unit.fetching.conftest import Server, answer, serve, server  # noqa: F401  # fixtures
from tests.unit.fetching.test_fetching import ASKED, KEY, comtrade, records

DIGEST = "xinjiang-2023-first-quarter-digest"


@pytest.mark.exhaustive
def test_what_is_fetched_is_published(empty: Installation, server: Server) -> None:  # noqa: F811
    digest = PROJECT_DIR / "raw" / "releases" / f"{DIGEST}.md"
    server.set("/digest.md", answer(digest.read_bytes(), ETag='"1"'))
    server.set("/broken.md", answer(status="404 Not Found"))
    server.set(ASKED, answer(records()), answer(records(primaryValue=531)))
    # It is not there as a file that somebody has placed, and comes from the server.
    for suffix in (".md", ".yml"):
        (empty.sheets.parent / "releases" / f"{DIGEST}{suffix}").unlink()
    sidecar = yaml.safe_load(digest.with_suffix(".yml").read_text(encoding="utf-8"))
    common = {
        "kind": "file", "into": "releases", "region": "CN-XJ", "publisher": sidecar["publisher"], "currency": "CNY",
        "published_date": sidecar["published_date"],
    }  # fmt: skip
    declared = empty.folder / "fetch.yml"
    declared.write_text(
        yaml.safe_dump(
            [
                {"name": DIGEST, "url": server.url("/digest.md"), **common},
                {"name": "broken", "url": server.url("/broken.md"), **common},
                comtrade(server),
            ]
        )
    )
    variables = {
        "CUSTOMHOUSE_FETCH_FILE": str(declared),
        "CUSTOMHOUSE_FETCH_DELAY_SECONDS": "0",
        "CUSTOMHOUSE_FETCH_COMTRADE_KEY": KEY,
    }
    fetched = empty.run("fetch", "--format", "json", **variables)
    assert fetched.code == 1, fetched.output  # for the one that is not there
    assert [one["outcome"] for one in json.loads(fetched.stdout)] == ["fetched", "refused", "fetched"]
    # With the declaration there, Dagster's definitions have the job that fetches, too.
    published = empty.refresh(**variables)
    assert published.code == 0, published.output

    assert empty.ask(
        f"""SELECT statistic, flow, value FROM fct_figures WHERE source_id = '{DIGEST}' AND status = 'read'
        AND region_id = 'CN-XJ' AND partner_id = 'WORLD' AND commodity_id = 'TOTAL' AND ownership_id = 'ALL'
        AND flow = 'total' AND measure = 'value' AND statistic IN ('level', 'growth') ORDER BY 1"""
    ) == [("growth", "total", Decimal("80.3")), ("level", "total", Decimal("68.07e9"))]
    trade = "SELECT reporter_id, partner_id, flow, value_usd FROM fct_trade_monthly"
    assert empty.ask(trade) == [("KAZ", "CHN", "import", Decimal("530.25"))]
    assert empty.ask("SELECT count(*) FROM metadata.rejected_rows WHERE file LIKE '%fetched%'") == [(0,)]

    # A revision replaces its month, and the former file stays known.
    fetched = empty.run("fetch", "--only", "kazakhstan", **variables)
    assert fetched.code == 0, fetched.output
    empty.refreshed()
    assert empty.ask(trade) == [("KAZ", "CHN", "import", Decimal(531))]
    assert empty.ask("SELECT count(*) FROM dim_source WHERE source_id LIKE 'kazakhstan-2023-01%'") == [(2,)]
    assert KEY not in fetched.output
    kept = [*empty.warehouse.rglob("*"), *(empty.folder / "dagster_home").rglob("*")]
    assert not [one for one in kept if one.is_file() and KEY.encode() in one.read_bytes()]
