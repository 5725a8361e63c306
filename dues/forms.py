"""Forms of the pages of dues."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from core.days import PastDay
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import HandUp, Income, Payment, RefundStep, Relief
from dues.rules.amounts import FEN, ZERO
from dues.rules.standards import PAYER_CHOICES
from dues.rules.uses import ALLOWED, FORBIDDEN
from dues.rules.words import read_yuan
from dues.services.collection import How
from members.models import Member
from orgs.models import PartyOrganization

STEPS = tuple(step.value.lower() for step in RefundStep.Step if step != RefundStep.Step.LIST)
MOST = Decimal("9999999999.99")  # what a row of money keeps


class MonthField(forms.CharField):
    """A month: `2026-11`."""

    widget = forms.TextInput({"type": "month", "pattern": r"\d{4}-\d{2}", "placeholder": "2026-11"})

    def to_python(self, value: Any) -> Any:
        written = super().to_python(value)
        try:
            return YearMonth.parse(written) if written else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else str(value or "")


class YuanField(forms.CharField):
    """元 to the fen, as people write them: `1234.5`, `1,234.50`. What is no amount stays as it was typed."""

    def __init__(self, *, least: Decimal = FEN, most: Decimal = MOST, **more: Any) -> None:
        self.least, self.most = least, most
        super().__init__(widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}), **more)

    def to_python(self, value: Any) -> Any:
        try:
            found = read_yuan(value, most=self.most)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if found is not None and found < self.least:
            raise forms.ValidationError("须大于 0")
        return found

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) else value


def amount_field(label: str, **more: Any) -> YuanField:
    return YuanField(label=f"{label}（元）", **more)


def text(label: str, most: int = 200, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, **more)


class OfMember(forms.Form):
    """Of one of the members of a branch."""

    member = forms.ModelChoiceField(Member.objects.none(), label="党员", empty_label="请选择")

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]


class HowForm(forms.Form):
    """On which day money was received, and how."""

    paid_on = PastDay(label="交纳日期")
    method = forms.ChoiceField(label="交纳方式", choices=Payment.Method.choices)
    receipt_no = text("收据号", 40, required=False)

    def how(self) -> How:
        """What was said. Raises Refusal with all that is wrong."""
        if not self.is_valid():
            raise Refusal("；".join(f"{self[name].label}：{wrong[0]}" for name, wrong in self.errors.items()))
        return How(**self.cleaned_data)


class AssessForm(OfMember):
    """Whose, from when, by which standard, of what income."""

    since = MonthField(
        label="自哪个月起", help_text="年初核定的填 1 月；预备党员填支部大会通过的月份；收入变化的填变化的月份"
    )
    payer = forms.ChoiceField(label="交纳人类别", choices=PAYER_CHOICES)
    base = amount_field(
        "计算基数", required=False, help_text="工资、养老金为每月数，个体经营者等为上季度月平均；学生、下岗失业等不填"
    )
    note = text("说明", required=False)


class ReliefForm(OfMember):
    kind = forms.ChoiceField(label="减免方式", choices=Relief.Kind.choices)
    monthly = amount_field("减免后每月交纳", required=False, least=ZERO, help_text="免交的不填")
    since = MonthField(label="起始月份")
    last = MonthField(label="终止月份")
    reason = text("困难情况", 500, widget=forms.Textarea({"rows": 3}))
    studied_on = PastDay(label="支部研究日期")

    def clean_monthly(self) -> Decimal:
        return self.cleaned_data["monthly"] or Decimal(0)


class DecisionForm(forms.Form):
    relief = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=[("approve", "批准"), ("reject", "不批准")])
    answer = text("审批意见", required=False)


class HandUpForm(forms.Form):
    """How much of which months goes up, from where."""

    node = forms.ModelChoiceField(PartyOrganization.objects.none(), widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    kind = forms.ChoiceField(label="种类", choices=HandUp.Kind.choices)
    amount = amount_field("金额")
    first = MonthField(label="起始月份")
    last = MonthField(label="终止月份")
    sent_on = PastDay(label="上缴日期")
    note = text("说明（大额党费须写明）", required=False)

    def __init__(self, *args: Any, nodes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node"].queryset = nodes  # type: ignore[attr-defined]


class GiftForm(OfMember, HowForm):
    """大额党费 of one member; `seen` is the newest payment when the page was opened."""

    field_order = ("member", "amount")
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    amount = amount_field("金额")
    note = text("简要情况", 150, help_text="随款逐级上报，全部上缴中央")


class RefundForm(forms.Form):
    first = MonthField(label="起始月份")
    last = MonthField(label="截止月份", help_text="已经结束的月份，每个月只返还一次")
    purpose = text("拟用途", help_text="如：主题党日、党员培训")


class GrantForm(forms.Form):
    amount = amount_field("申请金额")
    purpose = text("申请理由和用途")


class StepForm(forms.Form):
    """The button that was pressed, on which day the money moved, and why something goes back."""

    do = forms.ChoiceField(choices=[(one, one) for one in STEPS], widget=forms.HiddenInput)
    day = PastDay(label="日期", required=False)
    reason = text("退回原因", required=False)


class IncomeForm(forms.Form):
    source = forms.ChoiceField(label="来源", choices=Income.Source.choices)
    amount = amount_field("金额")
    received_on = PastDay(label="到账日期")
    giver = text("付款单位（人）", 60)
    paper = text("依据", 100, help_text="如：管理费列支审批单、捐赠协议、拨款文件的名称和文号")
    payroll = amount_field(
        "职工年度薪金总额", required=False, most=MOST * 100, help_text="单位管理费列支的填写，用来提示税前列支的上限"
    )

    def __init__(self, *args: Any, sources: Collection[Income.Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(one.value, one.label) for one in sources]  # type: ignore[attr-defined]
        if Income.Source.FEE not in sources:
            del self.fields["payroll"]


class SpendingForm(forms.Form):
    """Allowed uses, and those that are not, which the service refuses with the reason."""

    use = forms.ChoiceField(
        label="用途",
        choices=[
            ("", "请选择"),
            ("可以使用", [(one.code, one.name) for one in ALLOWED]),
            ("不能使用", [(one.code, one.name) for one in FORBIDDEN]),
        ],
    )
    purpose = text("具体事项", help_text="做什么、多少人、在哪里")
    asked = amount_field("申请金额")


class DiscussionForm(forms.Form):
    discussed_on = PastDay(label="讨论日期")
    present = forms.IntegerField(label="参加讨论人数", min_value=1, max_value=9_999)
    agreed = forms.IntegerField(label="同意人数", min_value=0, max_value=9_999)
    minutes = text("讨论意见", 500, widget=forms.Textarea({"rows": 3}))


class SpentForm(forms.Form):
    day = PastDay(label="使用日期")
    amount = amount_field("实际金额")
