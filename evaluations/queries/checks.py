"""What the registers say of a Party organization that is proposed, is to show others how it works, or whose worker or unit is
proposed: its newest result, vetoes, term, dues, venue (rules §15). As many queries for many as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.id_sets import among
from core.parameters import values_on
from dues.models import Arrears
from evaluations.criteria.team import terms
from evaluations.models import Evaluation, Extra
from evaluations.rules.awards import Check
from evaluations.rules.facts import Record
from orgs.models import PartyOrganization, VenueUse

Rows = Sequence[Any]  # proposals, sites, or what stands for one: with `pk` and `party_organization`
Checks = Mapping[int, Check]
Checker = Callable[[Rows, date], Checks]


# --- five goods -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Of:
    """A row that is looked at by another Party organization than its own."""

    pk: int
    party_organization: PartyOrganization


def _evaluated(rows: Rows, of: str, on: date) -> dict[int, Evaluation]:
    """By row, the newest result of what it names in a column: its Party organization, or its member."""
    whom = {row.pk: one.pk for row in rows if (one := getattr(row, of))}
    newest = Evaluation.objects.newest_final(of, on).filter(**{f"{of}__in": among({*whom.values()})})
    found = {getattr(one, f"{of}_id"): one for one in newest.select_related("round")}
    return {pk: found[key] for pk, key in whom.items() if key in found}


def result(of: str) -> Checker:
    def checker(rows: Rows, on: date) -> Checks:
        evaluated = _evaluated(rows, of, on)
        return {row.pk: _told(evaluated.get(row.pk)) for row in rows}

    return checker


def _told(got: Evaluation | None) -> Check:
    name = "评定结果"
    if got is None:
        return Check(name, "前年以来没有已确定的评定结果", fits=False)
    held = got.round
    points = f"不评分（{got.get_exempt_display()}）" if got.exempt else f"{got.total} 分"
    short = got.chosen_reason if got.chosen is False else "；".join(got.short_of)
    good = got.five_good and got.chosen is not False
    text = f"{held}：{points}，{'达到“五个好”' if good else '没有评为“五个好”'}{f'（{short}）' if short and not good else ''}"
    return Check(name, text, good, (Record(f"{held}：{got.name}", "evaluations.evaluation", got.pk),))


def vetoes(rows: Rows, on: date) -> Checks:
    evaluated = _evaluated(rows, "party_organization", on)
    kept = Extra.objects.filter(kind=Extra.Kind.VETO, evaluation__in=[one.pk for one in evaluated.values()])
    found: dict[int, list[str]] = defaultdict(list)
    for one in kept.order_by("pk"):
        found[one.evaluation_id].append(one.what)
    return {row.pk: _vetoed(evaluated.get(row.pk), found) for row in rows}


def _vetoed(got: Evaluation | None, found: Mapping[int, Sequence[str]]) -> Check:
    name = "一票否决"
    if got is None:
        return Check(name, "党组织还没有已确定的评定结果，没有否决事项可查", fits=True)
    what = "、".join(found.get(got.pk, ()))
    records = (Record(f"{got.name} 评定", "evaluations.evaluation", got.pk),)
    return Check(name, f"有一票否决事项：{what}" if what else "没有一票否决事项", not what, records)


# --- the Party organization -------------------------------------------------------------------------------------------
def term(rows: Rows, on: date) -> Checks:
    nodes = PartyOrganization.objects.filter(pk__in=among({row.party_organization.pk for row in rows}))
    newest = {one.party_organization_id: one for one in terms(nodes, on)}
    found = {}
    for row in rows:
        node = row.party_organization
        one = newest.get(node.pk)
        until = one.until if one else node.term_ends_on
        record = (
            Record(str(one), "members.term", one.pk) if one else Record(node.name, "orgs.partyorganization", node.pk)
        )
        text = f"任期至 {until}" if until else "没有登记任期，无从核对"
        late = bool(until and until < on)
        found[row.pk] = Check(
            "任期", f"任期已于 {until} 届满，没有换届" if late else text, bool(until) and not late, (record,)
        )
    return found


def dues_there(rows: Rows, on: date) -> Checks:
    """Whether somebody of the Party organization has not paid for so many months that he should be dealt with."""
    months = int(values_on(on)["dues.unpaid_months"])
    nodes = among({row.party_organization.pk for row in rows})
    behind: dict[int, list[Record]] = defaultdict(list)
    for one in Arrears.objects.in_a_row(months).filter(party_organization__in=nodes).select_related("member"):
        behind[one.party_organization_id].append(Record(str(one), "members.member", one.member_id))
    return {
        row.pk: Check(
            "党费",
            f"有 {len(those)} 名党员连续 {months} 个月以上没有交纳党费，没有处理"
            if those
            else "没有长期不交党费的党员",
            not those,
            tuple(those),
        )
        for row in rows
        for those in [behind[row.party_organization.pk]]
    }


def venue(rows: Rows, on: date) -> Checks:
    nodes = among({row.party_organization.pk for row in rows})
    held = VenueUse.objects.on(on).filter(party_organization__in=nodes, venue__closed_on=None)
    found = {one.party_organization_id: one for one in held.select_related("venue").order_by("pk")}
    return {
        row.pk: Check(
            "活动场所", str(one.venue), fits=True, records=(Record(str(one.venue), "orgs.venue", one.venue_id),)
        )
        if (one := found.get(row.party_organization.pk))
        else Check("活动场所", "没有登记活动场所", fits=False)
        for row in rows
    }
