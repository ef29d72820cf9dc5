"""The licences of what an installation brings: docs/licences.md from the lock file and the metadata of packages.

`python -m docs.licences` writes the page, after a change of requirements.lock. Versions are those of the lock; a
licence is what the installed package says of itself, and nothing is guessed where it says none.
"""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
LOCK = PROJECT_DIR / "requirements.lock"
VENDOR_DIR = PROJECT_DIR / "orchestration" / "dashboard" / "vendor"
PAGE = PROJECT_DIR / "docs" / "licences.md"
#: The scripts that lie in the repository, and the files of their licences.
VENDORED = {"d3.min.js": "d3.LICENSE", "plot.umd.min.js": "plot.LICENSE"}
NOT_HERE = "not installed on this system"
NOT_SAID = "not stated"

_REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_BANNER = re.compile(r"// (\S+) v([0-9.]+) (Copyright .*)")

_INTRODUCTION = """\
# Licences

What an installation brings beside Customhouse itself, which is under the Apache License 2.0. This page is made by
`python -m docs.licences` from `requirements.lock` and from what each installed package says of itself, on Linux. The
environments of Superset and of the clients that tests drive have lock files of their own,
`bi/superset/requirements.lock` and `tests/clients/requirements.lock`, and are not listed. Nor are the four packages
that `deploy/spark/requirements.lock` has beside these: pyspark, py4j, dbt-spark and sqlparams.

Tools for working on the project are among them: tests, linters, documentation.
"""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the lock, and its licence as it states it."""

    name: str
    version: str
    licence: str


def locked() -> list[tuple[str, str]]:
    """Name and version of every package of the lock, in its order."""
    return _REQUIREMENT.findall(LOCK.read_text(encoding="utf-8"))


def packages() -> list[Package]:
    """Every package of the lock with its licence."""
    return [Package(name, version, licence_of(name)) for name, version in locked()]


def licence_of(name: str) -> str:
    """What the installed package states: the expression, else the classifiers, else the first line of its text."""
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return NOT_HERE
    classifiers = [
        one.rpartition(" :: ")[2] for one in metadata.get_all("Classifier") or [] if one.startswith("License :: ")
    ]
    text = (metadata.get("License") or "").strip().partition("\n")[0]
    return metadata.get("License-Expression") or "; ".join(classifiers) or text or NOT_SAID


def vendored() -> list[tuple[str, str, str, str]]:
    """Address, version, copyright and file of the licence of each script that lies in the repository."""
    found = []
    for script, licence in VENDORED.items():
        banner = _BANNER.match((VENDOR_DIR / script).read_text(encoding="utf-8"))
        if banner is None:
            raise ValueError(f"{script} does not begin with its name, version and copyright")
        found.append((banner[1], banner[2], banner[3], f"orchestration/dashboard/vendor/{licence}"))
    return found


def page() -> str:
    """The page; the same lock and environment give the same page, byte for byte."""
    found = packages()
    lines = [
        _INTRODUCTION,
        "## Scripts in the repository",
        "",
        "| script | version | copyright | licence |",
        "|---|---|---|---|",
    ]
    lines += [f"| {name} | {version} | {holder} | `{file}` |" for name, version, holder, file in vendored()]
    lines += ["", f"## Packages: {len(found)}", "", "| package | version | licence |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.version} | {one.licence} |" for one in found]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
