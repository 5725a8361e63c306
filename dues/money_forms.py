"""Forms of refunds, income and spending."""

from __future__ import annotations

from typing import Any

from django import forms

from core.days import PastDay
from dues.forms import MonthField
from dues.forms import amount as yuan
from dues.models import Income
from dues.rules.uses import ALLOWED, FORBIDDEN

STEPS = ("apply", "review", "approve", "pay", "receive", "return", "reject", "withdraw")


def _text(label: str, most: int = 200, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, **more)


class RefundForm(forms.Form):
    first = MonthField(label="起始月份")
    last = MonthField(label="截止月份", help_text="已经结束的月份，每个月只返还一次")
    purpose = _text("拟用途", help_text="如：主题党日、党员培训")


class GrantForm(forms.Form):
    amount = yuan("申请金额")
    purpose = _text("申请理由和用途")


class StepForm(forms.Form):
    """The button that was pressed, on which day the money moved, and why something goes back."""

    do = forms.ChoiceField(choices=[(one, one) for one in STEPS], widget=forms.HiddenInput)
    day = PastDay(label="日期", required=False)
    reason = _text("退回原因", required=False)


class IncomeForm(forms.Form):
    source = forms.ChoiceField(label="来源", choices=Income.Source.choices)
    amount = yuan("金额")
    received_on = PastDay(label="到账日期")
    giver = _text("付款单位（人）", 60)
    paper = _text("依据", 100, help_text="如：管理费列支审批单、捐赠协议、拨款文件的名称和文号")
    payroll = yuan("职工年度薪金总额", required=False, help_text="单位管理费列支的填写，用来提示税前列支的上限")


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
    purpose = _text("具体事项", help_text="做什么、多少人、在哪里")
    asked = yuan("申请金额")


class DiscussionForm(forms.Form):
    discussed_on = PastDay(label="讨论日期")
    present = forms.IntegerField(label="参加讨论人数", min_value=1, max_value=9_999)
    agreed = forms.IntegerField(label="同意人数", min_value=0, max_value=9_999)
    minutes = _text("讨论意见", 500, widget=forms.Textarea({"rows": 3}))


class SpentForm(forms.Form):
    day = PastDay(label="使用日期")
    amount = yuan("实际金额")
