"""The Party tree, and who has which duty where."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.roles import ADMINISTRATORS, ROLE_CHOICES, ROLES, Role
from core.days import DeadlineField, EventDateField
from core.fields import PathField, person
from core.periods import Period, PeriodQuerySet, not_over
from core.scope import Scope, ScopedQuerySet, subtree
from orgs.models.places import Region

STEP = 6  # characters of one step of a path: the node's id in base 36


def step_of(node_id: int) -> str:
    """The fixed-width step of a node in the paths of its subtree."""
    digits = ""
    while node_id:
        node_id, rest = divmod(node_id, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest] + digits
    return digits.rjust(STEP, "0")


def steps(path: str) -> list[int]:
    """The ids of a path, from the root down."""
    return [int(path[start : start + STEP], 36) for start in range(0, len(path), STEP)]


class FromAboveQuerySet(ScopedQuerySet):
    """What is led or given from a node: whoever serves below it sees it too."""

    def reached_by(self, scope: Scope) -> Self:
        path = self.model.scope_path
        above = {step for start, _ in scope.intervals for step in steps(start)}
        return self.filter(scope.path_filter(path) | Q(**{f"{path.removesuffix('__path')}__in": above}))


class PartyOrganizationQuerySet(ScopedQuerySet):
    """Party organizations in the words of the field."""

    def standing(self) -> Self:
        return self.filter(dissolved_on=None)

    def without_departments(self) -> Self:
        """What members belong to and what covers: a department is in the tree and is none."""
        return self.exclude(kind=PartyOrganization.Kind.DEPARTMENT)

    def below(self, node: PartyOrganization) -> Self:
        return self.filter(subtree(node.path))

    def attachable(self, scope: Scope, to: type[models.Model]) -> Self:
        """Standing ones, also the own node: branches are set up under it, coverages and members belong to it. What is
        given to a node from above names one below."""
        granted, standing = scope.having(to.change_permission), self.standing()  # type: ignore[attr-defined]
        if getattr(to, "given_from_above", False):
            return standing.filter(granted.below_filter("path")).exclude(pk__in=scope.measured_nodes)
        return standing.filter(granted.path_filter("path"))

    def changed_by(self, scope: Scope) -> Self:
        """Those below the own node, which is described, moved and dissolved from above."""
        return self.filter(scope.below_filter("path"))


class PartyOrganization(models.Model):
    """党组织: a node of the Party tree. `path` is the materialised way from the root, made of ids and set by services."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", "委员会"
        WORKING_COMMITTEE = "working_committee", "工作委员会"
        GENERAL_BRANCH = "general_branch", "党总支"
        BRANCH = "branch", "党支部"
        JOINT_BRANCH = "joint_branch", "联合党支部"
        PROVISIONAL_BRANCH = "provisional_branch", "临时党支部"
        DEPARTMENT = "department", "部门"

    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类型", max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    parent_since = EventDateField("隶属起始", null=True, blank=True)
    path = PathField("路径", editable=False, db_index=True)
    code = models.CharField("编码", max_length=40, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在区划")
    established_on = EventDateField("成立日期", null=True, blank=True)
    approval_no = models.CharField("批复文号", max_length=60, blank=True)
    term_ends_on = DeadlineField("届满日期", null=True, blank=True)
    dissolved_on = EventDateField("撤销日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name="并入"
    )
    secretary_name = models.CharField("书记", max_length=60, blank=True)
    external_id = models.CharField("外部系统编号", max_length=60, blank=True)

    objects = PartyOrganizationQuerySet.as_manager()
    view_permission = "registry.view"
    change_permission = "tree.change"
    scope_path = "path"

    class Meta:
        verbose_name = "党组织"
        verbose_name_plural = "党组织"
        indexes = [
            # the few that manage organizations among very many branches: what every scope and every figure begins with
            models.Index(
                fields=["path"], name="party_managing", condition=Q(kind__in=["committee", "working_committee"])
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(dissolved_on=None) | Q(established_on=None) | Q(dissolved_on__gte=F("established_on")),
                name="party_dissolved_after_established",
                violation_error_message="撤销日期不能早于成立日期",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(dissolved_on__isnull=False),
                name="party_merged_is_dissolved",
                violation_error_message="并入其他党组织的，须填写撤销日期",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def manages(self) -> bool:
        """Whether organizations can be managed by it: committees and working committees."""
        return self.kind in MANAGING_KINDS

    @property
    def is_branch(self) -> bool:
        """Whether it is a branch of any kind, or a general branch."""
        return self.kind in (self.Kind.GENERAL_BRANCH, *BRANCH_KINDS)


MANAGING_KINDS = (PartyOrganization.Kind.COMMITTEE, PartyOrganization.Kind.WORKING_COMMITTEE)
BRANCH_KINDS = (
    PartyOrganization.Kind.BRANCH,
    PartyOrganization.Kind.JOINT_BRANCH,
    PartyOrganization.Kind.PROVISIONAL_BRANCH,
)


class FormerParent(models.Model):
    """A past place of a node in the tree: half-open [since, until)."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.CASCADE, related_name="former_parents", verbose_name="党组织"
    )
    parent = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="原上级")
    since = EventDateField("起始", null=True)
    until = EventDateField("终止")

    objects = ScopedQuerySet.as_manager()
    view_permission = "registry.view"
    change_permission = ""  # follows a move
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "隶属沿革"
        verbose_name_plural = "隶属沿革"

    def __str__(self) -> str:
        return f"{self.parent} 至 {self.until}"


class AppointmentQuerySet(PeriodQuerySet):
    def during(self, since: date, until: date | None) -> Self:
        """Those that hold on some day of [since, until)."""
        later = self.filter(not_over(since))
        return later if until is None else later.filter(since__lt=until)

    def of_administrators(self) -> Self:
        """The three administrative duties."""
        return self.filter(role__in=ADMINISTRATORS)

    def seen_by(self, scope: Scope) -> Self:
        """The security administrator's whole, and the auditor's to read; else one's own."""
        whole = scope.may("appointments.change") or scope.may("audit.view")
        return self if whole else self.filter(user_id=scope.user_id)

    def changed_by(self, scope: Scope) -> Self:
        """All but one's own: nobody gives rights to oneself, or takes them away."""
        return self.exclude(user_id=scope.user_id)


class Appointment(Period):
    """用户授权: a user has a role at a node from a day until a day. The only source of rights."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments", verbose_name="用户")
    role = models.CharField("角色", max_length=12, choices=ROLE_CHOICES)
    node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="党组织")
    appointed_by = person("授权人")

    objects = AppointmentQuerySet.as_manager()
    scope_path = "node__path"
    change_permission = "appointments.change"

    class Meta:
        verbose_name = "用户授权"
        verbose_name_plural = "用户授权"
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "role", "node"],
                condition=Q(until=None),
                name="appointment_once",
                violation_error_message="该用户在这个党组织已有这个角色",
            ),
            models.CheckConstraint(
                condition=Q(appointed_by=None) | ~Q(appointed_by=F("user")),
                name="appointment_never_to_oneself",
                violation_error_message="不能给自己授权",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.node}"

    @property
    def duty(self) -> Role:
        """The role with its sentence and permissions."""
        return ROLES[self.role]
