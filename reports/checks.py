"""What to look into: lists of records that contradict each other, are out of date, or wait for a decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.permissions import Permission
from core.id_sets import among
from core.importing.queries import open_conflicts, sources_for
from core.importing.wording import Teller
from core.listing import Column, ListFilters, Order
from core.months import months_before
from core.periods import holding_on, not_over
from core.registries import Registry
from core.scope import Scope, narrowed
from orgs.models import Coverage, OrganizationFacts, PartyOrganization
from orgs.models.party import BRANCH_KINDS
from orgs.queries import GONE, possible_duplicates
from orgs.sources.wording import WORDS as REGISTERED
from reports.cells import unit_cell
from reports.filters import UnitFilters
from reports.naming import WORDS

UNIT = Column("单位名称", "organization.name", kind="name", html=unit_cell, order="name")
STATUS = Column("经营状态", lambda row: row.organization.get_status_display())
ON_ROLL = Column("名册党员", lambda row: row.formal + row.probationary, kind="number")
COVERED_BY = Column("覆盖的党组织", "covered_by.name")


def of_units(*columns: Column) -> tuple[Column, ...]:
    """The columns of a list of organizations: which one, what the check tells of it, and who manages it."""
    code = Column("统一社会信用代码", "organization.credit_code", screen=False)
    area = Column("所在区划", "organization.region.name", screen=False)
    return UNIT, code, area, *columns, Column("管理党组织", "managed_by.name")


@dataclass(frozen=True)
class Look:
    """What a check needs to know to look: whose records, on which day, with which parameters."""

    scope: Scope
    on: date
    parameters: Mapping[str, Any]

    def facts(self) -> QuerySet[OrganizationFacts]:
        """The facts of the scope with what the columns read."""
        rows = OrganizationFacts.objects.within(self.scope).annotate(name_key=F("organization__name"))
        return rows.select_related("organization", "organization__region", "managed_by", "covered_by")


@dataclass(frozen=True)
class Check:
    """A list to look into. `advice` says what makes a record leave it."""

    code: str
    title: str
    advice: str
    find: Callable[[Look], QuerySet]
    columns: tuple[Column, ...]
    unit: str = "家"
    counted: bool = True  # on the overview; a search through all names is left to its own page
    filters: type[ListFilters] = UnitFilters
    permission: str = Permission.FIGURES_VIEW  # who may look
    prepare: Callable[[list[Any]], None] = lambda rows: None  # adds to one page of rows what its columns read
    orders: tuple[Order, ...] = field(default=(Order("registered", ()), Order("name", ("name_key",))))

    def of(self, look: Look) -> QuerySet:
        return narrowed(self.find(look), look.scope)


def _survey_above_roster(look: Look) -> QuerySet:
    claims = Q(organization__survey_members__gt=F("formal") + F("probationary")) | Q(
        organization__survey_has_party_organization=True, form=""
    )
    # says nothing new, but in the words of the index: few organizations claim anything
    claiming = Q(organization__survey_members__gt=0) | Q(organization__survey_has_party_organization=True)
    return look.facts().filter(claims, claiming, counted=True)


def _survey_out_of_date(look: Look) -> QuerySet:
    """Only where the numbers decide something: at or above the threshold for a member."""
    valid_from = months_before(look.on, look.parameters["survey.valid_months"])
    old = Q(organization__survey_on=None) | Q(organization__survey_on__lt=valid_from)
    return look.facts().filter(old, should_member=True)


def _inspection_due(look: Look) -> QuerySet:
    """Without an inspection in the year whose deadline has passed last."""
    passed = look.on.month > look.parameters["inspection.due_month"]
    first = date(look.on.year - (0 if passed else 1), 1, 1)
    missing = Q(organization__inspected_on=None) | Q(organization__inspected_on__lt=first)
    founded = Q(organization__registered_on=None) | Q(organization__registered_on__lt=first)
    return look.facts().filter(missing, founded, counted=True, organization__category__startswith="SO")


def _gone_but_attached(look: Look) -> QuerySet:
    covered = Exists(Coverage.objects.filter(not_over(look.on), organization=OuterRef("organization")))
    attached = Q(formal__gt=0) | Q(probationary__gt=0) | covered
    return look.facts().filter(attached, organization__status__in=GONE, organization__merged_into=None)


def _duplicates(look: Look) -> QuerySet:
    """All names are read once, here: as a part of the list's own queries they would be read for each of these."""
    alike, same_head = (
        possible_duplicates(look.scope, how).order_by().values_list("pk", flat=True) for how in ("name", "fragment")
    )
    return look.facts().filter(organization__in=among({*alike, *same_head}))


def _large_joint_branches(look: Look) -> QuerySet:
    warned = look.parameters["org.joint_branch_warn_units"]
    nodes = PartyOrganization.objects.within(look.scope).standing()
    units = Count("coverages", filter=holding_on(look.on, "coverages__"))
    return (
        nodes.filter(kind__in=BRANCH_KINDS)
        .annotate(units=units, superior=Coalesce("parent__name", Value(""), output_field=CharField()))
        .filter(units__gt=warned)
    )


