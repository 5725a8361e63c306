"""The registry: organizations, their dated headcounts, and who managed them before."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.days import EventDateField
from core.fields import EncryptedJSONField, EncryptedTextField
from core.periods import holding_on
from core.scope import Scope, ScopedQuerySet
from orgs.models.party import PartyOrganization
from orgs.models.places import Region, Zone


class Sector(models.TextChoices):
    """The two halves of 两新."""

    ECONOMIC = "E", "新经济组织"
    SOCIAL = "SO", "新社会组织"


class Category(models.TextChoices):
    """The categories of the Opinion's first paragraph, with 基金会 (rules §4)."""

    FOREIGN = "E1", "外商投资企业"
    SOLE = "E2", "个人独资企业"
    PARTNERSHIP = "E3", "合伙企业"
    PRIVATE_COMPANY = "E4", "个人控股的公司制企业"
    OTHER_PRIVATE = "E5", "其他类型的私营企业"
    SELF_EMPLOYED = "E6", "个体工商户"
    ASSOCIATION = "SO1", "社会团体"
    INTERMEDIARY = "SO2", "社会中介组织"
    SERVICE = "SO3", "民办非企业法人单位"
    SCHOOL = "SO4", "社会力量举办学校"
    FOUNDATION = "SO5", "基金会"

    @property
    def sector(self) -> Sector:
        return Sector.SOCIAL if self.value.startswith("SO") else Sector.ECONOMIC


class OrganizationQuerySet(ScopedQuerySet):
    """Organizations in the words of the field."""

    def reached_by(self, scope: Scope) -> Self:
        """Managed within the scope, openly covered from within it, or openly assigned to the user (rules §10)."""
        if scope.whole:
            return self.all()
        reach = Q(managed_by__in=scope.unit_managers)
        if scope.intervals:
            covered = Organization.objects.filter(
                scope.path_filter("coverages__party_organization__path"),
                holding_on(timezone.localdate(), "coverages__"),
            )
            reach |= Q(pk__in=covered.values("pk"))
        if scope.own:
            reach |= Q(facts__instructor_user=scope.user_id)
        return self.filter(reach)

    def standing(self) -> Self:
        """Those not merged into another record."""
        return self.filter(merged_into=None)

    def changed_by(self, scope: Scope) -> Self:
        """Managed within the scope: what is merely covered or assigned may be looked at."""
        return self.all() if scope.whole else self.filter(managed_by__in=scope.unit_managers)

    def attachable(self, scope: Scope, to: type[models.Model]) -> Self:
        """Nothing is added to a record that was merged into another one."""
        return super().attachable(scope, to).standing()

    def managed_within(self, scope: Scope) -> Self:
        """Managed within the scope: what lists and figures count, each organization once."""
        return self.changeable(scope, self.model.view_permission)

    def looked_after(self, scope: Scope) -> Self:
        """What its list shows to the scope: what it manages; to a branch or an instructor, who manage nothing, what
        they cover or are assigned to.
        """
        granted = scope.having(self.model.view_permission)
        return self.managed_within(scope) if granted.whole or granted.unit_managers else self.within(scope)


