"""Forms of the pages of dues."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from core.days import PastDay
from core.months import YearMonth
from dues.models import HandUp, Payment, Relief
from dues.rules.standards import PAYER_CHOICES
from members.models import Member
from orgs.models import PartyOrganization

MOST = Decimal("9999999.99")


class MonthField(forms.CharField):
    """A month: `2026-11`."""

    widget = forms.TextInput({"type": "month", "pattern": r"\d{4}-\d{2}", "placeholder": "2026-11"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return YearMonth.parse(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else str(value or "")


def amount(label: str, **more: Any) -> forms.DecimalField:
    """元 to the fen."""
    widget = forms.NumberInput({"inputmode": "decimal", "step": "0.01"})
    return forms.DecimalField(
        label=f"{label}（元）", min_value=0, max_value=MOST, max_digits=9, decimal_places=2, widget=widget, **more
    )


class AssessForm(forms.Form):
    """Whose, from when, by which standard, of what income."""

    member = forms.ModelChoiceField(Member.objects.none(), label="党员", empty_label="请选择")
    since = MonthField(
        label="自哪个月起", help_text="年初核定的填 1 月；预备党员填支部大会通过的月份；收入变化的填变化的月份"
    )
    payer = forms.ChoiceField(label="交纳人类别", choices=PAYER_CHOICES)
    base = amount(
        "计算基数", required=False, help_text="工资、养老金为每月数，个体经营者等为上季度月平均；学生、下岗失业等不填"
    )
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]


class ReliefForm(forms.Form):
    member = forms.ModelChoiceField(Member.objects.none(), label="党员", empty_label="请选择")
    kind = forms.ChoiceField(label="减免方式", choices=Relief.Kind.choices)
    monthly = amount("减免后每月交纳", required=False, help_text="免交的不填")
    since = MonthField(label="起始月份")
    last = MonthField(label="终止月份")
    reason = forms.CharField(label="困难情况", max_length=500, widget=forms.Textarea({"rows": 3}))
    studied_on = PastDay(label="支部研究日期")

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]

    def clean_monthly(self) -> Decimal:
        return self.cleaned_data["monthly"] or Decimal(0)


class DecisionForm(forms.Form):
    relief = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=[("approve", "批准"), ("reject", "不批准")])
    answer = forms.CharField(label="审批意见", max_length=200, required=False)


class HandUpForm(forms.Form):
    """How much of which months goes up, from where."""

    node = forms.ModelChoiceField(PartyOrganization.objects.none(), widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    kind = forms.ChoiceField(label="种类", choices=HandUp.Kind.choices)
    amount = amount("金额")
    first = MonthField(label="起始月份")
    last = MonthField(label="终止月份")
    sent_on = PastDay(label="上缴日期")
    note = forms.CharField(label="说明（大额党费须写明）", max_length=200, required=False)

    def __init__(self, *args: Any, nodes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node"].queryset = nodes  # type: ignore[attr-defined]


class GiftForm(forms.Form):
    """大额党费 of one member."""

    member = forms.ModelChoiceField(Member.objects.none(), label="党员", empty_label="请选择")
    amount = amount("金额")
    paid_on = PastDay(label="交纳日期")
    method = forms.ChoiceField(label="交纳方式", choices=Payment.Method.choices)
    receipt_no = forms.CharField(label="收据号", max_length=40, required=False)
    note = forms.CharField(label="简要情况", max_length=150, help_text="随款逐级上报，全部上缴中央")

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]
