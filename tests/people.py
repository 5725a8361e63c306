"""Named people on one small Party tree, and builders for what stands on it.

澄州市委 CZ
└─ 市两新工委 CZ1 ── city: 陈市(DEPARTMENT), leader: 李领导(LEADER)
   ├─ 云溪区两新工委 CZ11 ── district: 周区(DEPARTMENT)
   │  ├─ 云台街道工委 CZ111 ── street: 孙街(STREET), instructor: 吴指导(INSTRUCTOR)
   │  │  ├─ 明川电子党支部 CZ1111 ── secretary: 钱书记(SECRETARY), treasurer: 赵党费(TREASURER)
   │  │  └─ 云台联合党支部 CZ1112
   │  └─ 溪口街道工委 CZ112
   ├─ 临江区两新工委 CZ12 ── stranger: 郑外区(DEPARTMENT)
   │  └─ 望江街道工委 CZ121
   └─ 市教育行业党委 CZ13 (业务主管单位 澄州市教育局)
sysadmin, security, auditor hold the three administrative duties at the root.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.locks import derived_once
from core.scope import Scope
from members.models import Member
from orgs.access import scope_for
from orgs.facts import refresh
from orgs.models import Appointment, Coverage, Jurisdiction, Organization, PartyOrganization, Region
from orgs.services.party import establish
from tests.kept import kept

TODAY = date(2026, 11, 24)
LONG_AGO = date(2020, 1, 1)
PASSWORD = "Ningju-test-2026"

REGIONS = (
    ("990100000000", "澄州市", "city", None),
    ("990102000000", "云溪区", "district", "990100000000"),
    ("990102001000", "云台街道", "street", "990102000000"),
    ("990102001001", "南墩社区", "community", "990102001000"),
    ("990102002000", "溪口街道", "street", "990102000000"),
    ("990103000000", "临江区", "district", "990100000000"),
    ("990103001000", "望江街道", "street", "990103000000"),
)
NODES = (  # code, name, kind, parent, region, authority
    ("CZ", "中共澄州市委员会", "committee", None, None, ""),
    ("CZ1", "中共澄州市委两新工委", "working_committee", "CZ", "990100000000", ""),
    ("CZ11", "中共云溪区委两新工委", "working_committee", "CZ1", "990102000000", ""),
    ("CZ111", "中共云台街道工作委员会", "working_committee", "CZ11", "990102001000", ""),
    ("CZ1111", "中共澄州明川电子有限公司支部委员会", "branch", "CZ111", None, ""),
    ("CZ1112", "中共云台街道楼宇联合支部委员会", "joint_branch", "CZ111", None, ""),
    ("CZ112", "中共溪口街道工作委员会", "working_committee", "CZ11", "990102002000", ""),
    ("CZ12", "中共临江区委两新工委", "working_committee", "CZ1", "990103000000", ""),
    ("CZ121", "中共望江街道工作委员会", "working_committee", "CZ12", "990103001000", ""),
    ("CZ13", "中共澄州市民办教育行业委员会", "committee", "CZ1", None, "澄州市教育局"),
)
PEOPLE = (  # username, name, role, node
    ("city", "陈市", "DEPARTMENT", "CZ"),
    ("district", "周区", "DEPARTMENT", "CZ11"),
    ("street", "孙街", "STREET", "CZ111"),
    ("secretary", "钱书记", "SECRETARY", "CZ1111"),
    ("treasurer", "赵党费", "TREASURER", "CZ1111"),
    ("leader", "李领导", "LEADER", "CZ"),
    ("instructor", "吴指导", "INSTRUCTOR", "CZ111"),
    ("stranger", "郑外区", "DEPARTMENT", "CZ12"),
    ("sysadmin", "冯系统", "SYSTEM", "CZ"),
    ("security", "韩安全", "SECURITY", "CZ"),
    ("auditor", "杨审计", "AUDIT", "CZ"),
)


def account(username: str, password: str | None, **values: Any) -> User:
    """An account whose password must be changed at the first sign-in unless said otherwise."""
    user = User(username=username, password_changed_at=timezone.now(), **values)
    user.set_password(password)
    user.save()
    return user


@dataclass
class City:
    """The small tree: nodes by code, people by username."""

    nodes: dict[str, PartyOrganization] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    numbers: int = 0

    def __getitem__(self, code: str) -> PartyOrganization:
        return self.nodes[code]

    def user(self, username: str) -> User:
        """One of the named people."""
        return self.people[username]

    def client(self, username: str = "street") -> Client:
        """A browser in which the person has signed in."""
        client = Client()
        client.force_login(self.user(username), backend="accounts.backends.PasswordBackend")
        return client

    def scope(self, username: str) -> Scope:
        """The person's scope today."""
        return scope_for(self.people[username], on=TODAY)

    def organization(self, name: str = "", *, managed_by: str = "CZ111", **values: Any) -> Organization:
        """An organization; staff and membership get a date when they are given."""
        self.numbers += 1
        values.setdefault("category", "E4")
        values.setdefault("credit_code", None)
        if values["credit_code"] is None:
            values.setdefault("no_code_reason", "测试")
        for kind in ("staff", "membership"):
            if values.get(kind) is not None:
                values.setdefault(f"{kind}_on", LONG_AGO)
                values.setdefault(f"{kind}_source", "market")
        values.setdefault("region_id", self.nodes[managed_by].region_id)
        return Organization.objects.create(
            name=name or f"澄州测试{self.numbers}号有限公司",
            managed_by=self.nodes[managed_by],
            managed_since=LONG_AGO,
            **values,
        )

    def cover(self, organization: Organization, by: str, form: str = "SINGLE", **values: Any) -> Coverage:
        """Cover an organization by a Party organization."""
        values.setdefault("since", LONG_AGO)
        return Coverage.objects.create(
            organization=organization, party_organization=self.nodes[by], form=form, **values
        )

    def member(self, name: str = "", *, of: str = "CZ1111", at: Organization | None = None, **values: Any) -> Member:
        """A member of a Party organization, employed at an organization or not."""
        self.numbers += 1
        values.setdefault("id_note", "测试")
        values.setdefault("status", "FORMAL")
        if at is not None:
            values.setdefault("organization_since", LONG_AGO)
        return Member.objects.create(
            name=name or f"党员{self.numbers}",
            party_organization=self.nodes[of],
            since=LONG_AGO,
            organization=at,
            **values,
        )


def build_city() -> City:
    """The small tree, its jurisdictions, and the named people with their appointments."""
    return kept("city", _built)


@derived_once()
def _built() -> City:
    city = City()
    for code, name, level, parent in REGIONS:
        Region.objects.create(code=code, name=name, level=level, parent_id=parent)
    for code, name, kind, parent, region, authority in NODES:
        node = establish(
            by=None, name=name, kind=kind, parent=city.nodes.get(parent or ""), code=code, on=LONG_AGO, region_id=region
        )
        city.nodes[code] = node
        if authority or region:
            Jurisdiction.objects.create(committee=node, region_id=None if authority else region, authority=authority)
    for username, name, role, node_code in PEOPLE:
        user = account(username, PASSWORD, name=name, must_change_password=False)
        city.people[username] = user
        Appointment.objects.create(user=user, role=role, node=city.nodes[node_code], since=LONG_AGO)
    refresh((), on=TODAY, nodes=[node.pk for node in city.nodes.values()])  # what came by the calendar since
    return city
