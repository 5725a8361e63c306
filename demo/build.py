"""Builds the demonstration: draws organizations chunk by chunk, then lets two years pass month by month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from activities.models import Obligation
from core.numbering import reserve_ids
from core.rows import analyze
from demo.branches import Branches
from demo.city import ACCOUNTS
from demo.dues import Dues
from demo.fieldwork import Fieldwork
from demo.five import FiveGoods
from demo.invent import Inventor
from demo.ledger import MONTHS, Ledger
from demo.life import Life
from demo.members import Members, fit, wanted
from demo.money import Money
from demo.organizations import Organizations
from demo.places import Ground
from evaluations.services import rubrics
from members.models import Member
from orgs.facts import refresh
from orgs.models import Organization, OrganizationFacts, PartyOrganization, Tally
from reports.models import FrozenFigure, FrozenUnit, GapAnswer, Target
from reports.services.months import freeze

CHUNK = 20_000  # organizations in memory at once
DENSE = 20_000  # with more organizations, joint branches are set up by community and fewer months are told
MONTHS_OF_MANY = 6
# percent to be reached by the end of each of five years, from the second year told on (Opinion 二-1: 3–5 years)
TARGETS = {"T1": 88, "T2": 82, "T3": 86, "T4": 80, "T5": 92}
TARGET_YEARS = 5
RESULTS = (OrganizationFacts, Tally, FrozenFigure, FrozenUnit, GapAnswer)  # tables that fill after the first stage


class Builder:
    """One city of organizations and members, deterministic for its seed and day."""

    def __init__(self, *, organizations: int, members: int, seed: int, today: date) -> None:
        self.wanted, self.of_members = organizations, members
        dense = organizations > DENSE
        self.ledger, self.invent, ground = Ledger(today, MONTHS_OF_MANY if dense else MONTHS), Inventor(seed), Ground()
        users = {user.username: user for user in User.objects.filter(username__in=[one.username for one in ACCOUNTS])}
        self.clerk = users["clerk"]
        self.organizations = Organizations(self.invent, ground, self.ledger)
        self.branches = Branches(self.invent, ground, self.ledger, dense=dense)
        secretarys = ground.secretarys_branch.pk
        self.life = Life(self.invent, self.ledger, clerk=self.clerk, secretarys=secretarys, dense=dense)
        self.dues = Dues(self.invent, treasurer=users["treasurer"], secretarys=secretarys, today=today)
        self.money = Money(users, today)
        self.five_goods = FiveGoods(users, self.invent, today)
        self.members = Members(self.invent, self.ledger, self.branches, self.life)
        self.fieldwork = Fieldwork(self.invent, self.ledger, clerk=self.clerk, instructor=users["instructor"])

    def build(self, report: Callable[[str], None]) -> None:
        """Write everything in one transaction; `report` gets a line now and then."""
        with transaction.atomic():
            entered = given = 0
            while entered < self.wanted:
                size = min(CHUNK, self.wanted - entered)
                entered += size
                budget = self.of_members * entered // self.wanted - given
                given += budget
                self._chunk(size, budget)
                self.ledger.write(0)
                report(f"已生成 {entered:,} 家单位、{given:,} 名党员")
            self.branches.finish()
            self.life.enter()
            self._targets()
            rubrics.set_up(by=self.clerk, on=date(self.ledger.today.year - 1, 1, 1))
            self._pass_time()
            self.dues.enter()
            self.money.enter()
            self.five_goods.enter()
            for model in RESULTS:
                analyze(model)
            report("组织情况和汇总已更新")

    def _chunk(self, size: int, budget: int) -> None:
        drawn = [self.organizations.draw(pk) for pk in reserve_ids(Organization, size)]
        for organization in drawn:
            organization.wanted = wanted(self.invent, organization)
        fit(drawn, budget)
        states = [self.members.divide(organization) for organization in drawn]
        ids = iter(reserve_ids(Member, sum(map(len, states))))
        for organization, parts in zip(drawn, states, strict=True):
            self.branches.cover(organization)
            for place, state in enumerate(parts):
                self.members.enter(next(ids), state, organization, place)
            self.fieldwork.enter(organization)
        self.fieldwork.assign()

    def _pass_time(self) -> None:
        """Let the stages come true one after the other, bringing the facts up to date at each and closing its month."""
        ledger = self.ledger
        for stage, day in enumerate(ledger.days):
            written = ledger.write(stage)
            self.life.settle(day)
            for model in ledger.doubled() | {Obligation}:  # else facts are looked for as if these tables were empty
                analyze(model)
            self.dues.pass_time(day)
            touched = written if 0 < stage < len(ledger.months) else None
            nodes = () if touched is None else PartyOrganization.objects.standing().values_list("pk", flat=True)
            refresh(touched, on=day, nodes=nodes)
            if stage < len(ledger.months):
                night = timezone.make_aware(datetime.combine(day + timedelta(days=1), time(2)))
                month = ledger.months[stage]
                self.dues.leave_out(freeze(month=month, by=self.clerk, counted_on=day, changed=touched, at=night))

    def _targets(self) -> None:
        """Each year a step towards all that should, for the city and every district."""
        first = self.ledger.today.year - 1
        nodes = PartyOrganization.objects.filter(code__in=["CZ", "CZ001"]) | PartyOrganization.objects.filter(
            parent__code="CZ001", kind=PartyOrganization.Kind.WORKING_COMMITTEE
        )
        Target.objects.bulk_create(
            Target(node=node, year=first + step, indicator=indicator, value=Decimal(start + step * (100 - start) // (TARGET_YEARS - 1)))
            for node in nodes
            for indicator, start in TARGETS.items()
            for step in range(TARGET_YEARS)
        )  # fmt: skip
