"""What is installed: locked with hashes, from nowhere in particular, under licences that are listed; rules and why."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from docs import licences
from orchestration.settings import PROJECT_DIR

LOCKS = [
    PROJECT_DIR / "requirements.lock",
    *PROJECT_DIR.glob("*/*/requirements.lock"),
    *PROJECT_DIR.glob("tests/*/requirements.lock"),
]
PYPROJECT = (PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8")


def requirements(lock: Path) -> list[str]:
    """Each requirement of a lock with its hashes, as one line."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


@pytest.mark.parametrize("lock", sorted(set(LOCKS)), ids=lambda lock: str(lock.parent.relative_to(PROJECT_DIR)))
def test_every_requirement_is_one_version_with_hashes(lock: Path) -> None:
    found = requirements(lock)
    assert len(found) > 10
    for line in found:
        assert re.match(
            r"[a-z0-9][a-z0-9._-]*==[0-9][^\s;]*( *;[^-]*(?:-(?!-)[^-]*)*)?\s+--hash=sha256:[0-9a-f]{64}", line
        ), line
        assert re.sub(r"--hash=sha256:[0-9a-f]{64}", "", line).count("--") == 0, line


@pytest.mark.parametrize("lock", sorted(set(LOCKS)), ids=lambda lock: str(lock.parent.relative_to(PROJECT_DIR)))
def test_no_lock_names_a_place_to_fetch_from(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(
        r"https?://|file:|git\+|--(extra-)?index-url|--find-links|--trusted-host| @ |^-e", text, re.MULTILINE
    )


def test_environments_are_made_with_hashes_only() -> None:
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    installed = [line for line in makefile.splitlines() if "pip install" in line]
    assert installed
    for line in installed:
        assert "--require-hashes" in line or "--no-build-isolation --editable ." in line, line
        assert "--no-deps" in line


def test_every_package_that_is_asked_for_is_locked() -> None:
    project = tomllib.loads(PYPROJECT)
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    locked = {re.sub(r"[-_.]+", "-", name) for name, _ in licences.locked()}
    assert len(asked) > 30
    for one in asked:
        assert re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~ ]", one, maxsplit=1)[0]) in locked, one


def test_a_version_that_is_fixed_has_its_reason() -> None:
    lines = PYPROJECT.splitlines()
    fixed = [number for number, line in enumerate(lines) if re.match(r'\s+"[a-z-]+(\[.*\])?==', line)]
    assert fixed
    for number in fixed:
        above = number - 1
        while re.match(r'\s+"[a-z-]+(\[.*\])?==', lines[above]):
            above -= 1
        assert lines[above].strip().startswith("#"), lines[number]


def test_every_licence_is_listed() -> None:
    """Names and versions, as the lock has them, and what the installed packages say of themselves."""
    listed = re.findall(
        r"^\| ([a-z0-9][a-z0-9._-]*) \| ([0-9]\S*) \| (.+) \|$", licences.PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [(name, version) for name, version, _ in listed] == licences.locked()
    assert not [name for name, _, licence in listed if licence == licences.NOT_SAID]
    for name, _, licence in listed:
        if licences.NOT_HERE not in (licence, stated := licences.licence_of(name)):
            assert licence == stated, name


def test_scripts_in_the_repository_are_listed_with_their_licences() -> None:
    text = licences.PAGE.read_text(encoding="utf-8")
    assert {path.name for path in licences.VENDOR_DIR.glob("*.js")} == set(licences.VENDORED)
    for name, version, _, file in licences.vendored():
        assert f"| {name} | {version} |" in text
        assert (PROJECT_DIR / file).stat().st_size > 300


# Static analysis


def test_rules_of_security_are_on_for_the_product() -> None:
    lint = tomllib.loads(PYPROJECT)["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert not [rule for rule in lint["ignore"] if rule.startswith("S") and not rule.startswith("SIM")]
    excepted = {path: rules for path, rules in lint["per-file-ignores"].items() if path.startswith("orchestration")}
    assert {rule for rules in excepted.values() for rule in rules if re.match(r"S\d*$", rule)} == {"S608"}


def test_every_exception_to_them_has_its_reason() -> None:
    lines = PYPROJECT.splitlines()
    for number, line in enumerate(lines):
        if re.match(r'"(orchestration|bench)/.*= \[.*"S\d+', line):
            above = number - 1
            while lines[above].startswith('"'):
                above -= 1
            assert lines[above].startswith("#"), line
    excepted = 0
    for folder in ("orchestration", "bi"):
        for path in (PROJECT_DIR / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(text):
                if re.search(r"# noqa: .*\bS\d+", line):
                    excepted += 1
                    assert re.search(r"noqa: [A-Z0-9, ]+  # \w", line), f"{path}:{number + 1}: say why"
    assert excepted > 3


def test_ruff_finds_nothing_that_is_not_excepted() -> None:
    ruff = Path(sys.executable).with_name("ruff")
    found = subprocess.run(
        [ruff, "check", "--select", "S", "--no-cache", "--output-format", "concise", "orchestration", "bi"],
        capture_output=True,
        text=True,
        cwd=PROJECT_DIR,
        check=False,
    )
    assert found.returncode == 0, found.stdout
