"""Two records of one organization become one, and can be taken apart again from what the audit trail kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models, transaction

from accounts.models import User
from core import audit, writing
from core.fields import column_of
from core.locks import hold
from core.models import AuditEntry
from core.periods import not_over, over
from core.plain import from_plain
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.handover import Handover, organization_dependants
from orgs.models import Coverage, FormerManagement, Headcount, Organization
from orgs.services.coverage import end_rows, hand_over_rows
from orgs.services.tables import GIVE_BACK, MOVE

MERGE, UNMERGE = "organizations.merge", "organizations.unmerge"
SAME_ORGANIZATION = "重复登记合并"
FILLED = (  # taken from the dropped record where the kept one has nothing
    "old_number", "registrar", "registered_on", "company_type", "control", "industry", "capital", "currency",
    "legal_representative", "contact_phone", "address", "authority", "inspected_on", "restructured_from",
    "restructured_on", "region", "zone",
)  # fmt: skip
MOVED: tuple[type[models.Model], ...] = (Coverage, Headcount, FormerManagement)


@transaction.atomic
def merge(*, by: User | None, keep: Organization, drop: Organization, on: date, reason: str) -> Organization:
    """Move everything from one record to the other. The dropped one stays, marked with where it went."""
    kept, dropped = _both(keep.pk, drop.pk)
    _require_mergeable(kept, dropped)
    moved = {"coverages_ended": _end_second_coverage(by, kept, dropped, on, reason)}
    for model in MOVED:
        rows = model._default_manager.filter(organization=dropped)
        moved[str(model._meta.model_name)] = sorted(rows.values_list("pk", flat=True))
        _move(rows, kept, MOVE, by, reason)
    handover = Handover(by, dropped.pk, kept.pk, on, on, reason)
    for dependant in organization_dependants:
        moved[dependant.code] = dependant.move(handover)
    filled = {name: getattr(dropped, name) for name in FILLED if not getattr(kept, name) and getattr(dropped, name)}
    changes = writing.put(kept, {**filled, **_newest_counts(kept, dropped)}, on=on)
    trail: Any = {"by": by, "reason": reason}
    writing.keep(
        record=kept, changes=changes, action="organizations.absorb", path=kept.managed_by.path, also={}, **trail
    )
    writing.keep(
        record=dropped,
        changes=writing.put(dropped, {"merged_into": kept}),
        action=MERGE,
        path=dropped.managed_by.path,
        also={name: [ids, kept.pk] for name, ids in moved.items() if ids},
        **trail,
    )
    refresh([kept.pk, dropped.pk], on=on)
    kept.refresh_from_db()
    return kept


@transaction.atomic
def unmerge(*, by: User | None, dropped: Organization, on: date, reason: str) -> Organization:
    """Take a merge back: what moved returns, unless it was moved on since, and so does a coverage that took over from one
    that returns; filled fields return unless edited since."""
    if not dropped.merged_into_id:
        raise Refusal(f"“{dropped}”没有并入别的登记")
    kept, back = _both(dropped.merged_into_id, dropped.pk)
    entries = AuditEntry.objects.filter(model="orgs.organization")
    entry = entries.filter(action=MERGE, object_id=str(back.pk)).latest("pk")
    absorbed = entries.filter(action="organizations.absorb", object_id=str(kept.pk), pk__lt=entry.pk).latest("pk")
    moved = {name: pair[0] for name, pair in entry.changes.items() if name != "merged_into"}
    moved["coverage"] = _with_successors(kept, moved.get("coverage", []), since=entry)
    for model in MOVED:
        ids = moved.get(str(model._meta.model_name), [])
        _move(model._default_manager.filter(pk__in=ids, organization=kept), back, GIVE_BACK, by, reason)
    _go_on(by, back, moved.get("coverages_ended", []), on, reason)
    handover = Handover(by, kept.pk, back.pk, on, on, reason)
    for dependant in organization_dependants:
        if dependant.give_back and moved.get(dependant.code):
            dependant.give_back(handover, moved[dependant.code])
    trail: Any = {"by": by, "action": UNMERGE, "reason": reason}
    writing.change(record=kept, values=_restored(kept, absorbed.changes), path=kept.managed_by.path, **trail)
    writing.change(record=back, values={"merged_into": None}, path=back.managed_by.path, **trail)
    refresh([kept.pk, back.pk], on=on)
    back.refresh_from_db()
    return back


def _both(first: int, second: int) -> tuple[Organization, Organization]:
    """The two records, locked in the order of their ids."""
    hold(Organization, {first, second})
    found = Organization.objects.select_related("managed_by").in_bulk([first, second])
    return found[first], found[second]


def _require_mergeable(kept: Organization, dropped: Organization) -> None:
    if kept.pk == dropped.pk:
        raise Refusal("请选择两条不同的登记")
    for unit in (kept, dropped):
        if unit.merged_into_id:
            raise Refusal(f"“{unit}”已并入另一条登记")
    if dropped.credit_code and not kept.credit_code:
        raise Refusal(f"“{dropped}”有统一社会信用代码，请保留这一条，把没有代码的并入它")


def _end_second_coverage(
    by: User | None, kept: Organization, dropped: Organization, on: date, reason: str
) -> list[int]:
    """One primary coverage remains: the kept record's. Until that begins, the other one goes on."""
    first = kept.coverages.filter(not_over(on), primary=True).order_by("since").first()
    if first is None:
        return []
    second = [row for row in dropped.coverages.filter(not_over(on), primary=True) if not over(row, first.since)]
    end_rows(by=by, coverages=second, until=max(on, first.since), reason=SAME_ORGANIZATION)
    return [row.pk for row in second]


