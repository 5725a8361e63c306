"""A draft of a rubric as its clerk types it: lines, and of each criterion its points and the numbers of its formula."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django import forms

from core.days import AnyDay
from evaluations.choices import dimensions_of, grades_of
from evaluations.criteria.registry import Criterion, Mode, criteria_of
from evaluations.forms import points_field
from evaluations.models import Rubric, RubricCriterion
from evaluations.services.rubrics import Wanted

LINES = ("five_total", "five_dimension", "bonus_cap", "penalty_cap")
CHANGED = "您打开这一页以后，别人改过这份草稿；请重新打开本页，核对后再修改"


@dataclass(frozen=True)
class TypedCriterion:
    criterion: Criterion
    points: forms.BoundField
    numbers: list[tuple[str, forms.BoundField]]  # each with what it is called there
    judged: forms.BoundField | None
    asks: forms.BoundField

    @property
    def errors(self) -> list[str]:
        """Each with what its field is called where there are several."""
        named = [("分值", self.points), *self.numbers, ("评分要求和佐证", self.asks)]
        return [f"{label}：{error}" for label, field in named for error in field.errors]


@dataclass(frozen=True)
class TypedBlock:
    code: str
    name: str
    lines: list[TypedCriterion]


class RubricForm(forms.Form):
    """Its fields follow from the criteria of the category. `seen` tells of what it showed when it was opened."""

    seen = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label="名称", max_length=60)
    since = AnyDay(label="施行日期")
    five_total = points_field("“五个好”总分线")
    five_dimension = points_field("“五个好”每个维度的最低分")
    bonus_cap = points_field("加分上限")
    penalty_cap = points_field("扣分上限")

    def __init__(self, *args: Any, rubric: Rubric, **kwargs: Any) -> None:
        self.rubric = rubric
        self.rows = {row.code: row for row in rubric.criteria.all()}
        self.offered = criteria_of(rubric.category)
        begins = {name: getattr(rubric, name) for name in ("name", "since", *LINES)} | {"seen": self._state()}
        super().__init__(*args, **kwargs | {"initial": begins})
        for place, grade in enumerate(grades_of(rubric.category)[1:]):
            self.fields[f"band-{place}"] = points_field(f"{grade}从多少分起", initial=Decimal(rubric.bands[place]))
        for one in self.offered:
            self._add(one, self.rows.get(one.code))

    def _add(self, one: Criterion, row: RubricCriterion | None) -> None:
        code, name = one.code, f"{one.code} {one.name}"
        self.fields[f"points-{code}"] = points_field(f"{name} 分值", initial=row.points if row else Decimal(0))
        formula = one.formula.with_numbers(row.numbers) if row else one.formula
        for key, label in formula.labels().items():
            self.fields[f"number-{code}-{key}"] = points_field(f"{name} {label}", initial=formula.numbers()[key])
        if one.mode is Mode.AUTO:
            judged = forms.BooleanField(label=f"{name} 改为由人评分", required=False, initial=bool(row and row.judged))
            self.fields[f"judged-{code}"] = judged
        asks = forms.Textarea({"rows": 2})
        self.fields[f"asks-{code}"] = forms.CharField(
            label=f"{name} 评分要求和佐证", max_length=300, required=False, widget=asks, initial=row.asks if row else ""
        )

    def blocks(self) -> Iterator[TypedBlock]:
        for code, name in dimensions_of(self.rubric.category).items():
            lines = [
                TypedCriterion(
                    one,
                    self[f"points-{one.code}"],
                    [(label, self[f"number-{one.code}-{key}"]) for key, label in one.formula.labels().items()],
                    self[f"judged-{one.code}"] if one.mode is Mode.AUTO else None,
                    self[f"asks-{one.code}"],
                )
                for one in self.offered
                if one.dimension == code
            ]
            yield TypedBlock(code, name, lines)

    def heads(self) -> list[forms.BoundField]:
        """What is said of the rubric as a whole."""
        bands = [name for name in self.fields if name.startswith("band-")]
        return [self[name] for name in ("name", "since", *LINES, *bands)]

    def clean_seen(self) -> str:
        if self.cleaned_data["seen"] != self._state():
            raise forms.ValidationError(CHANGED)
        return str(self.cleaned_data["seen"])

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        bands = [f"{data[name].normalize():f}" for name in self.fields if name.startswith("band-")]
        return {name: data[name] for name in ("name", "since", *LINES)} | {"bands": bands}

    def wanted(self) -> dict[str, Wanted]:
        data = self.cleaned_data
        return {
            one.code: Wanted(
                data[f"points-{one.code}"],
                {key: data[f"number-{one.code}-{key}"] for key in one.formula.labels()},
                data.get(f"judged-{one.code}", False),
                data[f"asks-{one.code}"],
            )
            for one in self.offered
        }

    def _state(self) -> str:
        """A digest of all that the draft says now."""
        parts = [str(getattr(self.rubric, name)) for name in ("name", "since", "bands", *LINES)]
        parts += [
            f"{row.code} {row.points} {sorted(row.numbers.items())} {row.judged} {row.asks}"
            for row in self.rows.values()
        ]
        return sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]
