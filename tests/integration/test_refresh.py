"""A refresh of good input: what it publishes, what it answers, and that a second one changes nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orchestration.settings import PROJECT_DIR
from tests.integration.conftest import add_sheet
from tests.integration.installation import BIN, Content, Installation

FIRST_QUARTER = "period_start = DATE '2023-01-01' AND period_end = DATE '2023-03-31'"
WHOLE = """region_id = 'CN-XJ' AND partner_id = 'WORLD' AND commodity_id = 'TOTAL' AND flow = 'total'
AND ownership_id = 'ALL' AND trade_mode_id = 'ALL' AND measure = 'value' AND unit = 'CNY'"""


def test_the_growth_of_the_whole_has_the_base_that_it_implies(first: Installation) -> None:
    [(level, growth, base_low, base_high)] = first.ask(
        f"SELECT level, stated_growth_pct, base_low, base_high FROM mart_growth WHERE {WHOLE} AND {FIRST_QUARTER}"
    )
    assert (level, growth) == (Decimal("68.07e9"), Decimal("80.3"))
    assert Decimal("37.7405e9") <= base_low < base_high <= Decimal("37.7670e9")


def test_kashgar_stands_among_nine_prefectures(first: Installation) -> None:
    assert first.ask(
        f"""SELECT ranked_value, peer_count FROM mart_ranking
        WHERE region_id = '653100' AND ranked_by = 'growth' AND {FIRST_QUARTER}"""
    ) == [(Decimal("102.3"), 9)]


def test_the_share_of_central_asia_is_recomputed_more_closely_than_it_is_stated(first: Installation) -> None:
    [(stated, low, high, change)] = first.ask(
        f"""SELECT stated_share_pct, recomputed_share_low_pct, recomputed_share_high_pct, stated_share_change_pp
        FROM mart_share WHERE region_id = 'CN-XJ' AND partner_id = 'CENTRAL_ASIA_FIVE' AND {FIRST_QUARTER}"""
    )
    assert (stated, change) == (Decimal("78.1"), Decimal("1.8"))
    assert Decimal("78.11") <= low < high <= Decimal("78.15")


def test_the_share_of_private_enterprises_is_as_stated(first: Installation) -> None:
    assert first.ask(
        f"""SELECT stated_share_pct, reference FROM mart_share
        WHERE region_id = 'CN-XJ' AND ownership_id = 'private' AND {FIRST_QUARTER}"""
    ) == [(Decimal("95.5"), "ownership=ALL")]


def test_the_joint_share_is_one_of_exports(first: Installation) -> None:
    assert first.ask(
        f"""SELECT flow, reference FROM mart_share
        WHERE region_id = 'CN-XJ' AND stated_share_pct = 84 AND {FIRST_QUARTER}"""
    ) == [("export", "commodity=TOTAL;flow=export")]


def test_central_asia_contributes_most_of_the_growth(first: Installation) -> None:
    [(contribution, low, high)] = first.ask(
        f"""SELECT contribution_pp, contribution_low_pp, contribution_high_pp FROM mart_growth
        WHERE region_id = 'CN-XJ' AND partner_id = 'CENTRAL_ASIA_FIVE' AND flow = 'total' AND {FIRST_QUARTER}"""
    )
    assert round(contribution, 1) == Decimal("64.5")
    assert Decimal("64.4") < low < contribution < high < Decimal("64.6")


def test_rcep_in_force_is_told_as_of_a_day(first: Installation) -> None:
    members = dict(
        first.ask(
            """SELECT member_partner_id, is_disputed FROM bridge_partner_group_member
            WHERE partner_id = 'RCEP' AND basis = 'in_force' AND valid_from_date <= DATE '2023-03-31'
            AND (valid_to_date IS NULL OR valid_to_date >= DATE '2023-03-31')"""
        )
    )
    undisputed = {member for member, is_disputed in members.items() if not is_disputed}
    assert len(undisputed) == 13
    assert "CHN" in undisputed
    assert "PHL" not in members
    assert members["MMR"] is True


def test_other_periods_are_there(first: Installation) -> None:
    assert first.ask(
        f"""SELECT value FROM fct_levels WHERE {WHOLE}
        AND period_start = DATE '2024-01-01' AND period_end = DATE '2024-11-30'"""
    ) == [(Decimal("403.1e9"),)]


def test_the_command_answers_from_what_is_published(first: Installation) -> None:
    ended = first.run(
        "query",
        "--format",
        "csv",
        f"SELECT growth_pct FROM mart_growth WHERE {WHOLE} AND {FIRST_QUARTER}",
    )
    assert (ended.code, ended.stdout) == (0, "growth_pct\n80.300000\n")


def test_the_published_file_cannot_be_written_and_nothing_is_left_lying(first: Installation) -> None:
    assert first.published.stat().st_mode & 0o222 == 0
    assert sorted(path.name for path in first.warehouse.iterdir()) == [
        "customhouse.duckdb",
        "dashboard",
        "last_refresh.json",
        "last_refresh.lock",
        "logs",
        "metrics.prom",
        "publications",
        "verified.json",
        "working.duckdb",
        "working.verified.json",
        "writer.lock",
    ]
    assert [path.name for path in first.publications.iterdir()] == [f"{first.publication_id()}.duckdb"]


def test_a_refresh_without_changes_says_so_and_touches_nothing(refreshed: Installation) -> None:
    before = refreshed.footprint()
    ended = refreshed.refresh()
    assert ended.code == 0
    assert f"Nothing changed since publication {refreshed.publication_id()}" in ended.stdout
    assert refreshed.footprint() == before


@pytest.mark.long
def test_a_forced_refresh_gives_the_same_content_and_replaces_nothing(
    refreshed: Installation, first_content: Content
) -> None:
    before = refreshed.footprint()
    refreshed.refreshed("--force")
    assert refreshed.footprint() == before
    assert refreshed.content() == first_content
    assert len(list(refreshed.publications.iterdir())) == 1


@pytest.mark.exhaustive
def test_a_rebuild_from_nothing_gives_the_same_content(empty: Installation, first_content: Content) -> None:
    ended = empty.refresh()
    assert ended.code == 0, ended.output
    for step in ("prepare", "read sheets", "load sheets", "build models", "publish"):
        assert f"{step}: " in ended.stderr
    assert empty.publication_id() in ended.stdout
    assert empty.content() == first_content


@pytest.mark.exhaustive
def test_a_sheet_that_arrives_while_models_are_built_is_published_by_the_next_refresh(
    refreshed: Installation, second_content: Content
) -> None:
    running = refreshed.start_refresh("--force")
    running.until("load sheets: ")
    add_sheet(refreshed)
    assert running.end().code == 0
    refreshed.refreshed()
    assert refreshed.content() == second_content


def test_the_workspace_is_valid(refreshed: Installation) -> None:
    ended = refreshed.start(BIN / "dagster", "definitions", "validate", "-w", PROJECT_DIR / "workspace.yaml").end()
    assert ended.code == 0, ended.output
    assert "Validation successful for code location customhouse" in ended.output
