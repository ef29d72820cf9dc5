"""What a saved page states of itself: its title, who published it, when, and its address."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it has no types of its own

#: Names of `meta` elements, the surest first. PubDate, ArticleTitle and SiteName are what China's government sites use.
_DATE_NAMES = (
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "publicationdate",
    "firstpublishedtime",
    "releasedate",
    "citation_publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.date",
    "dc.date",
    "sailthru.date",
    "parsely-pub-date",
    "date",
)
_TITLE_NAMES = ("articletitle", "og:title", "dc.title", "twitter:title")
_PUBLISHER_NAMES = ("og:site_name", "sitename", "dc.publisher", "publisher", "application-name")
#: What stands before the date in the text of a page.
_LABELS = re.compile(
    r"(?P<label>发布时间|发布日期|发表时间|发文日期|发稿时间|发布于|發布時間|發布日期|發佈日期|"
    r"Publication date|Release date|Date of release|Published(?: on| at)?|Posted(?: on)?)\s*[:：]?\s*"
    r"(?P<date>[A-Z0-9][^\n\r|<>]{5,40})",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})\s*(?:[-/.]|年)\s*([0-9]{1,2})\s*(?:[-/.]|月)\s*([0-9]{1,2})(?![0-9])"
)
_RUN_TOGETHER = re.compile(r"^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:[0-9]{6})?(?:[T ]|$)")
_DAY_FIRST = re.compile(
    r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -]((?:19|20)[0-9]{2})(?![0-9])"
)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ((?:19|20)[0-9]{2})(?![0-9])")
_IN_ADDRESS = re.compile(r"/(?:t|art/)?((?:19|20)[0-9]{2})[-/_]?([01][0-9])[-/_]?([0-3][0-9])(?=[/_.]|$)")
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\([0-9]{1,6}\)(\S{1,2000})\s*-->")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStatements:
    """What a page says of itself; "" and None where it says nothing."""

    title: str
    publisher: str
    published_date: datetime.date | None
    published_date_basis: str
    url: str


def page_statements(tree: etree._Element, source: str) -> PageStatements:
    """What a page says of itself. `tree` is the page as parsed, scripts included; `source` its source text.

    A date is taken only where it is called the date of publication, or where it is in the page's own address: whatever
    else looks like a date on a page can be today's, or that of other news.
    """
    named = _named(tree)
    linked = list(_linked_data(tree))
    url = _address(tree, named, source)
    published, basis = _date(tree, named, linked, url)
    return PageStatements(
        title=_first(named, _TITLE_NAMES) or _from_linked(linked, "headline") or _heading(tree),
        publisher=_first(named, _PUBLISHER_NAMES) or _publisher(linked),
        published_date=published,
        published_date_basis=basis,
        url=url,
    )


def stated_date(text: str) -> datetime.date | None:
    """The day that begins a text, however it is written; None where there is none or where it can be read two ways."""
    text = text.strip()[:60]
    for pattern, order in (
        (_RUN_TOGETHER, (0, 1, 2)),
        (_YEAR_FIRST, (0, 1, 2)),
        (_DAY_FIRST, (2, 1, 0)),
        (_MONTH_FIRST, (2, 0, 1)),
    ):
        match = pattern.search(text)
        if match:
            year, month, day = (match[index + 1] for index in order)
            name = month[:3].lower()
            if not month.isdigit() and name not in _MONTHS:
                continue
            return _day(year, month if month.isdigit() else str(_MONTHS.index(name) + 1), day)
    return None


def _day(year: str, month: str, day: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _named(tree: etree._Element) -> dict[str, str]:
    """The `meta` elements: name, in lower case, to the first content that is not empty."""
    named: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = _plain(element.get("content"))
        for attribute in ("name", "property", "itemprop"):
            name = _plain(element.get(attribute)).lower()
            if name and content:
                named.setdefault(name, content)
    return named


def _first(named: dict[str, str], names: tuple[str, ...]) -> str:
    return next((named[name] for name in names if name in named), "")


def _linked_data(tree: etree._Element) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD; what is not valid JSON says nothing."""
    for script in tree.iter("script"):
        if "ld+json" not in _plain(script.get("type")).lower() or not script.text:
            continue
        try:
            waiting = [json.loads(script.text, strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            one = waiting.pop()
            if isinstance(one, list):
                waiting.extend(reversed(one))
            elif isinstance(one, dict):
                yield one
                waiting.extend([one[key] for key in ("@graph", "mainEntity") if key in one])


def _from_linked(linked: list[dict[str, Any]], key: str) -> str:
    return next((_plain(one[key]) for one in linked if isinstance(one.get(key), str) and one[key].strip()), "")


def _publisher(linked: list[dict[str, Any]]) -> str:
    for one in linked:
        publisher = one.get("publisher")
        name = publisher.get("name") if isinstance(publisher, dict) else publisher
        if isinstance(name, str) and name.strip():
            return _plain(name)
    return ""


def _heading(tree: etree._Element) -> str:
    """The one heading of the first rank, else the title of the window, which often names the site as well."""
    headings = [text for element in tree.iter("h1") if (text := _plain("".join(element.itertext())))]
    if len(headings) == 1:
        return headings[0]
    return next((text for one in tree.iter("title") if (text := _plain("".join(one.itertext())))), "")


def _address(tree: etree._Element, named: dict[str, str], source: str) -> str:
    canonical = [
        _plain(one.get("href")) for one in tree.iter("link") if "canonical" in _plain(one.get("rel")).lower().split()
    ]
    saved = _SAVED_FROM.search(source[:5000])
    candidates = [*canonical, named.get("og:url", ""), named.get("url", ""), saved[1] if saved else ""]
    return next((one for one in candidates if one.lower().startswith(("http://", "https://"))), "")


def _date(
    tree: etree._Element, named: dict[str, str], linked: list[dict[str, Any]], url: str
) -> tuple[datetime.date | None, str]:
    """The date of publication, and how it is known."""
    for name in _DATE_NAMES:
        if name in named and (day := stated_date(named[name])):
            return day, f"stated in the page (meta {name})"
    if day := stated_date(_from_linked(linked, "datePublished")):
        return day, "stated in the page (datePublished)"
    for element in tree.iter("time"):
        is_publication = element.get("pubdate") is not None or element.get("itemprop") == "datePublished"
        if is_publication and (day := stated_date(_plain(element.get("datetime")) or "".join(element.itertext()))):
            return day, "stated in the page (time of publication)"
    for text in _visible(tree):
        match = _LABELS.search(text)
        if match and (day := stated_date(match["date"])):
            return day, f"stated in the page ({match['label']})"
    match = _IN_ADDRESS.search(url)
    if match and (day := _day(match[1], match[2], match[3])):
        return day, "address of the page"
    return None, ""


def _visible(tree: etree._Element) -> Iterator[str]:
    """The text of the smallest elements that can hold a label with its date, or the label alone beside it."""
    for element in tree.iter(
        "p", "div", "span", "li", "td", "th", "small", "em", "i", "b", "h2", "h3", "h4", "h5", "h6"
    ):
        if len(element) > 8:
            continue
        text = _plain("".join(element.itertext())[:400])
        if 8 <= len(text) <= 300:
            yield text


def _plain(text: Any) -> str:
    return " ".join(str(text).split()) if text is not None else ""
