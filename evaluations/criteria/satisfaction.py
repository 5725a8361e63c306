"""职工群众满意度: what members and employees say without their names, in a survey of the evaluation itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from django.db.models import QuerySet, Sum

from evaluations.choices import Dimension
from evaluations.criteria.registry import Criterion, Facts, Mode, Records, Source, by_key, criteria, keys
from evaluations.models import Survey
from evaluations.rules.facts import Fact, Record, Span
from evaluations.rules.formulas import Linear

CODE = "5.1"
NOT_YET = "满意度测评在评定开始以后进行，还没有结果"


def fact_of(survey: Survey | None, paper: int) -> Fact:
    """Unknown until it is closed, and where too few answered; how many of the answers are `paper` is said beside."""
    if survey is None or survey.online is None:
        return Fact(unknown=NOT_YET)
    if survey.counted is None:
        few = f"满意度测评收回 {survey.online + paper} 份，按规定至少要有 {survey.minimum} 份，不计算满意率"
        return Fact(unknown=few)
    of_them = f"（其中纸质 {paper} 份，由组织测评的人员清点录入）" if paper else ""
    text = f"满意度测评计入 {survey.counted} 份{of_them}，满意和基本满意 {survey.satisfied} 份"
    return Fact(text, counted=survey.satisfied, of=survey.counted)


def closed(branches: QuerySet, span: Span) -> QuerySet[Survey]:
    """Of rounds of the same time."""
    rows = Survey.objects.filter(
        closed_on__isnull=False, evaluation__round__first_day=span.first, evaluation__round__last_day=span.last,
        evaluation__party_organization__in=branches.order_by().values("pk"),
    )  # fmt: skip
    return rows.select_related("evaluation__round").order_by("pk")


def satisfaction(branches: QuerySet, span: Span, on: date) -> Facts:
    """When a round begins there is none: it has its fact when its survey is closed. Two queries."""
    rows = closed(branches, span).annotate(paper_=Sum("papers__sheets"))
    found = {row.evaluation.party_organization_id: fact_of(row, row.paper_ or 0) for row in rows}
    return {key: found.get(key) or fact_of(None, 0) for key in keys(branches)}


def _surveys(branches: QuerySet, span: Span, on: date) -> Records:
    return by_key(
        (row.evaluation.party_organization_id, Record(str(row), "evaluations.survey", row.evaluation_id))
        for row in closed(branches, span)
    )


criteria.add(
    Criterion(
        CODE, Dimension.MASSES, "职工群众满意度测评", D(8), Mode.AUTO, Linear(least=D(60)),
        asks="满意率，收回十份以上或占职工三成以上的问卷。", source=Source(satisfaction, _surveys),
        proves_not="答卷不记名，不证明答的都是职工本人；纸质问卷由组织测评的人员清点录入，以所附的扫描件为凭。",
    )
)  # fmt: skip
