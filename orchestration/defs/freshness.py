"""The coverage of what is published, compared with the release calendar, as a check on the publication."""

import dagster as dg

from orchestration.calendar import compared_with_calendar
from orchestration.defs import publishing
from orchestration.settings import Settings


def coverage_check(settings: Settings) -> dg.AssetChecksDefinition:
    """The check; it warns and blocks nothing: what was published is right, only more is due."""

    @dg.asset_check(
        asset=publishing.KEY,
        name="coverage_keeps_up_with_the_calendar",
        description="What the release calendar promised by today of what is followed is covered by what is published.",
    )
    def coverage_keeps_up_with_the_calendar() -> dg.AssetCheckResult:
        compared = compared_with_calendar(settings)
        return dg.AssetCheckResult(
            passed=not compared.found,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "followed": len(compared.followed),
                "found": dg.MetadataValue.md("\n\n".join(compared.found) or "none"),
            },
        )

    return coverage_keeps_up_with_the_calendar
