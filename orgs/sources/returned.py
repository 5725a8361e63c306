"""Our own list of organizations come back (rules §11, `core.importing.round_trip`): the edited cells count as typed by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import starmap

from django.db.models import QuerySet

from core.importing.problems import OUTSIDE_SCOPE
from core.importing.round_trip import Part, ReturnedRows, Returning, Words, choice_words, text_words
from core.importing.targets import Merge, Record
from core.sources import Run, SourceField, Values, always, sources
from orgs.models import Organization, Region
from orgs.rules.words import industry
from orgs.sources import columns
from orgs.sources.authority import RETURNED, Authority
from orgs.sources.lists import returned_list
from orgs.sources.merge import FieldMerge
from orgs.sources.organizations import COUNTS, OrganizationTarget
from orgs.sources.takeover import take
from orgs.sources.wording import WORDS


def area_words() -> Words:
    """The full names of all regions by code, the city's own name left out: 云溪区云台街道."""
    regions = {region.code: region for region in Region.objects.all()}

    def full(region: Region) -> str:
        parent = regions.get(region.parent_id or "")
        return full(parent) + region.name if parent and parent.parent_id else region.name

    names = {code: full(region) for code, region in regions.items()}
    return lambda code: names.get(code, code)


def _part(field: SourceField, words: Callable[[], Words] | None = None, needed: str = "") -> Part:
    return Part(field.name, field.label, field.reader, words or text_words, needed=needed)


def _count(field: SourceField) -> Part:
    return Part(field.name, field.label, field.reader)


LOCKED = (  # what the lists of organizations show besides
    ("category", "类别"), ("size", "人数"), ("members", "党员"), ("formal", "正式党员"), ("probationary", "预备党员"),
    ("form", "覆盖"), ("covered_how", "覆盖形式"), ("covered_by", "覆盖的党组织"), ("instructor", "指导员"),
    ("managed_by", "管理党组织"), ("zone", "园区（楼宇等）"), ("old_number", "原注册号"), ("registrar", "登记机关"),
)  # fmt: skip
ORGANIZATIONS = Returning(
    "两新组织",
    (
        Part("credit_code", columns.CODE.label, names_row=True),
        _part(columns.NAME, needed="name_missing"),
        _part(columns.TYPE, lambda: WORDS["company_type"]),
        Part("industry", columns.INDUSTRY_CODE.label, always(industry)),
        _part(columns.CONTROL, choice_words(Organization.Control.choices)),
        _part(columns.CAPITAL), _part(columns.CURRENCY), _part(columns.REGISTERED_ON), _part(columns.LEGAL),
        _part(columns.ADDRESS), _part(columns.AREA, area_words),
        _part(columns.STATUS, choice_words(Organization.Status.choices)),
        _part(columns.AUTHORITY), _part(columns.INSPECTED_ON), _count(columns.STAFF), _count(columns.MEMBERSHIP),
        *starmap(Part, LOCKED),
    ),
)  # fmt: skip
REGISTERED = tuple(part.name for part in ORGANIZATIONS.parts if part.reader)


class _ByHand(OrganizationTarget):
    """The registry without an authority of its own."""

    def __init__(self, run: Run) -> None:
        super().__init__(Authority(), run)


class ReturnedTarget(ReturnedRows, _ByHand):
    """The registry, as its own list meets it when it comes back."""

    returning = ORGANIZATIONS

    def reached(self) -> QuerySet:
        """What the scope manages; merged records are gone."""
        return Organization.objects.filter(merged_into=None).changed_by(self.run.importer.scope)

    def meant(self, edits: Values) -> tuple[Values, str]:
        """A sum may name its currency."""
        if edits.get("capital"):
            amount, foreign = edits["capital"]
            edits = edits | {"capital": amount} | ({"currency": foreign} if foreign else {})
        return edits, ""

    def follow(self, merge: Merge, record: Record) -> Merge:
        """Counts are 核定 of the list's day; category, committee and provenance follow as for every list."""
        for kind in COUNTS:
            if kind in merge.changes:
                dated = {f"{kind}_on": self.as_of, f"{kind}_source": RETURNED}
                merge.changes.update({c: [record[c], now] for c, now in dated.items() if record[c] != now})
        if merge.changes:
            self._follow(merge, record)
        if not self._within(record | {column: now for column, (_, now) in merge.changes.items()}):
            return Merge(problem=OUTSIDE_SCOPE)
        fields = FieldMerge(self.authority, record, merge, self.own_batches)
        merge.aside = {"sources": fields.provenance(self.batch, dict.fromkeys(REGISTERED))}
        return merge


sources.add(returned_list(RETURNED, "本系统导出的单位清单", ReturnedTarget, take, words=WORDS))
