"""What is fetched, how it stands in raw/ with its sidecar, what is not asked for again, and what is never touched."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.codes import CodeLists
from orchestration.customs.files import DeclarationFile, find_files
from orchestration.fetching.addresses import Address, Allowed, UnusableAddress
from orchestration.fetching.declaration import UnusableDeclaration, read_declaration
from orchestration.fetching.fetch import FetchHeld, Outcome
from orchestration.hashing import FileHashes
from orchestration.inputs import current_inputs
from orchestration.releases.documents import read_document
from orchestration.releases.folder import find_releases
from orchestration.sources import Rejection
from tests.unit.fetching.conftest import (
    CSV,
    PAGE,
    Answer,
    Fetching,
    Server,
    answer,
    document,
    redirect,
    release,
)
from tests.unit.fetching.dying import exit_code_of_dying

KEY = "0123456789abcdef-the-key-of-a-test"


def sidecars(fetching: Fetching) -> dict[str, dict[str, object]]:
    return {path: yaml.safe_load(text) for path, text in fetching.raw.items() if path.endswith(".yml")}


def labels(fetching: Fetching, name: str, into: str = "customs") -> list[str]:
    return sorted(one.name for one in (fetching.settings.raw_dir / into / "fetched" / name).iterdir())


def variables(fetching: Fetching) -> dict[str, str]:
    """The settings as a process finds them; secrets are empty."""
    values = fetching.settings.model_dump(exclude={"fetch_comtrade_key", "serve_token"})
    return {f"CUSTOMHOUSE_{name.upper()}": str(value) for name, value in values.items()}


def found_by_customs(fetching: Fetching, codes: CodeLists) -> tuple[list[DeclarationFile], list[Rejection]]:
    settings = fetching.settings
    return find_files(settings.raw_dir / "customs", codes, FileHashes(settings.file_hashes))


# What stands in raw/


def test_file_gets_into_raw_with_its_sidecar(server: Server, fetching: Fetching) -> None:
    url = server.set("/2023/a.csv", answer(CSV))
    done = fetching.one(url, title="Kazakhstan", reporter="KAZ", language="en", note="Of a test.", licence="none")
    assert done.outcome is Outcome.fetched
    [label] = labels(fetching, "one")
    folder = f"customs/fetched/one/{label}"
    assert done.path == f"{folder}/one.csv"
    assert list(fetching.raw) == [f"{folder}/one.csv", f"{folder}/one.yml"]
    assert fetching.raw[done.path] == CSV.encode()
    [sidecar] = sidecars(fetching).values()
    today = sidecar.pop("retrieved_date")
    assert sidecar == {
        "title": "Kazakhstan", "publisher": "A test", "published_date": today, "url": url, "language": "en",
        "licence": "none", "reporter": "KAZ", "note": "Of a test.", "sha256": hashlib.sha256(CSV.encode()).hexdigest(),
    }  # fmt: skip
    assert server.requests[0].headers["user-agent"] == "customhouse"


def test_release_is_found_and_read(server: Server, fetching: Fetching) -> None:
    done = fetching.one(
        server.set("/a.html", answer(PAGE)), name="quarter", into="releases", format="html", region="CN-XJ"
    )
    assert done.outcome is Outcome.fetched
    found = find_releases(fetching.settings.raw_dir / "releases", reader_key="")
    assert found.rejected == []
    assert [one.source_id for one in found.files] == ["quarter"]
    read = read_document(found.files[0].path)
    assert "reached 68.07 billion yuan" in read.text
    assert (read.region, read.publisher, str(read.published_date)) == ("CN-XJ", "A test", "2023-04-19")


def test_what_is_not_modified_or_says_the_same_is_not_written(server: Server, fetching: Fetching) -> None:
    since = "Wed, 19 Apr 2023 10:00:00 GMT"
    same = answer(CSV, ETag='"1"', Last_Modified=since)
    url = server.set("/a.csv", same, answer(status="304 Not Modified"), answer(CSV, ETag='"2"'), same)
    fetching.declare(document(url))
    fetching.run()
    before = fetching.raw
    assert [fetching.run()[0].outcome for _ in range(3)] == [
        Outcome.not_modified,
        Outcome.unchanged,  # by a server that ignores the conditions, with another mark
        Outcome.unchanged,
    ]
    assert fetching.raw == before
    asked = [(one.headers.get("if-none-match"), one.headers.get("if-modified-since")) for one in server.requests]
    assert asked == [(None, None), ('"1"', since), ('"1"', since), ('"2"', None)]


def test_page_whose_frame_changes_says_the_same(server: Server, fetching: Fetching) -> None:
    other = PAGE.replace("<body>", "<body><script>visits = 17</script><nav><a href='/'>Home</a></nav>")
    fetching.declare(release(server.set("/a.html", answer(PAGE), answer(other))))
    fetching.run()
    before = fetching.raw
    assert fetching.run()[0].outcome is Outcome.unchanged
    assert fetching.raw == before


def test_changed_file_is_a_further_version_and_the_later_one(
    server: Server, fetching: Fetching, codes: CodeLists
) -> None:
    contents = [CSV, CSV.replace("530", "531"), CSV.replace("530", "532")]
    fetching.declare(
        document(server.set("/a.csv", *map(answer, contents)), published_date="2023-02-20", reporter="KAZ")
    )
    outcomes = [fetching.run()[0].outcome for _ in contents]
    assert outcomes == [Outcome.fetched, Outcome.changed, Outcome.changed]
    files, rejected = find_files(
        fetching.settings.raw_dir / "customs", codes, FileHashes(fetching.settings.file_hashes)
    )
    assert rejected == []
    # As the lake takes them: the last one replaces the others, although both changes were fetched on one day.
    assert [one.path.read_text() for one in files] == contents
    _, second, third = labels(fetching, "one")
    assert [one.source.source_id for one in files] == ["one", f"one-{second}", f"one-{third}"]


def test_changed_release_is_a_document_of_the_day_of_its_change(server: Server, fetching: Fetching) -> None:
    today = datetime.datetime.now().astimezone().date()
    first = today.replace(month=1, day=1)
    url = server.set("/a.html", answer(PAGE), *(answer(PAGE.replace("68.07", other)) for other in ("68.17", "68.27")))
    fetching.declare(release(url, published_date=first))
    fetching.run()
    if today == first:  # on New Year's Day nothing can be earlier in the year
        assert fetching.run()[0].outcome is Outcome.postponed
        return
    assert fetching.run()[0].outcome is Outcome.changed
    before, after = sidecars(fetching).values()
    assert (before["published_date"], before["url"]) == (first, url)
    assert (after["published_date"], after["url"]) == (today, f"{url}#as-of-{today}")
    assert f"the version before is of {first}" in str(after["published_date_basis"])
    # A second change on that day would be taken for the same document.
    assert fetching.run()[0].outcome is Outcome.postponed
    assert len(fetching.raw) == 4


def test_release_that_changes_in_another_year_is_left_to_a_person(server: Server, fetching: Fetching) -> None:
    fetching.declare(release(server.set("/a.html", answer(PAGE), answer(PAGE.replace("68.07", "68.17")))))
    fetching.run()
    before = fetching.raw
    [done] = fetching.run()
    assert done.reason.startswith("has changed, and was published in another year (2023-04-19)")
    assert fetching.raw == before
    assert "68.17" in (fetching.settings.fetch_dir / "refused" / "one.html.refused").read_text()


@pytest.mark.parametrize("path", ["sheets/one.csv", "releases/one.md", "customs/deeper/one.csv.gz", "customs/One.json"])
def test_file_that_somebody_placed_keeps_its_name(path: str, server: Server, fetching: Fetching) -> None:
    placed = fetching.settings.raw_dir / path
    placed.parent.mkdir(parents=True)
    placed.write_text("of a person")
    done = fetching.one(server.set("/a.csv", answer(CSV)))
    assert done.reason.startswith(f"{path} has this name and was not fetched")
    assert fetching.raw == {path: b"of a person"}
    assert server.requests == []


def test_what_was_forgotten_is_not_fetched_twice(server: Server, fetching: Fetching) -> None:
    fetching.declare(document(server.set("/a.csv", answer(CSV, ETag='"1"'))))
    fetching.run()
    before = fetching.raw
    for content in (None, "{", '{"one": 1}', "[]"):
        known = fetching.settings.fetch_dir / "known.json"
        known.unlink() if content is None else known.write_text(content)
        assert fetching.run()[0].outcome is Outcome.unchanged
    assert fetching.raw == before
    assert not any("if-none-match" in one.headers for one in server.requests)


def test_file_that_was_taken_out_is_asked_for_whole(server: Server, fetching: Fetching) -> None:
    fetching.declare(document(server.set("/a.csv", answer(CSV, ETag='"1"'))))
    fetching.run()
    for one in (fetching.settings.raw_dir / "customs" / "fetched" / "one").rglob("*.*"):
        one.unlink()
    assert fetching.run()[0].outcome is Outcome.fetched
    assert "if-none-match" not in server.requests[1].headers


def test_dry_run_asks_and_keeps_nothing(server: Server, fetching: Fetching) -> None:
    fetching.declare(
        document(server.set("/a.csv", answer(CSV, ETag='"1"'))), document(server.set("/b.csv", answer()), name="b")
    )
    assert [one.outcome for one in fetching.run(dry_run=True)] == [Outcome.fetched, Outcome.refused]
    assert fetching.raw == {}
    assert [one.name for one in fetching.settings.fetch_dir.iterdir() if one.name != "fetch.lock"] == []


def test_two_runs_at_once_are_one(server: Server, fetching: Fetching) -> None:
    second: list[str] = []

    def meanwhile(connection: object, request: object) -> None:
        try:
            fetching.run()
        except FetchHeld as held:
            second.append(str(held))
        answer(CSV)(connection, request)  # type: ignore[arg-type]

    assert fetching.one(server.set("/a.csv", meanwhile)).outcome is Outcome.fetched
    assert second == ["another process is fetching; try again when it has ended"]


# Killed on the way


@pytest.mark.exhaustive
def test_killed_before_any_line_of_writing_leaves_all_or_nothing(server: Server, fetching: Fetching) -> None:
    content = {"one.csv", "one.yml"}
    fetching.declare(document(server.set("/a.csv", answer(CSV, ETag='"1"'))))
    seen = []
    for line in range(1000):
        ended = exit_code_of_dying(fetching.settings, line)
        assert ended in (0, -signal.SIGKILL)
        visible = {path.rpartition("/")[2] for path in fetching.raw if "/." not in path}
        assert visible in (set(), content), line
        # What the sensor and a refresh see.
        assert len(current_inputs(fetching.settings).of_kind("raw").files) == len(visible)
        seen.append(bool(visible))
        # Another run goes on from what there is, and takes away what was left half.
        assert fetching.run()[0].outcome in (Outcome.fetched, Outcome.unchanged, Outcome.not_modified)
        assert {path.rpartition("/")[2] for path in fetching.raw} == content
        if ended == 0:
            break
        shutil.rmtree(fetching.settings.raw_dir / "customs")
        shutil.rmtree(fetching.settings.fetch_dir)
    assert seen[0] is False
    assert seen[-2:] == [True, True]
    assert len(seen) > 60  # it died often


# A page of links


def test_links_that_match_are_documents_of_their_own(server: Server, fetching: Fetching) -> None:
    other = PAGE.replace("first quarter", "first half")
    links = [
        "2023/art_1.html", "/news/2023/art_2.html#top", "art_1.html", "2023/art_1.html", "http://elsewhere.example/art_3.html",
        "javascript:art_4.html", "mailto:art_5.html", "http://[", "/etc/../../../art_6.html", "about.html",
    ]  # fmt: skip
    index = "<html><body>" + "".join(f'<a href="{link}">x</a>' for link in links) + "</body></html>"
    server.set("/news/", answer(index))
    server.set("/news/2023/art_1.html", answer(PAGE))
    server.set("/news/2023/art_2.html", answer(other))
    fetching.declare({**release(server.url("/news/")), "kind": "index", "name": "customs", "links": r"/art_\d+\.html$"})
    listed, *done = fetching.run()
    assert listed.outcome is Outcome.listed
    outcomes = {one.url.removeprefix(server.url("")): one.outcome for one in done}
    assert outcomes == {
        "/news/2023/art_1.html": Outcome.fetched,
        "/news/2023/art_2.html": Outcome.fetched,
        "/news/art_1.html": Outcome.refused,  # not there
        "/art_6.html": Outcome.refused,
    }
    assert all(one.name.startswith("customs-") for one in done)
    assert len({one.name for one in done}) == 4
    assert len(sidecars(fetching)) == 2
    assert Counter(one.outcome for one in fetching.run()) == {
        Outcome.listed: 1, Outcome.unchanged: 2, Outcome.refused: 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (answer("<html><body><a href='/b.html'>b</a></body></html>"), "has no link that matches"),
        (answer("<html><title>503 Service Unavailable</title></html>"), "is an error page"),
        (answer(status="404 Not Found"), "answered 404"),
        (answer(), "is empty"),
        (answer(b"PK\x03\x04"), "is by its content a zip"),
        (answer(status="304 Not Modified"), "without conditions"),
    ],
)
def test_page_of_links_that_is_none_is_refused(page: Answer, reason: str, server: Server, fetching: Fetching) -> None:
    fetching.declare({**release(server.set("/", page)), "kind": "index", "links": "art_"})
    [done] = fetching.run()
    assert done.outcome is Outcome.refused
    assert reason in done.reason


def test_no_more_links_than_the_entry_wants(server: Server, fetching: Fetching) -> None:
    page = "<html><body>" + "".join(f"<a href='/{n}.csv'>x</a>" for n in range(9)) + "</body></html>"
    fetching.declare({**document(server.set("/", answer(page))), "kind": "index", "links": "csv", "maximum_links": 2})
    done = fetching.run()
    assert done[0].reason == "2 links, the first of 9"
    assert len(done) == 3


# UN Comtrade


def comtrade(server: Server, **fields: object) -> dict[str, object]:
    return {
        "name": "kazakhstan", "kind": "comtrade", "url": server.url("/data/v1/get"), "reporter": "KAZ",
        "reporter_code": "398", "months": ["2023-01"], **fields,
    }  # fmt: skip


def records(seconds: str = "0.1", **cells: object) -> str:
    record = {
        "typeCode": "C", "freqCode": "M", "period": "202301", "reporterCode": 398, "flowCode": "M", "partnerCode": 156,
        "cmdCode": "100199", "qty": 1200.5, "netWgt": 1200.5, "primaryValue": 530.25, **cells,
    }  # fmt: skip
    return json.dumps({"elapsedTime": f"{seconds} secs", "count": 1, "data": [record], "error": ""})


ASKED = "/data/v1/get/C/M/HS?partner2Code=0&customsCode=C00&motCode=0&reporterCode=398&period=202301&maxRecords=100000"


@pytest.fixture
def keyed(fetching: Fetching) -> Fetching:
    os.environ["CUSTOMHOUSE_FETCH_COMTRADE_KEY"] = KEY
    fetching.limit(comtrade_key=type(fetching.settings)().fetch_comtrade_key)
    return fetching


def test_comtrade_is_fetched_with_the_key_in_a_header_alone(
    server: Server, keyed: Fetching, codes: CodeLists, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.set(ASKED, answer(records()), answer(records("0.7")), answer(records(primaryValue=531)))
    keyed.declare(comtrade(server))
    assert [keyed.run()[0].outcome for _ in range(3)] == [Outcome.fetched, Outcome.unchanged, Outcome.changed]
    [first, *_] = server.requests
    assert first.headers["ocp-apim-subscription-key"] == KEY
    assert KEY not in first.path
    files, rejected = found_by_customs(keyed, codes)
    assert rejected == []
    assert [(one.layout.name, one.source.region_id) for one in files] == [("un-comtrade", "KAZ")] * 2
    everything = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    assert KEY.encode() not in everything
    assert KEY not in "".join(capfd.readouterr()) + "".join(keyed.told) + repr(keyed.settings)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (answer(json.dumps({"data": [], "error": "quota exceeded"})), "holds no records: quota exceeded"),
        (answer(records(period="202212")), "says period '202212' where '202301' was asked for"),
        (answer(records(reporterCode=156)), "says reporterCode '156'"),
        (answer("Access denied due to invalid key", "401 Unauthorized"), "answered 401 Unauthorized"),
        (answer("<html><title>Maintenance</title>"), "is an HTML page, titled 'Maintenance'"),
        (redirect("https://elsewhere.example/"), "leads to another host"),
    ],
)
def test_comtrade_answers_that_are_wrong_are_refused(
    wrong: Answer, reason: str, server: Server, keyed: Fetching
) -> None:
    server.set(ASKED, wrong)
    keyed.declare(comtrade(server))
    [done] = keyed.run()
    assert done.outcome is Outcome.refused
    assert reason in done.reason, done.reason
    assert keyed.raw == {}


def test_comtrade_answer_at_its_limit_is_cut_off(
    server: Server, keyed: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.fetching.fetch.COMTRADE_RECORDS", 1)
    server.set(ASKED.replace("100000", "1"), answer(records()))
    keyed.declare(comtrade(server))
    assert "as many as are given at once" in keyed.run()[0].reason


def test_key_goes_to_no_other_host(serve: Callable[..., Server], keyed: Fetching) -> None:
    one, other = serve(), serve()
    other.set("/b", answer(records()))
    one.set(ASKED, redirect(other.url("/b")))
    keyed.declare(comtrade(one, hosts=[f"127.0.0.1:{other.port}"]))
    assert keyed.run()[0].outcome is Outcome.fetched
    assert "ocp-apim-subscription-key" not in other.requests[0].headers


@pytest.mark.parametrize("key", ["", "two words", "a\r\nX: b", "ключ"])
def test_key_that_is_none_is_told_without_it(key: str, server: Server, keyed: Fetching) -> None:
    os.environ["CUSTOMHOUSE_FETCH_COMTRADE_KEY"] = key
    keyed.limit(comtrade_key=type(keyed.settings)().fetch_comtrade_key)
    keyed.declare(comtrade(server))
    [done] = keyed.run()
    assert "CUSTOMHOUSE_FETCH_COMTRADE_KEY" in done.reason
    assert not key or key not in done.reason
    assert server.requests == []


# Addresses


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0.0.0.0", "10.0.0.1", "192.168.1.1", "169.254.169.254", "2130706433", "0x7f000001",
     "127.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[fc00::1]", "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
def test_host_that_stands_for_this_or_a_private_network_is_not_asked(host: str) -> None:
    target = Address.parse(f"https://{host}/")
    allowed = Allowed(Address.parse("https://www.example.org/"), hosts=[target.authority])
    allowed.check(target)
    with pytest.raises(UnusableAddress, match="of this or a private network"):
        allowed.machines(target)
    assert Allowed(allowed.origin, allowed.hosts, private_addresses=True).machines(target)


def test_public_address_is_asked() -> None:
    assert Allowed(Address.parse("https://1.1.1.1/")).machines(Address.parse("https://1.1.1.1/")) == ["1.1.1.1"]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://a.example/", "a.csv", "//a.example/", "https://", "https://a b/", "https://a\r\nb/",
     "https://user:secret@a.example/", "https://a.example\\@b.example/", "https://[1/", "https://a:99999/", "data:,a"],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_none(url: str) -> None:
    with pytest.raises(UnusableAddress) as refused:
        Address.parse(url)
    assert "secret" not in str(refused.value)


# The declaration


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: b", "is no list of entries"),
        ("- just words", "entry 1: "),
        ("- !!python/object/apply:os.system ['true']", "cannot be read: could not determine a constructor"),
        ("- [", "cannot be read"),
        ("- {name: a, kind: file}", "entry 1 (a): url: Field required"),
        ("- {name: a, kind: other}", "entry 1 (a): "),
        ("- {name: ../a, url: 'https://a.example/a.csv'}", "entry 1 (../a): name: String should match"),
        ("- {name: .a, url: 'https://a.example/a.csv'}", "name: String should match"),
        ("- {name: A, url: 'https://a.example/a.csv'}", "name: String should match"),
        ("- {name: a, url: 'file:///etc/passwd'}", "only https and http are fetched, not file"),
        ("- {name: a, url: 'http://a.example/a.csv'}", "is http: write https, or allow_http"),
        ("- {name: a, url: 'https://a.example/a'}", "the url does not say it; write one of csv"),
        ("- {name: a, url: 'https://a.example/a.pdf', format: pdf}", "customs are csv, csv.gz"),
        ("- {name: a, url: 'https://a.example/a.csv', into: sheets}", "into: Input should be 'releases' or 'customs'"),
        ("- {name: a, url: 'https://a.example/a.csv', colour: red}", "colour: Extra inputs are not permitted"),
        ("- {name: a, url: 'https://a.example/a.csv', region: CN-XJ}", "region: no such field for customs"),
        ("- {name: a, url: 'https://a.example/a.csv', month: 2023-13}", "month: String should match"),
        ("- {name: a, url: 'https://a.example/a.csv', size_factor: 1}", "size_factor: Input should be greater than 1"),
        ("- {name: a, url: 'https://a.example/a.csv', hosts: ['https://b']}", "is no host: write it as www.example"),
        ("- {name: a, url: 'https://a.example/', kind: index, links: '['}", "links: '[' is no regular expression"),
        ("- {name: a, url: 'https://a.example/', kind: index, links: a, month: 2023-01}", "said of every document"),
        ("- {name: a, kind: comtrade, url: 'http://a.example/', reporter: KAZ, reporter_code: '398', "
         "months: [2023-01], allow_http: true}", "the key would be sent unencrypted"),
        ("- {name: a, kind: comtrade, reporter: KAZ, reporter_code: '398', months: [2023-01], query: {Period: 1}}",
         "query: period is set by the entry's own fields"),
        ("- {name: a, url: 'https://a.example/a.csv'}\n- {name: a, url: 'https://a.example/b.csv'}",
         "a: the name of 2 entries"),
        ("- {name: a, kind: comtrade, reporter: KAZ, reporter_code: '398', months: [2023-01]}\n"
         "- {name: a-2023-01, kind: comtrade, reporter: KAZ, reporter_code: '398', months: [2023-01]}",
         "a-2023-01: the name of 2 entries or months"),
    ],
)  # fmt: skip
def test_declaration_that_is_not_valid_is_told_by_entry_and_field(text: str, reason: str, tmp_path: Path) -> None:
    declared = tmp_path / "fetch.yml"
    common = "publisher: A, "
    for one in ("kind: file, ", "into: customs, "):
        common += "" if one.partition(":")[0] in text else one
    declared.write_text(text.replace("{name", f"{{{common}name").replace("[2023-01]", "['2023-01']"))
    with pytest.raises(UnusableDeclaration) as refused:
        read_declaration(declared)
    assert reason in str(refused.value), str(refused.value)
    assert str(declared) in str(refused.value)


def test_no_declaration_or_an_empty_one_is_nothing(tmp_path: Path) -> None:
    assert read_declaration(tmp_path / "fetch.yml") == []
    (tmp_path / "fetch.yml").write_text("# nothing yet\n")
    assert read_declaration(tmp_path / "fetch.yml") == []


# The command


def customhouse(fetching: Fetching, *arguments: str) -> Result:
    os.environ.update(variables(fetching))
    return CliRunner().invoke(app, ["fetch", *arguments], env={"COLUMNS": "200"})


def test_command_tells_what_became_of_each_and_its_exit_code(server: Server, fetching: Fetching) -> None:
    error = "<html><title>Not\x1b[31mFound [/red]</title>"
    fetching.declare(
        document(server.set("/a.csv", answer(CSV)), name="a"), document(server.set("/b.csv", answer(error)), name="b")
    )
    ended = customhouse(fetching)
    assert ended.exit_code == 1, ended.output
    assert "fetched" in ended.stdout
    assert "is an HTML page, titled" in ended.stdout
    assert "\x1b[31m" not in ended.stdout + ended.stderr
    ended = customhouse(fetching, "--only", "a", "--format", "json")
    assert ended.exit_code == 0
    [one] = json.loads(ended.stdout)
    assert (one["name"], one["outcome"], one["bytes"]) == ("a", "unchanged", len(CSV))
    assert customhouse(fetching, "--only", "c").exit_code == 2
    fetching.settings.fetch_file.write_text("- {name: a}")
    ended = customhouse(fetching)
    assert ended.exit_code == 2
    assert "entry 1 (a): " in ended.stderr
