"""What figures count: organizations, by their facts; Party organizations and what belongs to one, by Party organization."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    Expression,
    ExpressionWrapper,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from core.indicators import Measure, Subject
from core.registries import Registry
from orgs.models import OrganizationFacts, PartyOrganization
from orgs.models.facts import CUTS

ORGANIZATIONS = Subject("organizations", "两新组织", "家", frozenset(CUTS.values()))
LEAST = 3  # people: fewer are not told of a personal attribute


@dataclass(frozen=True, eq=False)
class NodeSubject(Subject):
    """Things that belong to a Party organization each: their list of names is that of the Party organizations.

    Whoever writes them names the Party organization to `orgs.facts.refresh`. `rows(day)` are the things that count on a
    day, with what the conditions read.
    """

    model: type[Model]
    rows: Callable[[Any], QuerySet]  # of an `orgs.facts.Day`
    node: str  # the column that names the Party organization
    organization: str = ""  # the column that names the organization whose facts the conditions read
    personal: frozenset[str] = frozenset()  # columns of which fewer than LEAST are not told


@dataclass(frozen=True)
class NodeFact:
    """A number that an app knows of every Party organization, for the conditions of `PARTY_ORGANIZATIONS`."""

    code: str
    value: Callable[[Any], Expression | Exists]  # of an `orgs.facts.Day`; `OuterRef("pk")` is the Party organization


node_facts: Registry[NodeFact] = Registry()


def number_of(rows: QuerySet, node: str) -> Coalesce:
    """How many rows name the Party organization in a column."""
    counted = rows.filter(**{node: OuterRef("pk")}).order_by().values(node).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0, output_field=IntegerField())


def _party_organizations(day: Any) -> QuerySet:
    """The standing ones; departments are none."""
    found = PartyOrganization.objects.standing().without_departments()
    over = ExpressionWrapper(Q(term_ends_on__isnull=False, term_ends_on__lt=day.on), BooleanField())
    alert = day.on + timedelta(days=day.term_alert_days)
    ending = ExpressionWrapper(
        Q(term_ends_on__isnull=False, term_ends_on__gte=day.on, term_ends_on__lte=alert), BooleanField()
    )
    formal_min = Value(day.thresholds.formal_min)
    return found.annotate(
        **{fact.code: fact.value(day) for fact in node_facts}, over=over, ending=ending, formal_min=formal_min
    )


PARTY_ORGANIZATIONS = NodeSubject(
    "party_organizations",
    "党组织",
    "个",
    frozenset({"region_code"}),
    model=PartyOrganization,
    rows=_party_organizations,
    node="pk",
)
node_facts.add(
    NodeFact("units", lambda day: number_of(OrganizationFacts.objects.filter(counted=True, has_org=True), "covered_by"))
)

counts = partial(Measure, ORGANIZATIONS)
nodes = partial(Measure, PARTY_ORGANIZATIONS)


def hidden(measure: Measure, value: int | None, people: int | None = None) -> bool:
    """Whether a number is too small to be told outside the branch's own committee (rules §10); of a sum of what is personal:
    whether the `people` are too few of which it is."""
    if measure.people:
        return bool(value) and people is not None and people < LEAST
    personal = measure.subject.personal if isinstance(measure.subject, NodeSubject) else frozenset()
    read = {name.split("__")[0] for name in measure.where.referenced_base_fields} | {measure.sums}
    return value is not None and 0 < value < LEAST and not read.isdisjoint(personal)
