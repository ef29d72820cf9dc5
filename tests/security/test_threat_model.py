"""What docs/security.md says is so: its tests exist, its numbers are right, and the pages keep to what it claims."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_DIR

PAGE = PROJECT_DIR / "docs" / "security.md"
TESTS = PROJECT_DIR / "tests"
HEADING = "| threat | defence | proof | what remains |"


def threats() -> dict[str, list[list[str]]]:
    """The rows of each table of threats, by the heading that it stands under, with the number there."""
    found: dict[str, list[list[str]]] = {}
    section = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            section = line.removeprefix("### ")
            found[section] = []
        elif line.startswith("## "):
            section = ""
        elif section and line.startswith("| ") and line != HEADING:
            found[section].append([cell.strip() for cell in line.strip("| ").split(" | ")])
    return found


def test_functions() -> list[str]:
    return [
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


test_functions.__test__ = False  # type: ignore[attr-defined]


def test_every_threat_names_tests_that_exist() -> None:
    existing = set(test_functions())
    for section, rows in threats().items():
        for row in rows:
            named = re.findall(r"`(test_\w+)`", row[2])
            assert named, f"{section}: {row[0]}"
            assert set(named) <= existing, f"{section}: {row[0]}"


def test_threats_are_counted() -> None:
    text = PAGE.read_text(encoding="utf-8")
    counted = {section: len(rows) for section, rows in threats().items()}
    assert counted
    for section, number in counted.items():
        assert section.endswith(f": {number}"), f"{section}: {number}"
    assert f"## Threats: {sum(counted.values())}\n" in text


def test_every_test_of_a_threat_is_named_in_its_row() -> None:
    """None of this folder proves something that the page does not speak of."""
    text = PAGE.read_text(encoding="utf-8")
    own = {
        node.name
        for path in Path(__file__).parent.glob("test_*.py")
        if path != Path(__file__)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert len(own) > 50
    assert {name for name in own if f"`{name}`" not in text} == set()


@pytest.mark.long
def test_cases_are_counted() -> None:
    collected = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "0",
            "--collect-only",
            "-qq",
            "-m",
            "long or not long",
            "tests/security",
        ],
        capture_output=True,
        text=True,
        cwd=PROJECT_DIR,
        check=False,
    )
    counts: Counter[str] = Counter()
    for file, number in re.findall(r"^(tests/security/\S+\.py): (\d+)$", collected.stdout, re.MULTILINE):
        counts[file] += int(number)
    stated = re.search(r"`tests/security` has more than (\d+) cases", PAGE.read_text(encoding="utf-8"))
    assert stated is not None
    # A case comes with every exception to a rule and every file of settings: the page says how many to the next twenty.
    assert int(stated[1]) < sum(counts.values()) <= int(stated[1]) + 20


def test_no_script_makes_markup_of_data() -> None:
    scripts = [PROJECT_DIR / "orchestration" / name for name in ("dashboard/page.js", "releases/review_page.js")]
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "srcdoc",
        ):
            assert word not in text, f"{script.name}: {word}"
        assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|import)\s*\(", text)


def test_links_of_the_page_are_web_addresses_only() -> None:
    text = (PROJECT_DIR / "orchestration" / "dashboard" / "page.js").read_text(encoding="utf-8")
    assert r"/^https?:\/\//i.test(url) ? url : null" in text
    given = re.findall(r"href: ([^,}]+)", text)
    assert given
    for one in given:
        assert one == "address" or one.startswith("`#"), one
