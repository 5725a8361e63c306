"""满意度测评 as somebody above the branch keeps it: begun, codes handed out, sheets of paper counted, put off, closed (rules §15)."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import files, writing
from core.attachments import Content, cleaned, keeping, same_kept
from core.locks import hold
from core.parameters import values_on
from core.refusals import Refusal
from evaluations.criteria.satisfaction import CODE, fact_of
from evaluations.models import Evaluation, Round, Score, Stage, Survey, SurveyPaper, SurveySum, SurveyTicket
from evaluations.queries.results import item_of
from evaluations.queries.surveys import came, people_of, sums_of
from evaluations.rules.facts import Record
from evaluations.rules.surveys import GRADES, QUESTIONS, Counts, against, enough, least, new_code, satisfied
from evaluations.services.answers import digest_of
from members.queries.people import seat_of
from members.services.separation import require_another, require_seat

OPEN, ISSUE, WITHDRAW = "evaluations.survey_open", "evaluations.survey_issue", "evaluations.survey_withdraw"
PAPER, WITHOUT, CLOSE = "evaluations.survey_paper", "evaluations.survey_paper_remove", "evaluations.survey_close"
PUT_OFF = "evaluations.survey_put_off"
AT_ONCE, MOST = 100, 1000  # codes on one print, and of one survey: each answer rewrites all of them
FILES = 10
DAY = timedelta(days=1)
BEFORE_STREET = (Stage.SELF, Stage.STREET)  # it has not reviewed yet


@transaction.atomic
def begin(*, by: User, evaluation: Evaluation, until: date, on: date) -> Survey:
    """Ask the members and employees of a branch, as long as its result is not settled. How many answers it takes follows from
    what is registered now."""
    row = _keeper(by, evaluation, on)
    if row.round.state != Round.State.OPEN or row.member_id or row.stage == Stage.REVIEWED:
        raise Refusal("满意度测评在党支部的评定开始以后、审定以前进行")
    if Survey.objects.filter(evaluation=row).exists():
        raise Refusal(f"{row.name}在这个批次已有一次满意度测评")
    if not on <= until <= row.round.department_until:
        raise Refusal(f"截止日期须在今天至 {row.round.department_until}（组织部门审定截止日期）之间")
    members, staff = people_of(row.party_organization, on=row.round.opened_on or on)
    if not members + staff:
        raise Refusal("没有登记在册党员，也没有登记覆盖单位的职工数，请先登记")
    values = values_on(on)
    minimum = least(staff or members, int(values["five.survey_least"]), values["five.survey_share"])
    survey = Survey(
        evaluation=row, opened_by=by, opened_on=on, until=until, people=members + staff, minimum=minimum
    )  # fmt: skip
    writing.add(by=by, record=survey, action=OPEN, on=on)
    SurveySum.objects.bulk_create(
        SurveySum(survey=survey, question=question, grade=grade) for question in QUESTIONS for grade in GRADES
    )
    return survey


@transaction.atomic
def put_off(*, by: User, survey: Survey, until: date, reason: str, on: date) -> Survey:
    """Let it take answers for longer, until the street has reviewed, by the committee that began it or one above. Its tickets and
    sums are not touched, and the entry does not say how many had come: who answered after the first day cannot be told."""
    row = _running(by, survey, on)
    evaluation = row.evaluation
    _require_who_began(by, row, on)
    if evaluation.stage not in BEFORE_STREET:
        raise Refusal("街道已经复核，不能再推迟截止日期")
    if not reason.strip():
        raise Refusal("推迟原因没有填写，请写明")
    if not max(row.until + DAY, on) <= until <= evaluation.round.department_until:
        raise Refusal(
            f"新的截止日期只能推迟：须晚于原来的 {row.until}，不早于今天，不晚于 {evaluation.round.department_until}（组织部门审定截止日期）"
        )
    writing.change(by=by, record=row, values={"until": until}, action=PUT_OFF, reason=reason.strip(), on=on)
    return row


def may_put_off(survey: Survey) -> bool:
    """Whether the street has not reviewed yet, and there is a later day in the timetable."""
    return survey.evaluation.stage in BEFORE_STREET and survey.until < survey.evaluation.round.department_until


@transaction.atomic
def issue(*, by: User, survey: Survey, number: int, seen: int, on: date) -> list[str]:
    """New codes, which are told here and never again; `seen` is how many there were when the page was opened, so that nothing is
    handed out twice. They are kept in the order of their digests, which says nothing of the order in which they are printed."""
    row = _running(by, survey, on)
    if seen != row.slips:
        raise Refusal(f"您打开这一页以后，答卷码已发到 {row.slips} 张，请核对后再发")
    left = _left(row)
    if not 0 < number <= min(left, AT_ONCE):
        raise Refusal(
            f"每次最多发 {AT_ONCE} 张，还可以发 {left} 张：答卷码加纸质问卷不超过党员和职工的 {row.people} 人"
        )
    codes = [new_code() for _ in range(number)]
    digests = sorted(map(digest_of, codes))
    SurveyTicket.objects.bulk_create(SurveyTicket(digest=digest, survey=row) for digest in digests)
    writing.change(by=by, record=row, values={"slips": row.slips + number}, action=ISSUE, on=on)
    return codes


@transaction.atomic
def withdraw(*, by: User, survey: Survey, on: date) -> int:
    """Take back all codes that nobody used, where a print was lost or fell into wrong hands."""
    row = _running(by, survey, on)
    number, _ = row.tickets.filter(used=False).delete()
    writing.change(by=by, record=row, values={"slips": row.slips - number}, action=WITHDRAW, on=on)
    return number


def enter_paper(*, by: User, survey: Survey, counts: Counts, data: bytes, name: str, on: date) -> SurveyPaper:
    """Add sheets of paper that somebody counted, with a scan of them. The same file again is the one that is there."""
    for why in against(counts):
        raise Refusal(why)
    digest = hashlib.sha256(data).hexdigest()
    with keeping(data) as (kept, file), transaction.atomic():
        return _entered(by, survey, counts, kept, file, cleaned(name, kept.suffix), digest, on)


@transaction.atomic
def remove_paper(*, by: User, paper: SurveyPaper, on: date) -> None:
    _running(by, paper.survey, on)
    writing.remove_many(SurveyPaper.objects.filter(pk=paper.pk), by=by, action=WITHOUT)
    transaction.on_commit(lambda: files.forget(paper.file))


@transaction.atomic
def close(*, by: User, survey: Survey, on: date) -> Survey:
    """Take no more answers and tell what came of them: for the criterion that asks, else beside the result. Codes go, and the
    sums too where they were too few."""
    row = _running(by, survey, on)
    online, paper = came(row)
    counts, are_enough = enough(online, paper, row.minimum)
    if not counts or not are_enough:
        row.sums.all().delete()
    values: dict[str, Any] = {"closed_by": by, "closed_on": on, "online": online}
    if are_enough:
        good = [satisfied(one) for one in (sums_of(row), *row.papers.values_list("counts", flat=True))]
        values |= {"satisfied": sum(one for one, _ in good), "counted": sum(of for _, of in good)}
    row.tickets.all().delete()
    writing.change(by=by, record=row, values=values, action=CLOSE, on=on)
    _tell(by, row, paper, on)
    return row


# --- what they share ---
def _keeper(by: User, evaluation: Evaluation, on: date) -> Evaluation:
    """The evaluation as it is, of somebody above the branch who gave it no points and never served there. Raises Refusal."""
    hold(Evaluation, [evaluation.pk])
    related = ("round", "rubric", "party_organization", "self_by")
    row = Evaluation.objects.select_related(*related).get(pk=evaluation.pk)
    require_seat(by, P.EVALUATIONS_REVIEW, row.party_organization, on=on)
    require_another(by, act="组织测评", earlier=[("自评", row.self_by, row.self_on or on)], of=row.party_organization)
    return row


def _running(by: User, survey: Survey, on: date) -> Survey:
    evaluation = _keeper(by, survey.evaluation, on)
    hold(Survey, [survey.pk])
    row: Survey = Survey.objects.select_related("opened_by").get(pk=survey.pk)
    row.evaluation = evaluation
    if not row.running:
        raise Refusal("满意度测评已经结束")
    return row


def _require_who_began(by: User, row: Survey, on: date) -> None:
    """Somebody of the committee at which it was begun, or of one above. Raises Refusal."""
    branch = row.evaluation.party_organization
    began = row.opened_by and seat_of(row.opened_by, P.EVALUATIONS_REVIEW, branch, on=row.opened_on)
    require_seat(by, P.EVALUATIONS_REVIEW, began or branch, on=on)


def _left(row: Survey) -> int:
    """How many may still answer."""
    _, paper = came(row)
    return min(row.people - paper, MOST) - row.slips


def _entered(
    by: User, survey: Survey, counts: Counts, kept: Content, file: str, name: str, digest: str, on: date
) -> SurveyPaper:
    row = _running(by, survey, on)
    there: SurveyPaper | None = same_kept(row.papers.all(), digest=digest, file=file, most=FILES, of="次测评")
    if there:
        return there
    _, sheets = satisfied(counts)
    _, paper = came(row)
    if row.slips + paper + sheets > row.people:
        raise Refusal(
            f"答卷码 {row.slips} 张，加上纸质问卷 {paper + sheets} 份，超过党员和职工的 {row.people} 人；没有用的答卷码可以先收回"
        )
    made = SurveyPaper(
        survey=row, sheets=sheets, counts=counts, name=name, content_type=kept.content_type, size=len(kept.data),
        sha256=digest, file=file, added_by=by, added_on=on,
    )  # fmt: skip
    writing.add(by=by, record=made, action=PAPER, on=on)
    return made


def _tell(by: User, row: Survey, paper: int, on: date) -> None:
    """Let the criterion that asks for it have the fact, and what follows from it."""
    score = Score.objects.filter(evaluation=row.evaluation, criterion__code=CODE).select_related("criterion").first()
    if score is None:
        return
    fact = fact_of(row, paper)
    auto, _ = item_of(score).worked_out(fact)
    record = Record(str(row), "evaluations.survey", row.evaluation_id)
    values = {"fact": fact.kept([record]), "auto": auto}
    writing.change(by=by, record=score, values=values, action=CLOSE, on=on)
