"""Awards and 示范点 of one district: honours of former years, one list that is public with an objection to it, one to which branches apply;
three 示范点."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from accounts.models import User
from demo.city import BRANCH
from evaluations.choices import Award
from evaluations.models import Commendation, Honour, Proposal
from evaluations.queries.awards import faults_of
from evaluations.services import applications, award_objections, awards, honours, sites
from instructors.models import Instructor
from members.models import Member, Post
from orgs.models import OwnerRecord, PartyOrganization

QUOTAS = {Award.PARTY: 3, Award.MEMBER: 2, Award.OWNER: 1, Award.INSTRUCTOR: 1, Award.WORKER: 3}
PROPOSED = 12  # branches that are looked at: some have what keeps them from it
LONGEST = 300  # of an answer
LEAST = 4  # branches, for fewer there is nothing to tell
DEEDS = "围绕生产经营开展党员先锋岗活动，带领职工完成技术改造，帮助困难职工解决实际问题"


class Awards:
    def __init__(self, users: Mapping[str, User], district: PartyOrganization, today: date) -> None:
        self.users, self.district, self.today = users, district, today

    def enter(self) -> None:
        rows = PartyOrganization.objects.standing().filter(parent__code=BRANCH[2]).exclude(code=BRANCH[0])
        branches = list(rows.order_by("pk")[:PROPOSED])
        if len(branches) < LEAST:
            return
        self._honours(branches)
        self._public(branches)
        self._to_apply()
        self._sites(branches)

    def _told(self, who: str, days: int = 0) -> dict[str, Any]:
        return {"by": self.users[who], "on": self.today - timedelta(days=days)}

    def _honours(self, branches: Sequence[PartyOrganization]) -> None:
        """On 七一 of each year, as older documents have them."""
        owner = (
            OwnerRecord.objects.filter(organization__coverages__party_organization__in=branches).order_by("pk").first()
        )
        guide = Instructor.objects.order_by("pk").first()
        for years, branch in ((1, branches[0]), (1, branches[1]), (0, branches[2])):
            if (given := self._given(self.today.year - years))["awarded_on"] > self.today:
                continue
            honours.honours.add(title=Award.PARTY.label, party_organization=branch, **given)
            if member := Member.objects.formal().filter(party_organization=branch).order_by("pk").first():
                honours.honours.add(title=Award.MEMBER.label, party_organization=branch, member=member, **given)
        given = self._given(self.today.year - 1)
        if guide:
            whom: dict[str, Any] = {"party_organization": guide.sent_by, "instructor": guide}
            honours.honours.add(title=Award.INSTRUCTOR.label, **whom, **given)
        if owner:
            unit = owner.organization
            whom = {"party_organization": unit.managed_by, "unit": unit, "name": owner.name}
            honours.honours.add(title=Award.OWNER.label, **whom, **given)

    def _given(self, year: int) -> dict[str, Any]:
        return {
            "level": Honour.Level.COUNTY, "given_by": self.district.name, "document": f"云两新〔{year}〕8 号",
            "awarded_on": date(year, 7, 1), **self._told("district"),
        }  # fmt: skip

    def _held(self, who: str, node: PartyOrganization, name: str, until: date) -> Commendation:
        begun = self._told(who, 30)
        held = awards.commendations.add(node=node, name=name, year=self.today.year, propose_until=until, **begun)
        for award, number in QUOTAS.items():
            awards.quotas.add(commendation=held, award=award, node=self.district, number=number, **begun)
        return held

    def _public(self, branches: Sequence[PartyOrganization]) -> None:
        """Within the quota those whom nothing keeps from it, and one whom something does."""
        held = self._held("district", self.district, "全区“五个好”评选表彰", self.today - timedelta(days=12))
        agreed: list[Proposal] = []
        refused = False
        for award, whom in self._candidates(branches):
            wrong = faults_of(Proposal(pk=0, award=award, **whom), on=self.today)
            if (wrong and refused) or len(agreed) == QUOTAS[award]:
                continue
            row = awards.proposals.add(commendation=held, award=award, why=DEEDS, **whom, **self._told("street", 20))
            text = f"核对不符合：{wrong}"[:LONGEST] if wrong else ""
            awards.decide(row=row, agreed=not wrong, text=text, **self._told("district", 9))
            refused = refused or bool(wrong)
            agreed += [] if wrong else [row]
        if not agreed:
            return
        awards.publish(row=held, **self._told("district", 4))
        award_objections.enter(
            proposal=agreed[0], text="去年的活动记录和实际不一致，请核实", raised_by="何桂香", raised_unit="", received_on=self.today,
            **self._told("secretary"),
        )  # fmt: skip

    def _candidates(self, branches: Sequence[PartyOrganization]) -> Iterator[tuple[Award, dict[str, Any]]]:
        """Branches, then those who hold a post at one."""
        for branch in branches:
            yield Award.PARTY, {"party_organization": branch}
        for post in Post.objects.on(self.today).filter(party_organization__in=branches, member=None).order_by("pk"):
            yield Award.WORKER, {"party_organization": post.party_organization, "name": post.name}

    def _to_apply(self) -> None:
        """The branch of the accounts has applied; the street has to go on with it."""
        root = PartyOrganization.objects.get(parent=None)
        held = self._held("clerk", root, "全市“五个好”评选表彰", self.today + timedelta(days=20))
        branch = PartyOrganization.objects.get(code=BRANCH[0])
        applications.apply(commendation=held, award=Award.PARTY, branch=branch, why=DEEDS, **self._told("secretary", 2))

    def _sites(self, branches: Sequence[PartyOrganization]) -> None:
        """One that is cultivated, one that shows others, one that is to be looked at anew."""
        young, shown, old = branches[:3]
        soon = self.today + timedelta(days=40)
        for branch, theme, named in (
            (young, "红色物业", None), (shown, "党建带工建", self.today - timedelta(days=400)),
            (old, "党员先锋岗", soon.replace(day=1, year=soon.year - 3)),
        ):  # fmt: skip
            begun = (named or self.today) - timedelta(days=200)
            row = sites.sites.add(
                party_organization=branch, name=f"{theme}示范点", level=Honour.Level.CITY, theme=theme, cultivated_since=begun,
                **self._told("street"),
            )  # fmt: skip
            if named:
                given: dict[str, Any] = {"named_on": named, "document": f"澄两新〔{named.year}〕12 号"}
                row = sites.sites.change(row=row, **given, **self._told("clerk"))
            if branch == shown:
                day: dict[str, Any] = {
                    "visited_on": self.today - timedelta(days=20),
                    "visitors": "望江街道党建工作站",
                    "people": 16,
                }
                sites.site_visits.add(site=row, note="党员活动室和先锋岗", **day, **self._told("street"))
                pair: dict[str, Any] = {
                    "party_organization": branches[3],
                    "tasks": "帮助建立组织生活制度",
                    "since": self.today - timedelta(days=60),
                }
                sites.pairs.add(site=row, **pair, **self._told("street"))
