"""Where facts come from: querysets with one row per organization, declared by the app that knows them.

`orgs` declares coverage, headcounts, mass organizations and liaisons here; apps above add theirs in their `facts.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Self

from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, Least, RowNumber
from django.db.models.lookups import IsNull

from core.months import months_before
from core.parameters import parameters, values_on
from core.periods import holding_on
from core.registries import Registry
from orgs.models import Coverage, Headcount, Liaison, MassOrganization, Venue, VenueUse
from orgs.models.coverage import COUNTING_FORMS
from orgs.models.organizations import Category
from orgs.rules.setup import ASSOCIATION, Thresholds

SOCIAL = tuple(category.value for category in Category if category.value.startswith("SO"))


@dataclass(frozen=True)
class Day:
    """The day that facts are stated for, with the parameters as they hold on it."""

    on: date
    thresholds: Thresholds
    functional_counts: bool  # whether 功能型 counts as a Party organization
    survey_months: int = 12  # for so long a headcount is fresh
    term_alert_days: int = 180  # before a term ends
    values: tuple[tuple[str, Any], ...] = ()  # of all parameters, for what the apps above count by

    @classmethod
    def of(cls, on: date) -> Self:
        """Read the parameters of a day. One query."""
        return cls.by(on, values_on(on))

    @classmethod
    def by(cls, on: date, values: Mapping[str, Any]) -> Self:
        """A day with the values of all parameters."""
        functional, months = values["coverage.functional_counts"], values["survey.valid_months"]
        alert = values.get("org.term_alert_days", cls.term_alert_days)  # a closed month may not know it
        return cls(on, Thresholds.of(values), bool(functional), months, alert, tuple(sorted(values.items())))

    def value(self, code: str) -> Any:
        """Of a parameter; a closed month may not know it."""
        return dict(self.values).get(code, parameters[code].default)

    @property
    def fresh_from(self) -> date:
        """The first day whose headcounts are fresh."""
        return months_before(self.on, self.survey_months)

    @property
    def counting_forms(self) -> tuple[str, ...]:
        """Forms of coverage that count as having a Party organization (rules §7)."""
        return (*COUNTING_FORMS, Coverage.Form.FUNCTIONAL.value) if self.functional_counts else COUNTING_FORMS


@dataclass(frozen=True)
class FactSource:
    """Columns that one app knows. `rows(day)` gives at most one row per organization: its id, then the columns.

    It is compiled once a day and joined to all organizations or, narrowed by `organization_id`, to the touched ones: in the
    words of `few`, where the same is found faster for a few in others.
    """

    code: str
    columns: tuple[str, ...]
    rows: Callable[[Day], QuerySet]
    few: Callable[[Day], QuerySet] | None = None


fact_sources: Registry[FactSource] = Registry()


def nth_of_each(rows: QuerySet, *order: str, place: int = 1) -> QuerySet:
    """The first row of each organization in an order, or the one at a later place."""
    rank = Window(RowNumber(), partition_by="organization_id", order_by=order)
    return rows.annotate(rank=rank).filter(rank=place)


def _coverage(day: Day, *, few: bool = False) -> QuerySet:
    """The open primary coverage by a standing Party organization, and whether that one has somewhere to meet.

    For an EXISTS PostgreSQL reads all venues once, which is right for all organizations; for a `few` each is asked.
    """
    standing = Q(party_organization__dissolved_on=None) | Q(party_organization__dissolved_on__gt=day.on)
    usable = Q(closed_on=None) | Q(closed_on__gt=day.on)
    venues = Venue.objects.filter(usable)
    uses = VenueUse.objects.filter(holding_on(day.on), venue__in=venues)
    node = OuterRef("party_organization")
    used, owned = uses.filter(party_organization=node), venues.filter(kind=Venue.Kind.OWN, managed_by=node)
    firsts = [Subquery(rows.values("pk")[:1]) for rows in (used, owned)]
    meets = IsNull(Coalesce(*firsts), False) if few else Exists(used) | Exists(owned)
    covering = Coverage.objects.on(day.on).filter(standing, primary=True)
    return (
        nth_of_each(covering, "-since", "-pk")
        .annotate(meets=meets)
        .values_list("organization_id", "form", "party_organization_id", "since", "meets")
    )


def _sizes(day: Day) -> QuerySet:
    """Since when the size stands at or above the thresholds: the start of the unbroken run of headcounts up to now.

    Only counts up to the one that holds are looked at: a later one that was not accepted breaks no run.
    """
    counts = _headcounts(day).filter(counted_on__lte=F("size_on"), size__gte=Least("large", "middle"))
    return counts.values_list("organization_id").annotate(
        large_since=Min("counted_on", filter=~_falls_below("large")),
        middle_since=Min("counted_on", filter=~_falls_below("middle")),
    )


def _headcounts(day: Day) -> QuerySet:
    """Counts of what the size of the organization is, with the size that holds and the thresholds."""
    association = Q(organization__category=ASSOCIATION)
    counts = Headcount.objects.annotate(
        large=_by_sector(day.thresholds.for_organization),
        middle=_by_sector(day.thresholds.for_member),
        counted=Case(When(association, then=Value(Headcount.Kind.MEMBERSHIP)), default=Value(Headcount.Kind.STAFF)),
        **{
            name: Case(
                When(association, then=F(f"organization__membership{end}")), default=F(f"organization__staff{end}")
            )
            for name, end in (("size", ""), ("size_on", "_on"), ("size_source", "_source"))
        },
    )
    return counts.filter(kind=F("counted"))


def disputing(day: Day) -> QuerySet:
    """Fresh counts of other sources than the one that holds, on the other side of a threshold."""
    across = Q()
    for threshold in ("large", "middle"):
        above, below = Q(number__gte=F(threshold)), Q(number__lt=F(threshold))
        across |= (above & Q(size__lt=F(threshold))) | (below & Q(size__gte=F(threshold)))
    return _headcounts(day).filter(across, counted_on__gte=day.fresh_from).exclude(source=F("size_source"))


def _disputes(day: Day) -> QuerySet:
    return disputing(day).values_list("organization_id").annotate(disputes=Count("pk"))


def _by_sector(threshold: Callable[[str], int]) -> Case:
    """A threshold of the organization's sector; undecided: of either."""
    return Case(
        When(organization__category="", then=Value(threshold(""))),
        When(organization__category__in=SOCIAL, then=Value(threshold(SOCIAL[0]))),
        default=Value(threshold(Category.FOREIGN.value)),
    )


