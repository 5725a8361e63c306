"""The city alone: areas, zones, the Party tree with who manages what, and one account per role."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from orgs.models import Appointment, Jurisdiction, PartyOrganization, Region, Zone
from orgs.services.party import establish

CITY_FILE = Path(__file__).with_name("city.json")
FOUNDED_ON = date(2015, 1, 1)


class Account(NamedTuple):
    """A person of the demonstration with one duty."""

    username: str
    name: str
    role: str
    node: str  # code of the node of the Party tree


# the branch whose secretary signs in; city.json ends at the committees
BRANCH = ("CZ001001001901", "中共云台街道两新组织联合支部委员会", "CZ001001001")
ACCOUNTS = (
    Account("clerk", "陈晓文", "DEPARTMENT", "CZ"),
    Account("district", "周明远", "DEPARTMENT", "CZ001001"),
    Account("street", "孙立群", "STREET", "CZ001001001"),
    Account("secretary", "钱秀英", "SECRETARY", BRANCH[0]),
    Account("treasurer", "赵丽华", "TREASURER", BRANCH[0]),
    Account("leader", "李思远", "LEADER", "CZ"),
    Account("instructor", "吴海涛", "INSTRUCTOR", "CZ001001001"),
    Account("sysadmin", "冯俊杰", "SYSTEM", "CZ"),
    Account("security", "韩明辉", "SECURITY", "CZ"),
    Account("auditor", "杨清若", "AUDIT", "CZ"),
)


def build_city() -> bool:
    """Set up the city in an empty database; False when there is a city already."""
    with transaction.atomic():
        if Region.objects.exists():
            return False
        data = json.loads(CITY_FILE.read_text(encoding="utf-8"))
        Region.objects.bulk_create(
            Region(code=code, name=name, level=level, parent_id=parent) for code, name, level, parent in data["regions"]
        )
        Zone.objects.bulk_create(
            Zone(code=code, kind=kind, name=name, region_id=region) for code, kind, name, region in data["zones"]
        )
        nodes = _party_tree(data["party"])
        _accounts(nodes)
    return True


def _party_tree(rows: list[list[Any]]) -> dict[str, PartyOrganization]:
    """The tree, parents first, and the jurisdictions of its committees; nodes by code."""
    nodes: dict[str, PartyOrganization] = {}
    for code, name, kind, parent, region, manages, authority in rows:
        nodes[code] = establish(
            by=None, name=name, kind=kind, parent=nodes.get(parent), code=code, on=FOUNDED_ON, region_id=region
        )
        if manages == "territory":
            Jurisdiction.objects.create(committee=nodes[code], region_id=region)
        elif manages == "industry":
            Jurisdiction.objects.create(committee=nodes[code], authority=authority)
    code, name, parent = BRANCH
    kind = PartyOrganization.Kind.JOINT_BRANCH
    nodes[code] = establish(by=None, name=name, kind=kind, parent=nodes[parent], code=code, on=FOUNDED_ON)
    return nodes


def _accounts(nodes: dict[str, PartyOrganization]) -> None:
    """One account per role, all with the demonstration's password (hashed once: it is no secret)."""
    password, now = make_password(settings.DEMO_PASSWORD), timezone.now()
    for username, name, role, node in ACCOUNTS:
        user = User.objects.create(
            username=username,
            name=name,
            unit=nodes[node].name,
            password=password,
            password_changed_at=now,
            must_change_password=False,
        )
        Appointment.objects.create(user=user, role=role, node=nodes[node], since=FOUNDED_ON)
