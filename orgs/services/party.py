"""Setting up, changing and moving Party organizations. A path is made of ids and changes only by a move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Concat, Length, Substr

from accounts.models import User
from core import writing
from core.days import require_past
from core.locks import one_at_a_time
from core.models import ImportBatch
from core.numbering import reserve_ids
from core.refusals import Refusal
from core.scope import subtree
from orgs.facts import refresh
from orgs.kept import kept_columns
from orgs.models import FormerParent, PartyOrganization
from orgs.models.party import BRANCH_KINDS, MANAGING_KINDS, step_of
from orgs.services.locking import require_editable

EDITABLE = frozenset(
    {
        "name", "kind", "code", "region", "established_on", "approval_no", "term_ends_on", "secretary_name",
        "external_id",
    }
)  # fmt: skip
LONGEST_PATH = PartyOrganization._meta.get_field("path").max_length or 0


@transaction.atomic
def establish(
    *,
    by: User | None,
    name: str,
    kind: str,
    parent: PartyOrganization | None,
    code: str,
    on: date,
    established_on: date | None = None,
    **more: Any,
) -> PartyOrganization:
    """Set up a Party organization under `parent` (None only for the root) from a day on (else today)."""
    since = established_on or on
    require_past(PartyOrganization, {"established_on": since}, on=on)
    if parent is not None:
        parent = lock_tree(parent.pk)[parent.pk]
        require_place(parent)
    (number,) = reserve_ids(PartyOrganization, 1)
    path = (parent.path if parent else "") + step_of(number)
    described: Any = {"name": name, "kind": kind, "parent": parent, "code": code, **more}
    node = PartyOrganization(id=number, path=path, parent_since=since, established_on=since, **described)
    writing.add(by=by, record=node, action="party.establish", path=path, on=on)
    refresh((), on=on, nodes=[number])
    return node


@transaction.atomic
def change(
    *, by: User | None, party_organization: PartyOrganization, values: Mapping[str, Any], on: date, reason: str = ""
) -> PartyOrganization:
    """Change what a Party organization is called and described by; its place changes by `move`."""
    require_editable(values, EDITABLE)
    node = PartyOrganization.objects.select_for_update(no_key=True).get(pk=party_organization.pk)
    kind = values.get("kind", node.kind)
    if kind not in MANAGING_KINDS and (node.organizations.exists() or node.jurisdictions.exists()):
        raise Refusal(f"“{node}”还管理着两新组织，不能改为{PartyOrganization.Kind(kind).label}；请先移交管理关系")
    if kind in BRANCH_KINDS and node.children.standing().exists():
        raise Refusal(f"“{node}”下面还有党组织，不能改为{PartyOrganization.Kind(kind).label}；请先移走下级")
    _require_said_here(node, values, on)
    writing.change(by=by, record=node, values=values, action="party.change", path=node.path, reason=reason, on=on)
    restate_below(node, on=on)
    return node


@transaction.atomic
def move(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    to: PartyOrganization,
    on: date,
    since: date | None = None,
    reason: str = "",
) -> PartyOrganization:
    """Put a Party organization with all below it under another parent from a day on (`since`, else today); its past
    place is kept."""
    since = since or on
    require_past(PartyOrganization, {"parent_since": since}, on=on)
    one_at_a_time()
    locked = lock_tree(party_organization.pk, to.pk)
    node, parent = locked[party_organization.pk], locked[to.pk]
    if parent.path.startswith(node.path):
        raise Refusal(f"“{parent}”就在“{node}”之下，不能作它的上级；请选择别的党组织")
    require_place(parent)
    if node.parent_id == parent.pk:
        return node
    if node.parent_since and since < node.parent_since:
        raise Refusal(f"“{node}”{node.parent_since} 才隶属现在的上级，调整日期不能早于这一天")
    _rewrite_paths(node, parent.path + step_of(node.pk))
    if node.parent_id:
        FormerParent.objects.create(
            party_organization=node, parent_id=node.parent_id, since=node.parent_since, until=since
        )
    node.path = parent.path + step_of(node.pk)
    values = {"parent": parent, "parent_since": since}
    writing.change(by=by, record=node, values=values, action="party.move", path=node.path, reason=reason, on=on)
    restate_below(node, on=on)
    return node


def restate_below(node: PartyOrganization, *, on: date) -> None:
    """State what is counted by the Party organization and by those that stand under it: their committee may be another."""
    refresh((), on=on, nodes=set(PartyOrganization.objects.below(node).values_list("pk", flat=True)))


def require_place(parent: PartyOrganization) -> None:
    """Refuse a parent that cannot have anything below it."""
    if parent.dissolved_on:
        raise Refusal(f"“{parent}”已于 {parent.dissolved_on} 撤销，请选择现有的党组织")
    if parent.kind in BRANCH_KINDS:
        raise Refusal(f"“{parent}”是{parent.get_kind_display()}，下面不能再设党组织；请选择党总支或委员会")


def lock_tree(*node_ids: int) -> dict[int, PartyOrganization]:
    """The nodes as they are, while nobody else moves anything: two moves at once could close a circle."""
    nodes = PartyOrganization.objects.select_for_update(no_key=True)
    list(nodes.filter(parent=None).values_list("pk"))
    return {node.pk: node for node in nodes.filter(pk__in=node_ids).order_by("pk")}


def _require_said_here(node: PartyOrganization, values: Mapping[str, Any], on: date) -> None:
    for kept in kept_columns:
        differs = kept.code in values and values[kept.code] != getattr(node, kept.code)
        if differs and kept.rows(on).filter(party_organization=node.pk).exists():
            label = PartyOrganization._meta.get_field(kept.code).verbose_name  # type: ignore[union-attr]
            raise Refusal(f"“{node}”的{label}由登记的{kept.name}得出，请在党组织页面的“{kept.name}”中修改")


def _rewrite_paths(node: PartyOrganization, path: str) -> None:
    """Give the subtree its new prefix in one statement, and what remembers a path of it."""
    below = PartyOrganization.objects.below(node)
    deepest = below.aggregate(longest=Max(Length("path")))["longest"]
    if deepest - len(node.path) + len(path) > LONGEST_PATH:
        raise Refusal(f"党组织层级太多：“{node}”移到那里以后超过 {LONGEST_PATH // len(step_of(1))} 级")
    moved = Concat(Value(path), Substr(F("path"), len(node.path) + 1))
    ImportBatch.objects.filter(subtree(node.path)).update(path=moved)
    writing.derive(below, path=moved)