def _name_conflicts(rows: list[Any]) -> None:
    """What each row is about and which fields wait, in words."""
    tellers = {row.batch_id: Teller(row.batch) for row in rows}
    for row in rows:
        teller = tellers[row.batch_id]
        row.title = teller.title(row)
        row.fields = "、".join(one.label for one in teller.differences(row.conflicts))
        row.source = teller.source.name


def _conflict_url(row: Any) -> str:
    """The row in its batch, and back to the list."""
    back = urlencode({"row": row.pk, "next": reverse("check", args=["conflicts"])})
    return f"{reverse('import-conflicts', args=[row.batch_id])}?{back}"


class ConflictFilters(ListFilters):
    source = django_filters.ChoiceFilter(field_name="batch__source", label="名单种类")

    def offer(self) -> None:
        """The kinds that the user may import."""
        self.filters["source"].extra["choices"] = [(s.code, s.name) for s in sources_for(self.request.scope)]


checks = Registry(
    Check(
        "undecided",
        "待判定",
        "类别或管理党组织无法判断。补充控股情况、行业或业务主管单位，或人工判定后离开本清单。",
        lambda look: look.facts().filter(undecided=True),
        of_units(
            STATUS,
            Column("登记类型", lambda row: REGISTERED["company_type"](row.organization.company_type)),
            Column("控股情况", lambda row: row.organization.get_control_display()),
            Column("业务主管单位", "organization.authority"),
        ),
    ),
    Check(
        "survey-above-roster",
        "摸底多于名册",
        "摸底说有党员或党组织，名册和覆盖关系里没有这么多。核实后接转组织关系、登记覆盖关系，或更正摸底结果。",
        _survey_above_roster,
        of_units(
            Column("摸底党员", "organization.survey_members", kind="number"),
            ON_ROLL,
            Column("摸底已建党组织", "organization.survey_has_party_organization"),
            Column("登记的覆盖", "covered_by.name"),
            Column("摸底日期", "organization.survey_on", kind="date"),
        ),
    ),
    Check(
        "survey-out-of-date",
        "摸底过期",
        "达到有党员标准的单位，超过规定月数没有摸底。重新摸底并导入结果后离开本清单。",
        _survey_out_of_date,
        of_units(Column("人数", "size", kind="number"), Column("上次摸底", "organization.survey_on", kind="date")),
    ),
    Check(
        "inspection-due",
        "年检未办",
        "新社会组织过了年检期限没有年检（年报）记录。结合年检摸底，或导入登记机关的新名单。",
        _inspection_due,
        of_units(Column("上次年检", "organization.inspected_on", kind="date")),
    ),
    Check(
        "no-venue",
        "已覆盖无活动场所",
        "覆盖该单位的党组织没有登记自有场所，也没有使用党群服务中心。登记场所后离开本清单。",
        lambda look: look.facts().filter(counted=True, has_org=True, venue=False),
        of_units(Column("覆盖形式", lambda row: WORDS.get(row.form)), COVERED_BY),
    ),
    Check(
        "gone",
        "注销、迁出仍有党员或覆盖",
        "单位已注销或迁出，还有党员或未终止的覆盖关系。转接党员组织关系、终止覆盖关系后离开本清单。",
        _gone_but_attached,
        of_units(STATUS, Column("状态日期", "organization.status_on", kind="date"), ON_ROLL, COVERED_BY),
    ),
    Check(
        "duplicates",
        "疑似重复",
        "名称相同，或名称前六字和法定代表人相同。确认是同一单位的请合并；不是的不用处理。",
        _duplicates,
        of_units(Column("法定代表人", "organization.legal_representative"), STATUS),
        counted=False,
        orders=(Order("name", ("name_key",)),),
    ),
    Check(
        "large-joint-branches",
        "党支部覆盖单位过多",
        "覆盖单位超过参数里的提醒数（支部工作条例：联合党支部一般不超过 5 个；产业链龙头等党支部覆盖很多家的，同样列出）。请分设支部或调整覆盖关系。",
        _large_joint_branches,
        (
            Column("党组织", "name", kind="name", link=lambda row: reverse("party", args=[row.pk])),
            Column("覆盖单位", "units", kind="number", order="units"),
            Column("上级党组织", "superior"),
        ),
        unit="个",
        filters=ListFilters,  # it is short
        orders=(Order("units", ("-units",)),),
    ),
    Check(
        "conflicts",
        "名单与登记不一致",
        "名单里的值与权威来源或核定的值不同，没有写入，各批次的都在这里。逐条选择保留本系统的值或采用名单的值后离开本清单。",
        lambda look: open_conflicts(look.scope),
        (
            Column("名称", "title", kind="name", link=_conflict_url),
            Column("不一致的字段", "fields", kind="words"),
            Column("名单种类", "source"),
            Column("批次", "batch_id", link=lambda row: reverse("import", args=[row.batch_id]), order="newest"),
            Column("名单日期", "batch.as_of", kind="date"),
            Column("行号", "number", kind="number"),
        ),
        unit="行",
        permission=Permission.REGISTRY_IMPORT,
        filters=ConflictFilters,
        prepare=_name_conflicts,
        orders=(Order("newest", ("-id",)),),
    ),
)
