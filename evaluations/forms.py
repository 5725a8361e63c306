"""A round with its timetable; what somebody gives at a stage; an objection and its answer; a meeting; a survey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.days import AnyDay, PastDay
from evaluations.criteria.registry import criteria
from evaluations.models import Evaluation, Extra, Proposal, Round, Score
from evaluations.queries.awards import instructors_of, units_of
from evaluations.queries.results import asked
from evaluations.rules.awards import WHOM
from evaluations.rules.extras import offered
from evaluations.rules.facts import Span
from evaluations.rules.formulas import plain
from evaluations.rules.rounds import Given, outside, unexplained
from evaluations.rules.surveys import GRADES, QUESTIONS
from instructors.models import Instructor
from members.models import Member
from orgs.models import Organization, PartyOrganization


def points_field(label: str, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=100, max_digits=5, decimal_places=2, **more)


class TimetableForm(forms.Form):
    self_until = AnyDay(label="自评截止日期")
    street_until = AnyDay(label="街道复核截止日期")
    department_until = AnyDay(label="组织部门审定截止日期")


class RoundForm(TimetableForm):
    """A new round: whose, of whom, of which time. `spans` are the times to choose from, by their codes."""

    node = forms.ModelChoiceField(PartyOrganization.objects.none(), label="组织评定的党组织", empty_label=None)
    subject = forms.ChoiceField(label="评定对象", choices=Round.Subject.choices)
    span = forms.ChoiceField(label="评定期间")
    field_order = ("node", "subject", "span", "self_until", "street_until", "department_until")

    def __init__(self, *args: Any, nodes: Any, spans: Mapping[str, Span], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spans = spans
        self.fields["node"].queryset = nodes  # type: ignore[attr-defined]
        self.fields["span"].choices = [(code, one.name) for code, one in spans.items()]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the round shall say, beside its node."""
        data = dict(self.cleaned_data)
        data.pop("node")
        span, of = self.spans[data.pop("span")], Round.Subject(data["subject"]).label
        return data | {"name": f"{span.name}{of}“五个好”评定", "first_day": span.first, "last_day": span.last}


