"""Forms of a branch's pages. What a record lacks is told by its checks (`activities.rules.checks`), so nothing is required here
but that a date is a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import QuerySet

from activities.models import ActivityRecord, AppraisalGrade, Campaign, Experience, Kind, RecordTopic
from activities.queries.appraisals import Appraised
from activities.queries.home import venues_for
from core.days import AnyDay, PastDay
from core.periods import holding_on
from members.models import PartyGroup
from orgs.models import PartyOrganization, Venue

GRADE = "grade-"  # before the number of a member
MOST_DECISIONS = 30
MOST_PEOPLE = 9_999
TOGETHER_OR_APART = (
    ("TOGETHER", "集中（在同一时间、同一地点一起开展）"),
    ("APART", "分散（分头学习、走访、结对等，不集中开会）"),
)
OWN_OR_WORKING_TIME = (
    ("no", "业余（上班时间以外，不影响生产经营）"),
    ("yes", "占用工作时间（经单位同意，在上班时间开展）"),
)
TOPICS = {  # what each of them means, from the Opinion 二-3, 二-4
    "POLICY": "学习、宣传党的路线方针政策",
    "LAW": "教育所有者、经营者和职工增强法律意识",
    "CULTURE": "与单位文化建设结合，建设先进文化",
    "MANAGEMENT": "与所有者、经营者沟通协商，参与重大决策",
    "DEMOCRACY": "职工代表大会、厂务（行政事务）公开",
    "MASSES": "带动工会、共青团、妇联开展工作",
    "CARE": "关心职工困难，关爱党员，办实事",
    "SAFETY": "安全生产教育和隐患排查",
}


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def _line(label: str, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **more)


def _people(label: str, help_text: str) -> forms.IntegerField:
    widget = forms.NumberInput({"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=0, max_value=MOST_PEOPLE, required=False, widget=widget
    )


class RecordForm(forms.Form):
    """The columns of a record, as its page has them."""

    held_on = PastDay(label="活动日期", required=False)
    starts_at = forms.TimeField(label="开始时间", required=False, widget=TimeInput)
    ends_at = forms.TimeField(label="结束时间", required=False, widget=TimeInput)
    place = _line("地点", 100, help_text="具体到会议室；集中开展的，时间和地点都填写。")
    venue = forms.ModelChoiceField(
        label="共享场所", queryset=Venue.objects.none(), required=False, empty_label="不使用"
    )
    host = _line("主持人", 60)
    recorder = _line("记录人", 60)
    gathering = forms.ChoiceField(
        label="活动规模", choices=TOGETHER_OR_APART, required=False, widget=forms.RadioSelect, initial="TOGETHER"
    )
    working_time = forms.ChoiceField(
        label="活动时间", choices=OWN_OR_WORKING_TIME, required=False, widget=forms.RadioSelect, initial="no"
    )
    late_reason = _line("迟报原因", 200, help_text="活动已过去 30 天以上，或当月已关账的，请填写。")
    campaign = forms.ModelChoiceField(
        label="主题实践活动", queryset=Campaign.objects.none(), required=False, empty_label="不属于"
    )
    adopted_from = forms.ModelChoiceField(queryset=Experience.objects.none(), required=False, widget=forms.HiddenInput)
    group = forms.ModelChoiceField(label="党小组", queryset=PartyGroup.objects.none(), required=False)
    owners = _people("出资人", "所有者，含党员业主。")
    managers = _people("经营管理人员", "厂长、经理等管理层。")
    employees = _people("职工", "党员以外的职工群众。")
    topic = _line("主题（议题）", 120)
    lecturer = _line("讲课人", 60)
    content = forms.CharField(
        label="主要内容", max_length=5000, required=False, widget=forms.Textarea({"rows": 6}),
        help_text="谁讲了什么、有什么意见。可以用输入法的语音输入。",
    )  # fmt: skip
    topics = forms.MultipleChoiceField(
        label="活动内容", choices=RecordTopic.Topic.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, kind: str, branch: PartyOrganization, groups: QuerySet[PartyGroup], days: Sequence[date],
        **told: Any,
    ) -> None:  # fmt: skip
        """`days` are today and the day of the activity: a campaign that runs on one of them is offered."""
        super().__init__(*args, **told)
        fields: dict[str, Any] = self.fields
        fields["venue"].queryset, fields["group"].queryset = venues_for(branch, on=days[0]), groups
        running = reduce(or_, map(holding_on, days))
        fields["campaign"].queryset = Campaign.objects.for_branch(branch).filter(running).order_by("since", "pk")
        fields["adopted_from"].queryset = Experience.objects.for_branch(branch)
        needed = {"held_on", "host", "topic", "content"} | ({"lecturer"} if kind == Kind.LECTURE else set())
        for name in needed:
            fields[name].widget.attrs["required"] = True

    def values(self) -> dict[str, Any]:
        """What was typed as the service takes it: a number that was left out is 0."""
        columns = dict(self.cleaned_data)
        del columns["topics"]
        columns["gathering"] = columns["gathering"] or ActivityRecord.Gathering.TOGETHER
        columns["working_time"] = columns["working_time"] == "yes"
        return columns | {name: columns[name] or 0 for name in ("owners", "managers", "employees")}


class DecisionForm(forms.Form):
    """A decision; its votes where there was a vote."""

    text = _line("决议内容", 500)
    yes = _people("赞成", "")
    no = _people("反对", "")
    abstained = _people("弃权", "")
    responsible = _line("责任人", 60)
    due_on = AnyDay(label="完成时限", required=False)


DecisionForms = forms.formset_factory(DecisionForm, extra=1, max_num=MOST_DECISIONS, absolute_max=MOST_DECISIONS + 1)


class AppraisalForm(forms.Form):
    """The days of the four steps, and a grade for each member who gets one."""

    self_on = PastDay(label="个人自评", required=False)
    mutual_on = PastDay(label="党员互评", required=False)
    polled_on = PastDay(label="民主测评", required=False)
    decided_on = PastDay(label="组织评定", required=False)
    excess_reason = _line(
        "优秀超过比例的原因", 200, help_text="优秀一般不超过参加评定党员的三分之一，确需超过的填写原因。"
    )

    def __init__(self, *args: Any, people: Sequence[Appraised], **told: Any) -> None:
        super().__init__(*args, **told)
        self.people = people
        for one in people:
            if one.graded:
                self.fields[f"{GRADE}{one.member.pk}"] = forms.ChoiceField(
                    label=one.member.name, choices=[*AppraisalGrade.Grade.choices, ("", "未评")], required=False,
                    widget=forms.RadioSelect, initial=one.grade,
                )  # fmt: skip

    @property
    def rows(self) -> list[tuple[Appraised, forms.BoundField | None]]:
        return [(one, self[f"{GRADE}{one.member.pk}"] if one.graded else None) for one in self.people]

    def shown(self) -> list[str]:
        """The grades as the page shows them."""
        return [str(field.value()) for _, field in self.rows if field]
