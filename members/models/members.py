"""党员: never deleted, only changes status (rules §6)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from core.days import EventDateField
from core.fields import BlindIndexField, EncryptedTextField, PersonalDateField
from core.masking import mask
from core.scope import ScopedQuerySet
from orgs.codelists import education_choices, ethnic_choices
from orgs.models import Organization, PartyOrganization


class MemberQuerySet(ScopedQuerySet):
    """Members in the words of the field."""

    def on_the_roll(self) -> Self:
        return self.filter(status__in=ON_THE_ROLL)

    def formal(self) -> Self:
        """正式党员: the only ones that set-up rules count."""
        return self.filter(status=Member.Status.FORMAL)


class Member(models.Model):
    """A person with Party membership. Seen with their Party organization."""

    class Status(models.TextChoices):
        """Stages from 预备党员 on; those outside keep the file."""

        PROBATIONARY = "PROBATIONARY", "预备党员"
        EXTENDED = "EXTENDED", "延长预备期"
        FORMAL = "FORMAL", "正式党员"
        TRANSFERRED = "TRANSFERRED", "已转出"
        SUSPENDED = "SUSPENDED", "停止党籍"
        CANCELLED = "CANCELLED", "取消预备党员资格"
        REMOVED = "REMOVED", "除名"
        WITHDRAWN = "WITHDRAWN", "退党"
        EXPELLED = "EXPELLED", "开除党籍"
        EMIGRATED = "EMIGRATED", "不再保留预备资格（出国定居）"
        DECEASED = "DECEASED", "去世"

    class Sex(models.TextChoices):
        """GB/T 2261.1."""

        UNKNOWN = "0", "未知"
        MALE = "1", "男"
        FEMALE = "2", "女"

    class Job(models.TextChoices):
        """Where in the organization the member works (Opinion 二-2)."""

        FRONT_LINE = "FRONT_LINE", "一线"
        TECHNICAL = "TECHNICAL", "技术"
        MANAGEMENT = "MANAGEMENT", "管理"
        OWNER = "OWNER", "出资人"

    name = models.CharField("姓名", max_length=60, db_index=True)
    id_number = EncryptedTextField("公民身份号码", blank=True)
    id_digest = BlindIndexField(of="id_number", null=True, blank=True, unique=True, editable=False)
    id_note = models.CharField("证件情况说明", max_length=100, blank=True)
    sex = models.CharField("性别", max_length=1, choices=Sex, default=Sex.UNKNOWN)
    born_on = PersonalDateField("出生日期", null=True, blank=True)
    ethnicity = models.CharField("民族", max_length=2, choices=ethnic_choices, blank=True)
    education = models.CharField("学历", max_length=2, choices=education_choices, blank=True)
    phone = EncryptedTextField("联系电话", blank=True)
    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="members", verbose_name="所在党组织"
    )
    since = EventDateField("转入日期")  # into this Party organization
    party_group = models.ForeignKey(
        "members.PartyGroup", models.PROTECT, null=True, blank=True, related_name="members", verbose_name="党小组"
    )  # one of the same Party organization
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="members", verbose_name="工作单位"
    )
    organization_since = EventDateField("到岗日期", null=True, blank=True)
    job = models.CharField("岗位", max_length=10, choices=Job, blank=True)
    joined_on = EventDateField("入党日期", null=True, blank=True)
    formal_on = EventDateField("转正日期", null=True, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.FORMAL)
    status_on = EventDateField("状态日期", null=True, blank=True)
    external_id = models.CharField("外部系统编号", max_length=60, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = MemberQuerySet.as_manager()
    view_permission = "members.view"
    change_permission = "members.change"
    reveal_permission = "members.reveal"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "党员"
        verbose_name_plural = "党员"
        indexes = [
            models.Index(fields=["party_organization", "id"], name="member_party_organization"),
            models.Index(
                fields=["organization", "status"], name="member_organization", condition=Q(organization__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization=None) | Q(organization_since__isnull=False),
                name="member_organization_since",
                violation_error_message="填写工作单位的，请填写到岗日期",
            ),
            models.CheckConstraint(
                condition=Q(formal_on=None) | Q(joined_on=None) | Q(formal_on__gte=models.F("joined_on")),
                name="member_formal_after_joined",
                violation_error_message="转正日期不能早于入党日期",
            ),
            models.CheckConstraint(
                condition=Q(id_digest__isnull=False) | ~Q(id_note=""),
                name="member_id_or_note",
                violation_error_message="没有公民身份号码的，请填写证件情况说明",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on_the_roll(self) -> bool:
        return self.status in ON_THE_ROLL

    @property
    def masked_number(self) -> str:
        """The citizen's number as lists show it."""
        return mask(self.id_number)

    @property
    def masked_phone(self) -> str:
        """The phone number as lists show it."""
        return mask(self.phone)

    @property
    def masked_birth(self) -> str:
        """The birth date as lists show it: beside the mask of the number it would tell half of it."""
        return mask(self.born_on)


PROBATIONARY = (Member.Status.PROBATIONARY, Member.Status.EXTENDED)
ON_THE_ROLL = (Member.Status.FORMAL, *PROBATIONARY)


class FormerMembership(models.Model):
    """A past Party organization of a member: half-open [since, until)."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="former_memberships", verbose_name="党员")
    party_organization = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="原党组织")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", verbose_name="原单位")
    since = EventDateField("起始")
    until = EventDateField("终止")

    objects = ScopedQuerySet.as_manager()
    view_permission = "members.view"
    change_permission = ""  # follows a transfer
    scope_path = "member__party_organization__path"

    class Meta:
        verbose_name = "组织关系沿革"
        verbose_name_plural = "组织关系沿革"

    def __str__(self) -> str:
        return f"{self.party_organization} 至 {self.until}"