def _falls_below(threshold: str) -> Exists:
    """Whether a headcount, or one after it, up to the one that holds, lies below the threshold."""
    later = Headcount.objects.filter(
        organization=OuterRef("organization"),
        kind=OuterRef("kind"),
        counted_on__gte=OuterRef("counted_on"),
        counted_on__lte=OuterRef("size_on"),
        number__lt=OuterRef(threshold),
    )
    return Exists(later)


def _mass_organizations(day: Day) -> QuerySet:
    """Which of 工会、共青团、妇联 stand, and the newest Party work of those (dated evidence for R4)."""
    standing = (Q(closed_on=None) | Q(closed_on__gt=day.on)) & (Q(founded_on=None) | Q(founded_on__lte=day.on))
    kinds = MassOrganization.Kind

    def stands(kind: str) -> Count:
        return Count("pk", filter=standing & Q(kind=kind))

    return MassOrganization.objects.values_list("organization_id").annotate(
        unions=stands(kinds.UNION),
        youths=stands(kinds.YOUTH),
        womens=stands(kinds.WOMEN),
        worked=Max("party_work_on", filter=standing & Q(party_work_on__lte=day.on)),
    )


def _liaisons(day: Day) -> QuerySet:
    """Open liaisons, and their newest contact (dated evidence for R4)."""
    holding = Liaison.objects.filter(holding_on(day.on)).values_list("organization_id")
    return holding.annotate(open=Count("pk"), contacted=Max("contacted_on", filter=Q(contacted_on__lte=day.on)))


fact_sources.add(
    FactSource(
        "coverage", ("form", "covered_by_id", "covered_since", "venue"), _coverage, partial(_coverage, few=True)
    ),
    FactSource("sizes", ("large_since", "middle_since"), _sizes),
    FactSource("disputes", ("disputes",), _disputes),
    FactSource("mass_organizations", ("unions", "youths", "womens", "worked_on"), _mass_organizations),
    FactSource("liaisons", ("liaisons_open", "contacted_on"), _liaisons),
)