def _with_successors(kept: Organization, ids: list[int], *, since: AuditEntry) -> list[int]:
    """Coverages and those that were begun since the merge on the day on which one of them ended: by another Party
    organization, or in another form."""
    own = map(str, kept.coverages.values_list("pk", flat=True))
    begun = AuditEntry.objects.filter(
        model="orgs.coverage", object_id__in=own, action="coverage.begin", pk__gt=since.pk
    )
    fresh, found = kept.coverages.filter(pk__in=[int(entry.object_id) for entry in begun]), list(ids)
    while following := fresh.filter(since__in=Coverage.objects.filter(pk__in=found).values("until")).exclude(
        pk__in=found
    ):
        found += following.values_list("pk", flat=True)
    return found


def _go_on(by: User | None, back: Organization, ended: list[int], on: date, reason: str) -> None:
    """What the merge ended has the end again that it had before, unless somebody changed it since."""
    entries = AuditEntry.objects.filter(model="orgs.coverage", action="coverage.end", reason=SAME_ORGANIZATION)
    before = {entry.object_id: entry.changes for entry in entries.filter(object_id__in=map(str, ended)).order_by("pk")}
    rows = back.coverages.filter(pk__in=ended, end_reason=SAME_ORGANIZATION).select_related("party_organization")
    for row in rows:
        values = {name: pair[0] for name, pair in before[str(row.pk)].items()}
        trail: dict[str, Any] = {
            "action": "coverage.change",
            "path": row.party_organization.path,
            "reason": reason,
            "on": on,
        }
        writing.change(by=by, record=row, values=from_plain(Coverage, values), **trail)
    _follow(by, back, on, reason)


def _follow(by: User | None, back: Organization, on: date, reason: str) -> None:
    """A Party organization that has ended meanwhile covers nobody: the one that took over does, if there is one."""
    ended = back.coverages.filter(not_over(on), party_organization__dissolved_on__isnull=False)
    while rows := list(ended.select_related("party_organization__merged_into")):
        for row in rows:
            node = row.party_organization
            day = max(node.dissolved_on or on, row.since)
            if node.merged_into:
                hand_over_rows(by=by, coverages=[row], to=node.merged_into, since=day, reason=reason)
            else:
                end_rows(by=by, coverages=[row], until=day, reason=f"{node}已撤销")


def _move(rows: models.QuerySet, to: Organization, action: str, by: User | None, reason: str) -> None:
    writing.change_many(rows.select_related(), {"organization": to}, by=by, action=action, reason=reason)


def _newest_counts(kept: Organization, dropped: Organization) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for kind in ("staff", "membership"):
        theirs, ours = getattr(dropped, f"{kind}_on"), getattr(kept, f"{kind}_on")
        if theirs and (ours is None or theirs > ours):
            values |= {name: getattr(dropped, name) for name in (kind, f"{kind}_on", f"{kind}_source")}
    return values


def _restored(kept: Organization, changes: audit.Changes) -> dict[str, Any]:
    """What the kept record had in the filled fields that nobody edited since."""
    values: dict[str, Any] = {}
    for name, (before, after) in changes.items():
        if not audit.difference({name: after}, audit.snapshot(kept, [name])):
            field = column_of(Organization, name)
            values[field.attname] = field.to_python(before) if before is not None else None
    return values