class Organization(models.Model):
    """两新组织: a registered new economic or new social organization."""

    class Status(models.TextChoices):
        """Operating status (rules §7); only 正常 counts."""

        NORMAL = "NORMAL", "正常"
        SUSPENDED = "SUSPENDED", "停业"
        SHELL = "SHELL", "空壳"
        PREPARING = "PREPARING", "筹建"
        STRUCK_OFF = "STRUCK_OFF", "注销"
        MOVED_OUT = "MOVED_OUT", "迁出"

    class Control(models.TextChoices):
        """控股情况 (rules §4)."""

        STATE = "1", "国有控股"
        COLLECTIVE = "2", "集体控股"
        PRIVATE = "3", "私人控股"
        HMT = "4", "港澳台商控股"
        FOREIGN = "5", "外商控股"
        OTHER = "9", "其他"

    class Basis(models.TextChoices):
        """How the managing committee was found."""

        TERRITORY = "TERRITORY", "属地"
        INDUSTRY = "INDUSTRY", "行业"
        BY_HAND = "BY_HAND", "人工指定"
        UNDECIDED = "UNDECIDED", "待判定"

    # identity
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    no_code_reason = models.CharField("无代码原因", max_length=100, blank=True)
    old_number = models.CharField("原注册号", max_length=20, blank=True)
    registrar = models.CharField("登记机关", max_length=80, blank=True)
    name = models.CharField("名称", max_length=200)
    registered_on = EventDateField("成立日期", null=True, blank=True)
    company_type = models.CharField(
        "登记类型", max_length=4, blank=True
    )  # SAMR code, 51/52/53 kinds as SO1…: see codelists
    control = models.CharField("控股情况", max_length=1, choices=Control, blank=True)
    industry = models.CharField("行业", max_length=4, blank=True)  # section letter, division or class of GB/T 4754
    capital = models.DecimalField("注册资本（万元）", max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField("币种", max_length=10, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=60, blank=True)
    contact_phone = EncryptedTextField("联系电话", blank=True)
    address = models.CharField("地址", max_length=250, blank=True)
    authority = models.CharField("业务主管单位", max_length=80, blank=True)
    inspected_on = EventDateField("最近年检（年报）日期", null=True, blank=True)
    # what it is
    category = models.CharField("类别", max_length=3, choices=Category, blank=True)
    category_note = models.CharField("人工判定类别的依据", max_length=200, blank=True)  # not empty: imports leave it
    hmt = models.BooleanField("港澳台投资", default=False)
    in_scope = models.BooleanField("属于两新组织", default=True)
    scope_note = models.CharField("范围判定依据", max_length=200, blank=True)
    status = models.CharField("经营状态", max_length=10, choices=Status, default=Status.NORMAL)
    status_on = EventDateField("状态日期", null=True, blank=True)
    influential = models.BooleanField("影响较大", default=False)
    chain_leader = models.BooleanField("产业链龙头", default=False)
    restructured_from = models.CharField("改制前单位", max_length=120, blank=True)
    restructured_on = EventDateField("改制日期", null=True, blank=True)
    # where it belongs
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在区划", db_index=False
    )  # the index of region and id serves
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="园区（楼宇等）", db_index=False
    )
    managed_by = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="organizations", verbose_name="管理党组织", db_index=False
    )  # the index of committee and id serves
    managed_since = EventDateField("管理起始")
    managed_basis = models.CharField("管理依据", max_length=10, choices=Basis, default=Basis.TERRITORY)
    # the newest valid headcounts; all of them are in Headcount
    staff = models.PositiveIntegerField("职工（从业人员）数", null=True, blank=True)
    staff_on = EventDateField("职工数日期", null=True, blank=True)
    staff_source = models.CharField("职工数来源", max_length=20, blank=True)
    membership = models.PositiveIntegerField("会员数", null=True, blank=True)
    membership_on = EventDateField("会员数日期", null=True, blank=True)
    membership_source = models.CharField("会员数来源", max_length=20, blank=True)
    # what the survey said: claims, never turned into members, coverage or assignments by themselves
    survey_on = EventDateField("摸底日期", null=True, blank=True)
    survey_members = models.PositiveIntegerField("摸底党员数", null=True, blank=True)
    survey_formal = models.PositiveIntegerField("摸底正式党员数", null=True, blank=True)
    survey_has_party_organization = models.BooleanField("摸底已建党组织", null=True, blank=True)
    survey_form = models.CharField("摸底组建形式", max_length=20, blank=True)
    survey_branch = models.CharField("摸底党组织名称", max_length=120, blank=True)
    survey_secretary = models.CharField("摸底书记", max_length=60, blank=True)
    survey_instructor = models.CharField("摸底指导员", max_length=60, blank=True)
    survey_union = models.BooleanField("摸底有工会", null=True, blank=True)
    survey_youth = models.BooleanField("摸底有团组织", null=True, blank=True)
    survey_women = models.BooleanField("摸底有妇联组织", null=True, blank=True)
    survey_owner_member = models.BooleanField("摸底出资人（负责人）是党员", null=True, blank=True)
    # provenance
    other_columns = EncryptedJSONField("原表其他列", default=dict, blank=True, editable=False)
    sources = models.JSONField("字段来源", default=dict, blank=True)  # batch id → names of the fields it wrote last
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="并入", db_index=False
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)  # grows with every change; forms refuse a stale one

    objects = OrganizationQuerySet.as_manager()
    derived = frozenset({"sources"})  # which list told which column, for the rules of authority
    view_permission = "registry.view"
    scope_path = "managed_by__path"
    change_permission = reveal_permission = "registry.change"

    class Meta:
        verbose_name = "两新组织"
        verbose_name_plural = "两新组织"
        indexes = [
            models.Index(fields=["managed_by", "id", "merged_into"], name="organization_managed"),
            models.Index(fields=["region", "id"], name="organization_region"),
            models.Index(fields=["zone", "id"], name="organization_zone", condition=Q(zone__isnull=False)),
            models.Index(fields=["merged_into"], name="organization_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["name", "id"], name="organization_by_name"),
            models.Index(
                fields=["legal_representative"], name="organization_headed_by", condition=~Q(legal_representative="")
            ),
            models.Index(fields=["zone"], name="organization_chain_leader", condition=Q(chain_leader=True)),
            # what is looked for among all by the checks
            models.Index(
                fields=["status", "id", "merged_into"], name="organization_not_normal", condition=~Q(status="NORMAL")
            ),
            models.Index(
                fields=["id", "survey_members", "survey_has_party_organization"],
                name="organization_surveyed",
                condition=Q(survey_members__gt=0) | Q(survey_has_party_organization=True),
            ),
            models.Index(
                fields=["inspected_on"], name="organization_inspected", condition=Q(category__startswith="SO")
            ),
            models.Index(
                fields=["old_number"],
                name="organization_old_number",
                condition=~Q(old_number=""),
                opclasses=["varchar_pattern_ops"],  # searched by its beginning; PostgreSQL only
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_code__isnull=False) | ~Q(no_code_reason="") | ~Q(old_number=""),
                name="organization_code_or_reason",
                violation_error_message="没有统一社会信用代码的，请填写原注册号或无代码原因",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="organization_name", violation_error_message="请填写名称"
            ),
            models.CheckConstraint(
                condition=Q(restructured_on=None) | ~Q(restructured_from=""),
                name="organization_restructured_from",
                violation_error_message="填写改制日期的，请填写改制前单位",
            ),
            models.UniqueConstraint(
                F("old_number"),
                F("registrar"),
                condition=Q(credit_code=None) & ~Q(old_number=""),
                name="organization_old_number_once",
                violation_error_message="同一登记机关下已有这个原注册号",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def undecided(self) -> bool:
        """待判定: the category or the managing committee could not be told."""
        return self.in_scope and (not self.category or self.managed_basis == self.Basis.UNDECIDED)


class Headcount(models.Model):
    """职工数、会员数 with date and source. The newest valid one is copied to the organization."""

    class Kind(models.TextChoices):
        STAFF = "staff", "职工（从业人员）数"
        MEMBERSHIP = "membership", "会员数"

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="headcounts", verbose_name="两新组织", db_index=False
    )
    kind = models.CharField("种类", max_length=10, choices=Kind)
    number = models.PositiveIntegerField("人数")
    counted_on = EventDateField("日期")
    source = models.CharField("来源", max_length=20)  # a source of lists, or `hand`
    batch_id = models.BigIntegerField("导入批次", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    view_permission = "registry.view"
    change_permission = ""  # counted anew, never changed
    scope_path = "organization__managed_by__path"

    class Meta:
        verbose_name = "人数"
        verbose_name_plural = "人数"
        indexes = [
            models.Index(fields=["organization", "kind", "counted_on"], name="headcount_newest"),
            models.Index(fields=["batch_id"], name="headcount_batch", condition=Q(batch_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class FormerManagement(models.Model):
    """A past managing committee: half-open [since, until)."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="former_managements", verbose_name="两新组织"
    )
    committee = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="原管理党组织")
    since = EventDateField("起始")
    until = EventDateField("终止")

    objects = ScopedQuerySet.as_manager()
    view_permission = "registry.view"
    change_permission = ""  # follows a hand-over
    scope_path = "organization__managed_by__path"

    class Meta:
        verbose_name = "管理沿革"
        verbose_name_plural = "管理沿革"

    def __str__(self) -> str:
        return f"{self.committee} 至 {self.until}"
