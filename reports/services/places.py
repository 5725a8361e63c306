"""What a closed month keeps of names and places: committees with their place in the tree, branches, areas, zones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from orgs.models import Jurisdiction, OrganizationFacts, PartyOrganization, Region, Zone
from orgs.models.party import MANAGING_KINDS
from reports.models import ClosedMonth, FrozenPlace, Target

Kind = FrozenPlace.Kind
CHUNK = 2_000


class Place(NamedTuple):
    """A place as it stands: `details` are read again by `reports.queries.places`."""

    name: str
    details: dict[str, Any]


def freeze_places(closed: ClosedMonth, before: ClosedMonth | None) -> None:
    """End the rows of what changed since the month before, and write what holds now."""
    now = dict(_places())
    open_rows = FrozenPlace.objects.filter(last_month=None)
    held = {(row.kind, row.key): row for row in open_rows}
    ended = [row.pk for at, row in held.items() if now.get(at) != Place(row.name, row.details)]
    if before:
        for start in range(0, len(ended), CHUNK):
            FrozenPlace.objects.filter(pk__in=ended[start : start + CHUNK]).update(last_month=before.month)
    gone = set(ended)
    fresh = [at for at in now if at not in held or held[at].pk in gone]
    FrozenPlace.objects.bulk_create(
        (FrozenPlace(kind=kind, key=key, first_month=closed.month, **now[kind, key]._asdict()) for kind, key in fresh),
        batch_size=CHUNK,
    )


def _places() -> Iterator[tuple[tuple[str, int], Place]]:
    for code, name, level, parent in Region.objects.values_list("code", "name", "level", "parent"):
        yield (level, int(code)), Place(name, {"parent": parent})
    for zone in Zone.objects.all():
        yield (Kind.ZONE.value, zone.pk), Place(zone.name, {"code": zone.code, "kind": zone.kind})
    yield from _committees()
    covering = OrganizationFacts.objects.exclude(covered_by=None).order_by().values("covered_by")
    branches = PartyOrganization.objects.filter(pk__in=covering).exclude(kind__in=MANAGING_KINDS)
    for key, name in branches.values_list("pk", "name"):
        yield (Kind.BRANCH.value, key), Place(name, {})


def _committees() -> Iterator[tuple[tuple[str, int], Place]]:
    """With their path, what they have jurisdiction over, and their targets."""
    regions, authorities, targets = defaultdict(list), {}, defaultdict(list)
    for committee, region, authority in Jurisdiction.objects.order_by("pk").values_list(
        "committee", "region", "authority"
    ):
        if region:
            regions[committee].append(region)
        else:
            authorities[committee] = authority
    for target in Target.objects.order_by("pk"):
        targets[target.node_id].append([target.indicator, target.year, str(target.value)])
    for node in PartyOrganization.objects.filter(kind__in=MANAGING_KINDS).order_by("path"):
        details = {
            "code": node.code,
            "path": node.path,
            "region": node.region_id,
            "regions": regions[node.pk],
            "authority": authorities.get(node.pk, ""),
            "targets": targets[node.pk],
        }
        yield (Kind.COMMITTEE.value, node.pk), Place(node.name, details)
