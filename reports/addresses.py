"""Where the numbers of a dashboard lead: narrower pages, and lists of names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from core.indicators import Indicator, indicators, measures
from core.pages import address
from orgs.figures import Narrow, Slice
from orgs.indicators import R3, R7, SHOULD
from orgs.subjects import NodeSubject
from reports.dashboard import CutRow, Overview
from reports.queries.bridge import Term

KEPT = ("month", "by", "sort")


class Addresses:
    """The addresses that one dashboard leads to; `shown` is the query string it was opened with."""

    def __init__(self, path: str, shown: Mapping[str, str], seen: Overview) -> None:
        self.path, self.seen = path, seen
        self.shown = {name: value for name, value in shown.items() if value}

    def page(self, narrow: Narrow | None = None, **changed: str) -> str:
        """This page with some words changed; a narrowing replaces the one that is shown."""
        words = dict(self.shown)
        if narrow is not None:
            words = {name: value for name, value in words.items() if name in KEPT} | narrow.query()
        return address_with(self.path, words | changed)

    def sorted(self, column: str, now: str) -> str:
        """The page by a column: the largest first, then turned round."""
        return self.page(sort=column if now == f"-{column}" else f"-{column}")

    def units(self, narrow: Narrow, **asked: str) -> str:
        """A list of names. What is missing now is the worklist, with reasons and next steps."""
        return names_of(self.seen.moment.month, narrow, **asked)

    def of_line(self, line: CutRow) -> dict[str, str]:
        """The lists behind the numbers of a row."""
        narrow = line.row.narrow
        return {
            "should": self.units(narrow, measure=SHOULD.denominator.code),
            "built": self.units(narrow, measure=SHOULD.numerator.code),
            "gap": self.units(narrow, gap=SHOULD.code),
            "ready": self.units(narrow, gap=R3.code),
            "uninstructed": self.units(narrow, gap=R7.code),
            "instructed": self.units(narrow, measure=R7.numerator.code),
            "drill": self._drill(line.row),
        }

    def of_indicator(self, indicator: Indicator) -> dict[str, str]:
        """The lists behind a card."""
        return lists_of(indicator, self.seen.moment.month, self.seen.narrow)

    def figures(self) -> str:
        """All figures of the same place and month."""
        return address_with(address("figures"), {**self.seen.narrow.query(), "month": self.seen.moment.month})

    def of_term(self, term: Term) -> str:
        """The list behind a term of the bridge."""
        words = {"change": term.code, **self.seen.narrow.query(), "month": self.seen.moment.month}
        return address_with(address("changes"), words)

    def _drill(self, row: Slice) -> str:
        """Where a row's name leads: one level down, or from a category, zone or size to its areas; '' at the end."""
        if row.opens:
            return self.page(row.narrow, sort="")
        return self.page(row.narrow, by="region", sort="") if self.seen.by in ("category", "zone", "band") else ""


@lru_cache(maxsize=10_000)  # a page has hundreds of them
def names_of(month: str, narrow: Narrow, **asked: str) -> str:
    """The list of names behind a measure (`measure=`) or behind what an indicator lacks (`gap=`)."""
    if asked.get("gap") == SHOULD.code and not month:
        kept = {name: value for name, value in asked.items() if name != "gap"}
        return address_with(reverse("worklist", args=["party-organization"]), {**narrow.query(), **kept})
    measure = indicators[asked["gap"]].denominator if "gap" in asked else measures[asked["measure"]]
    page = "nodes" if isinstance(measure.subject, NodeSubject) else "units"
    return address_with(address(page), {**asked, **narrow.query(), "month": month})


def lists_of(indicator: Indicator, month: str, narrow: Narrow) -> dict[str, str]:
    return {
        "numerator": names_of(month, narrow, measure=indicator.numerator.code),
        "denominator": names_of(month, narrow, measure=indicator.denominator.code),
        "gap": names_of(month, narrow, gap=indicator.code),
    }


def address_with(path: str, words: Mapping[str, str]) -> str:
    """A path with those of the words that are filled."""
    filled = {name: value for name, value in words.items() if value}
    return f"{path}?{urlencode(filled)}" if filled else path