class ScoresForm(forms.Form):
    """Points, and what is said of them, of every score that people give at a stage; they begin with what `begins` says of each;
    whoever differs from what stood `before` says why."""

    def __init__(
        self,
        *args: Any,
        scores: Sequence[Score],
        begins: Mapping[int, Given],
        before: Mapping[int, Decimal | None],
        text: str,
        whole: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.before = before
        self.scores = [one for one in scores if asked(one)]
        for one in self.scores:
            name = one.criterion.code
            self.fields[f"points-{one.pk}"] = points_field(
                f"{name} 得分", required=whole, initial=begins[one.pk].points, widget=forms.TextInput(
                    {"inputmode": "decimal", "class": "short num", "maxlength": 6, "aria-label": f"{name} 得分，满分 {plain(one.criterion.points)}"}
                ),
            )  # fmt: skip
            self.fields[f"text-{one.pk}"] = forms.CharField(
                label=f"{name} {text}", max_length=300, required=False, initial=begins[one.pk].text,
                widget=forms.TextInput({"placeholder": text, "aria-label": f"{name} {text}"}),
            )  # fmt: skip

    def clean(self) -> None:
        """All that cannot stand at once, each at its field."""
        for one in self.scores:
            points, text = self.cleaned_data.get(f"points-{one.pk}"), self.cleaned_data.get(f"text-{one.pk}")
            if points is None or text is None:
                continue
            if why := outside(one.criterion.points, points):
                self.add_error(f"points-{one.pk}", why)
            elif why := unexplained(self.before[one.pk], Given(points, text)):
                self.add_error(f"text-{one.pk}", why)

    def fields_of(self, score: Score) -> tuple[forms.BoundField, forms.BoundField] | None:
        return (self[f"points-{score.pk}"], self[f"text-{score.pk}"]) if f"points-{score.pk}" in self.fields else None

    def given(self) -> dict[int, Given]:
        data = self.cleaned_data
        return {one.pk: Given(data[f"points-{one.pk}"], data[f"text-{one.pk}"]) for one in self.scores}


class ExtraForm(forms.Form):
    """A bonus, a penalty or a veto, by `kind:code`."""

    extra = forms.ChoiceField(label="事项")
    text = forms.CharField(
        label="依据", max_length=300, widget=forms.TextInput({"placeholder": "文号、通报或查实材料"})
    )

    def __init__(self, *args: Any, of_members: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signs: dict[str, str] = {Extra.Kind.BONUS: " +", Extra.Kind.PENALTY: " −"}
        self.fields["extra"].choices = [  # type: ignore[attr-defined]
            (
                Extra.Kind(kind).label,
                [
                    (f"{kind}:{code}", f"{one.what}{signs[kind]}{plain(one.points)}" if one.points else one.what)
                    for code, one in some.items()
                ],
            )
            for kind, some in offered(members=of_members).items()
        ]


class AmendmentForm(forms.Form):
    """What was done to deserve an award."""

    why = forms.CharField(label="主要事迹", max_length=500, widget=forms.Textarea({"rows": 5}))


class ApplicationForm(AmendmentForm):
    """For whom a branch applies: itself, or who belongs to it."""

    branch = forms.ModelChoiceField(PartyOrganization.objects.none(), label="党支部", empty_label=None)
    member = forms.ModelChoiceField(Member.objects.none(), label="党员", empty_label="请选择")
    instructor = forms.ModelChoiceField(Instructor.objects.none(), label="指导员", empty_label="请选择")
    unit = forms.ModelChoiceField(Organization.objects.none(), label="单位", empty_label="请选择")
    name = forms.CharField(label="姓名", max_length=60)
    field_order = ("branch", "member", "instructor", "unit", "name")

    def __init__(self, *args: Any, award: str, branches: QuerySet[PartyOrganization], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "branch": branches, "instructor": instructors_of(branches, on), "unit": units_of(branches, on),
            "member": Member.objects.on_the_roll().filter(party_organization__in=branches).order_by("name", "pk"),
        }  # fmt: skip
        for name in ("member", "instructor", "unit", "name"):
            if name not in WHOM[award]:
                del self.fields[name]
        for name, rows in choices.items():
            if name in self.fields:
                field: Any = self.fields[name]
                field.queryset = rows
        if award == "WORKER":
            self.fields["member"].required = self.fields["name"].required = False
            self.fields["member"].help_text = "在本支部名册上的选择党员，不在的填写姓名"


class RaisedForm(forms.Form):
    """Who turned to us, when, and with what."""

    text = forms.CharField(label="异议", max_length=500, widget=forms.Textarea({"rows": 3}))
    raised_by = forms.CharField(label="提出人", max_length=60)
    raised_unit = forms.CharField(label="提出人单位", max_length=100, required=False)
    received_on = PastDay(label="收到日期")


class ObjectionForm(RaisedForm):
    """Of one score or of the whole."""

    score = forms.ModelChoiceField(Score.objects.none(), label="评分项", required=False, empty_label="整个结果")
    field_order = ("score",)

    def __init__(self, *args: Any, scores: Sequence[Score], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["score"]
        field.queryset = Score.objects.filter(pk__in=[one.pk for one in scores]).select_related("criterion")
        field.label_from_instance = lambda one: criteria[one.criterion.code].title


class ListObjectionForm(RaisedForm):
    """Of somebody on the list of a 评选表彰, all of whom are public."""

    proposal = forms.ModelChoiceField(Proposal.objects.none(), label="针对", empty_label="请选择")
    field_order = ("proposal",)

    def __init__(self, *args: Any, listed: QuerySet[Proposal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["proposal"]
        field.queryset = listed
        field.label_from_instance = lambda one: (
            f"{one}（{one.unit or one.party_organization}）" if one.award != "PARTY" else str(one)
        )


class ReplyForm(forms.Form):
    accepted = forms.TypedChoiceField(
        label="结论", choices=[("yes", "异议成立"), ("no", "异议不成立")], coerce=lambda value: value == "yes"
    )
    answer = forms.CharField(label="答复", max_length=500, widget=forms.Textarea({"rows": 3}))


class AnswerForm(ReplyForm):
    """Of a result: `points` and `without` only where the objection is right."""

    points = points_field("改为几分", required=False)
    without = forms.ModelChoiceField(
        Extra.objects.none(), label="删除加减分、一票否决", required=False, empty_label="不删除"
    )

    chosen = forms.TypedChoiceField(
        label="支部党员大会的评定", required=False, coerce=lambda value: value == "yes", empty_value=None,
        choices=[("", "不改"), ("yes", "改为评定为“五个好”"), ("no", "改为没有评定")],
    )  # fmt: skip

    def __init__(self, *args: Any, extras: Any, whole: bool, of_members: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["without"]
        field.queryset = extras
        field.label_from_instance = lambda one: f"{one.get_kind_display()}：{one.what}"
        if whole:
            del self.fields["points"]
        if not (whole and of_members):
            del self.fields["chosen"]


class MeetingForm(forms.Form):
    """支部党员大会: its day and votes; of each member who reaches the line whether he was chosen, else why not."""

    held_on = PastDay(label="支部党员大会日期")
    expected = forms.IntegerField(label="有表决权的党员", min_value=1, max_value=9999)
    present = forms.IntegerField(label="到会的有表决权党员", min_value=1, max_value=9999)
    agreed = forms.IntegerField(label="赞成", min_value=1, max_value=9999)
    excess_reason = forms.CharField(label="超过名额的原因", max_length=200, required=False)

    def __init__(self, *args: Any, evaluations: Sequence[Evaluation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heads = [self[name] for name in self.fields]
        self.evaluations = evaluations
        for one in evaluations:
            chosen = f"{one.name} 评定为“五个好”"
            ticked = forms.CheckboxInput({"aria-label": chosen})
            self.fields[f"chosen-{one.pk}"] = forms.BooleanField(label=chosen, required=False, widget=ticked)
            reason = {"placeholder": "达到分数线而不评定的原因", "aria-label": f"{one.name} 没有评定的原因"}
            self.fields[f"reason-{one.pk}"] = forms.CharField(
                label=f"{one.name} 没有评定的原因", max_length=200, required=False, widget=forms.TextInput(reason)
            )

    def fields_of(self, row: Evaluation) -> tuple[forms.BoundField, forms.BoundField] | None:
        return (self[f"chosen-{row.pk}"], self[f"reason-{row.pk}"]) if row in self.evaluations else None

    def values(self) -> dict[str, Any]:
        return {field.name: self.cleaned_data[field.name] for field in self.heads}

    def chosen(self) -> set[int]:
        return {one.pk for one in self.evaluations if self.cleaned_data[f"chosen-{one.pk}"]}

    def reasons(self) -> dict[int, str]:
        return {one.pk: self.cleaned_data[f"reason-{one.pk}"] for one in self.evaluations}


class BeginForm(forms.Form):
    until = AnyDay(label="截止日期", error_messages={"required": "请填写截止日期"})


class PutOffForm(forms.Form):
    until = AnyDay(label="新的截止日期")
    reason = forms.CharField(label="推迟原因", max_length=200, help_text="原因留有记录；不要写谁答了、谁没有答。")


class PaperForm(forms.Form):
    """Sheets of paper as somebody counted them: of each question how many gave each grade."""

    file = forms.FileField(label="问卷扫描件", widget=forms.FileInput({"accept": "image/*,.pdf,.docx,.xlsx"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question, text in QUESTIONS.items():
            for grade, name in GRADES.items():
                label = f"{text.partition('：')[0]} {name}"
                typed = forms.TextInput(
                    {"inputmode": "numeric", "class": "short num", "maxlength": 5, "aria-label": label}
                )
                self.fields[f"{question}-{grade}"] = forms.IntegerField(
                    label=label, min_value=0, max_value=99_999, required=False, widget=typed
                )

    def rows(self) -> Iterator[tuple[str, list[tuple[str, forms.BoundField]]]]:
        for question, text in QUESTIONS.items():
            yield text, [(name, self[f"{question}-{grade}"]) for grade, name in GRADES.items()]

    def counts(self) -> dict[str, dict[str, int]]:
        data = self.cleaned_data
        return {
            question: {grade: data[f"{question}-{grade}"] or 0 for grade in GRADES} for question in QUESTIONS
        }  # fmt: skip
