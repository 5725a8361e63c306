"""What the register of Party organizations says of posts and terms: the secretary of today, the end of the newest term."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from core import writing
from core.audit import Event
from core.id_sets import among
from core.locks import hold
from core.models import AuditEntry
from core.periods import not_over
from core.plain import fetch_plain, from_plain, to_plain
from core.services import Row
from members.models import Post, Term
from orgs.facts import refresh
from orgs.kept import KeptColumn, kept_columns
from orgs.models import PartyOrganization
from orgs.services.tables import PartyRows

ACTION = "party.keep"

kept_columns.add(
    KeptColumn(
        "secretary_name",
        lambda day: Post.objects.filter(not_over(day), post=Post.Kind.SECRETARY),
        str(Post._meta.verbose_name),
    ),
    KeptColumn("term_ends_on", lambda day: Term.objects.all(), str(Term._meta.verbose_name)),
)


class NodeRows(PartyRows[Row]):
    """Rows from which columns of their Party organization follow: it is locked with them."""

    def hold(self, rows: Collection[Row]) -> None:
        super().hold(rows)
        hold(PartyOrganization, [row.party_organization_id for row in rows])  # type: ignore[attr-defined]


def restate(
    nodes: Collection[int] | None, *, by: User | None, on: date, reason: str = "", batch_id: int | None = None
) -> list[int]:
    """Bring secretary and end of term up to date, of some Party organizations or of all; returns those that differed and
    are counted anew."""
    standing = PartyOrganization.objects.standing()
    rows = standing if nodes is None else standing.filter(pk__in=among(nodes))
    changed: set[int] = set()
    for column, found in (("secretary_name", _secretaries(rows, on)), ("term_ends_on", _ends(rows))):
        others = list(found.values_list("pk", "name", "path", column, "held"))
        events = [
            Event(ACTION, "orgs.partyorganization", str(pk), name, path, {column: [to_plain(was), to_plain(now)]}, reason,
                  batch_id)
            for pk, name, path, was, now in others
        ]  # fmt: skip
        writing.change_rows(PartyOrganization, (column,), [(pk, now) for pk, *_, now in others], by=by, events=events)
        changed.update(pk for pk, *_ in others)
    if changed:
        refresh((), on=on, nodes=changed)
    return sorted(changed)


def take_back(batch_id: int, *, by: User | None) -> None:
    """What a list of posts or terms changed is as before, where nobody changed it since; then `restate`."""
    entries = AuditEntry.objects.filter(batch_id=batch_id, action=ACTION)
    for key, label, changes in fetch_plain(entries, ("object_id", "label", "changes")):
        for column, (was, now) in changes.items():
            node = PartyOrganization.objects.filter(pk=int(key), **{column: now}).first()
            if node:
                values = from_plain(PartyOrganization, {column: was})
                writing.change(by=by, record=node, values=values, action=ACTION, reason=f"撤销导入：{label}")


def _secretaries(rows: QuerySet[PartyOrganization], on: date) -> QuerySet[PartyOrganization]:
    """Where the name is another one than that of the holder; without a holder a name stays that no post ever said."""
    posts = Post.objects.filter(post=Post.Kind.SECRETARY, party_organization=OuterRef("pk"))
    holding = posts.on(on).order_by("-since", "-pk")
    held = Coalesce(Subquery(holding.values("name")[:1]), Value(""))
    former = Exists(posts.filter(name=OuterRef("secretary_name")))
    return rows.annotate(held=held).exclude(secretary_name=F("held")).filter(~Q(held="") | former)


def _ends(rows: QuerySet[PartyOrganization]) -> QuerySet[PartyOrganization]:
    newest = Term.objects.filter(party_organization=OuterRef("pk")).order_by("-elected_on")
    held = Subquery(newest.values_list(Coalesce("extended_to", "ends_on"))[:1])
    return (
        rows.annotate(held=held).filter(held__isnull=False).exclude(held=F("term_ends_on"), term_ends_on__isnull=False)
    )
