"""Builders of a 评选表彰, of a result that is final, and of whoever is proposed with nothing against him."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from activities.models import Appraisal, AppraisalGrade
from dues.models import Due
from evaluations.models import Commendation, Evaluation, Extra, Proposal, Quota, Round, Rubric
from evaluations.services import awards
from members.models import Member, Post, Term
from orgs.models import PartyOrganization
from tests.people import LONG_AGO, TODAY, City

DAY = timedelta(days=1)
UNTIL = date(2026, 12, 20)
AFTER = date(2026, 12, 15)  # when its 公示 that begins today is over


def held(city: City, node: str = "CZ", **quotas: int) -> Commendation:
    """With quotas by award for the district, unless they are `CZ111__PARTY`."""
    row = Commendation.objects.create(name="年度表彰", node=city[node], year=2026, propose_until=UNTIL)
    for key, number in quotas.items():
        code, _, award = key.rpartition("__")
        Quota.objects.create(commendation=row, award=award, node=city[code or "CZ11"], number=number)
    return row


def propose(city: City, row: Commendation, award: str = "PARTY", by: str = "street", **values: Any) -> Proposal:
    told: dict[str, Any] = {"party_organization": city["CZ1111"], "why": "带领党员攻关", "on": TODAY} | values
    return awards.proposals.add(by=city.user(by), commendation=row, award=award, **told)


def agreed(city: City, row: Proposal, by: str = "city") -> Proposal:
    return awards.decide(by=city.user(by), row=row, agreed=True, text="", on=TODAY)


def result(
    city: City, of: PartyOrganization | Member, *, five_good: bool = True, total: str = "90", node: str = "CZ",
    last: date = date(2026, 6, 30), veto: str = "",
) -> Evaluation:  # fmt: skip
    """In a round that is final."""
    member = of if isinstance(of, Member) else None
    branch = of.party_organization if isinstance(of, Member) else of
    rubric, _ = Rubric.objects.get_or_create(
        category="MEMBER" if member else "ENTERPRISE", edition=1,
        defaults={"name": "办法", "since": LONG_AGO, "bands": ["60", "70", "90"]},
    )  # fmt: skip
    first = last.replace(month=last.month - 5, day=1)
    held = Round.objects.create(
        name=f"{last:%Y-%m} 评定", subject="MEMBER" if member else "BRANCH", node=city[node], first_day=first, last_day=last,
        self_until=last + DAY, street_until=last + 2 * DAY, department_until=last + 3 * DAY, state="OPEN", opened_on=last,
    )  # fmt: skip
    made = Evaluation.objects.create(
        round=held, party_organization=branch, member=member, rubric=rubric, name=str(of), stage="REVIEWED", total=total,
        five_good=five_good, short_of=[] if five_good else ["总分没有达到 85 分"],
    )  # fmt: skip
    if veto:
        Extra.objects.create(evaluation=made, kind="VETO", code="OWNER", what=veto, text="通报", added_on=TODAY)
    done = {"notice_on": last + 4 * DAY, "notice_until": last + 11 * DAY, "final_on": last + 12 * DAY}
    Round.objects.filter(pk=held.pk).update(state="FINAL", final_by=city.user("city"), **done)
    return made


def term(node: PartyOrganization, ends_on: date = date(2027, 6, 1)) -> Term:
    return Term.objects.create(party_organization=node, elected_on=date(2024, 6, 1), ends_on=ends_on)


def good_branch(city: City, code: str = "CZ1111") -> PartyOrganization:
    result(city, city[code])
    term(city[code])
    return city[code]


def good_member(city: City, name: str = "周党员", **values: Any) -> Member:
    member = city.member(name, **values)
    result(city, member)
    appraisal = Appraisal.objects.create(
        party_organization=member.party_organization, year=2025, self_on=LONG_AGO, mutual_on=LONG_AGO, polled_on=LONG_AGO,
        decided_on=LONG_AGO,
    )  # fmt: skip
    AppraisalGrade.objects.create(appraisal=appraisal, member=member, grade="EXCELLENT")
    paid(member)
    return member


def paid(member: Member, **values: Any) -> Due:
    told = {"month": date(2026, 10, 1), "amount": 10, "paid": 10} | values
    return Due.objects.create(member=member, party_organization=member.party_organization, **told)


def deputy(city: City, name: str = "李干事", **values: Any) -> Post:
    return Post.objects.create(
        party_organization=city["CZ1111"], post="ORGANIZATION", name=name, source="STAFF", since=LONG_AGO, **values
    )
