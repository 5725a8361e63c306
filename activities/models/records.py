"""活动记录: what a branch held, who came, what was decided, what shows it, what the street said of it (rules §13)."""

from __future__ import annotations

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField
from core.fields import person
from core.models import KeptFile
from core.scope import ScopedQuerySet
from members.models import Member, PartyGroup
from orgs.models import PartyOrganization, Venue


class Kind(models.TextChoices):
    CONGRESS = "CONGRESS", "支部党员大会"
    COMMITTEE = "COMMITTEE", "支部委员会会议"
    GROUP = "GROUP", "党小组会"
    LECTURE = "LECTURE", "党课"
    THEME_DAY = "THEME_DAY", "主题党日"
    LIFE_MEETING = "LIFE_MEETING", "组织生活会"
    APPRAISAL = "APPRAISAL", "民主评议党员"
    TALK = "TALK", "谈心谈话"
    ELECTION = "ELECTION", "换届选举"
    OTHER = "OTHER", "其他活动"


class RecordQuerySet(ScopedQuerySet):
    """Records in the words of the field."""

    def filed(self) -> Self:
        """What was handed in, whatever the street said of it: a returned record was handed in too."""
        return self.exclude(status=ActivityRecord.Status.DRAFT)

    def waiting(self) -> Self:
        return self.filter(status=ActivityRecord.Status.SUBMITTED)

    def clean(self) -> Self:
        """What no automatic check has anything to say of."""
        return self.filter(flags="")

    def with_parts(self) -> Self:
        rows = self.select_related("party_organization", "group", "venue", "entered_by", "campaign", "adopted_from")
        return rows.prefetch_related("attendances__member", "topics", "decisions", "attachments", "reviews__by")


class OfRecordQuerySet(ScopedQuerySet):
    """Attendance and decisions; those of a draft are what was typed once and count nowhere."""

    def filed(self) -> Self:
        return self.exclude(record__status=ActivityRecord.Status.DRAFT)


class ActivityRecord(models.Model):
    """What a branch held. A draft holds what was typed so far (`typed`), good or not; handing in writes the columns.

    Attendance, decisions and topics come and go with it: its own entry in the trail tells of them.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "草稿"
        SUBMITTED = "SUBMITTED", "已提交"
        RETURNED = "RETURNED", "退回"
        ACCEPTED = "ACCEPTED", "已审核"

    class Gathering(models.TextChoices):
        """Opinion 二-3: in scale, together as well as apart."""

        TOGETHER = "TOGETHER", "集中"
        APART = "APART", "分散"

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="activity_records", verbose_name="党支部"
    )
    kind = models.CharField("活动类型", max_length=12, choices=Kind)
    group = models.ForeignKey(
        PartyGroup, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="党小组"
    )
    held_on = EventDateField("活动日期", null=True, blank=True)
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=100, blank=True)
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="共享场所")
    host = models.CharField("主持人", max_length=60, blank=True)
    recorder = models.CharField("记录人", max_length=60, blank=True)
    lecturer = models.CharField("讲课人", max_length=60, blank=True)
    topic = models.CharField("主题（议题）", max_length=120, blank=True)
    content = models.TextField("主要内容", max_length=5000, blank=True)
    gathering = models.CharField("集中或分散", max_length=8, choices=Gathering, default=Gathering.TOGETHER)
    working_time = models.BooleanField("占用工作时间", default=False)
    owners = models.PositiveSmallIntegerField("参加的出资人", default=0)
    managers = models.PositiveSmallIntegerField("参加的经营管理人员", default=0)
    employees = models.PositiveSmallIntegerField("参加的职工", default=0)
    status = models.CharField("状态", max_length=9, choices=Status, default=Status.DRAFT)
    submitted_on = EventDateField("首次提交日期", null=True, blank=True)  # what 按时 and 迟报 are told by
    late_reason = models.CharField("迟报原因", max_length=200, blank=True)
    campaign = models.ForeignKey(
        "activities.Campaign",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        verbose_name="主题实践活动",
    )
    adopted_from = models.ForeignKey(
        "activities.Experience",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adoptions",
        verbose_name="借鉴的经验",
    )
    entered_by = person("代填人")  # whoever filed it for the secretary; empty when that was the secretary in person
    draft_key = models.UUIDField("草稿编号", default=uuid4, unique=True, editable=False)  # sent twice, kept once
    typed = models.JSONField("已填内容", default=dict, blank=True)
    typed_at = models.DateTimeField("草稿保存时间", null=True, blank=True)
    expected = models.PositiveSmallIntegerField("应到", default=0)
    present = models.PositiveSmallIntegerField("实到", default=0)
    flags = models.CharField("自动检查提示", max_length=40, blank=True)  # codes of its warnings when it was handed in
    similarity = models.PositiveSmallIntegerField("与最相近记录的相似度", default=0)  # per cent
    alike = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="最相近的记录"
    )
    credited = models.DecimalField("学时", max_digits=3, decimal_places=1, default=0)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = RecordQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = "activities.file"
    scope_path = "party_organization__path"
    derived = frozenset(
        {
            "draft_key", "typed", "typed_at", "expected", "present", "flags", "similarity", "alike", "alike_id", "credited",
        }
    )  # fmt: skip

    class Meta:
        verbose_name = "活动记录"
        verbose_name_plural = "活动记录"
        indexes = [
            models.Index(fields=["party_organization", "held_on"], name="record_newest"),
            models.Index(  # with what counting them asks
                fields=["submitted_on", "id", "held_on", "party_organization"],
                name="record_waiting",
                condition=Q(status="SUBMITTED"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="DRAFT") | Q(held_on__isnull=False, submitted_on__isnull=False),
                name="record_handed_in_has_days",
                violation_error_message="提交的记录须有活动日期",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at=None) | Q(ends_at__gt=F("starts_at")),
                name="record_ends_after_start",
                violation_error_message="结束时间应晚于开始时间",
            ),
            models.CheckConstraint(
                condition=Q(present__lte=F("expected")),
                name="record_present_of_expected",
                violation_error_message="实到人数不能多于应到人数",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on or ''} {self.get_kind_display()}".strip()

    @property
    def open(self) -> bool:
        """Whether the branch may still write it: a draft, or returned."""
        return self.status in (self.Status.DRAFT, self.Status.RETURNED)


class RecordTopic(models.Model):
    """What the Opinion asks of activities, one tick each (二-3, 二-4)."""

    class Topic(models.TextChoices):
        POLICY = "POLICY", "方针政策"
        LAW = "LAW", "法制教育"
        CULTURE = "CULTURE", "先进文化"
        MANAGEMENT = "MANAGEMENT", "与管理层沟通"
        DEMOCRACY = "DEMOCRACY", "民主管理"
        MASSES = "MASSES", "党建带工建团建"
        CARE = "CARE", "关心关爱"
        SAFETY = "SAFETY", "安全生产"

    record = models.ForeignKey(ActivityRecord, models.CASCADE, related_name="topics", verbose_name="活动记录")
    topic = models.CharField("内容", max_length=10, choices=Topic)

    objects = ScopedQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = ""  # goes with its record
    scope_path = "record__party_organization__path"

    class Meta:
        verbose_name = "活动内容"
        verbose_name_plural = "活动内容"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "topic"], name="record_topic_once", violation_error_message="这项内容已勾选"
            )
        ]

    def __str__(self) -> str:
        return self.get_topic_display()


class Attendance(models.Model):
    """Whether a member came, and why not."""

    class Reason(models.TextChoices):
        SICK = "SICK", "病假"
        PERSONAL = "PERSONAL", "事假"
        AWAY = "AWAY", "公出"
        FLOATING = "FLOATING", "流动外出"
        LONG_SICK = "LONG_SICK", "年老体弱或长期患病"
        EMPLOYER = "EMPLOYER", "单位未准假"
        OTHER = "OTHER", "其他"

    STAYING = (Reason.FLOATING, Reason.LONG_SICK)  # what the next record begins with

    record = models.ForeignKey(ActivityRecord, models.CASCADE, related_name="attendances", verbose_name="活动记录")
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendances", verbose_name="党员")
    present = models.BooleanField("到会", default=True)
    votes = models.BooleanField("有表决权", default=True)  # 正式党员 on that day
    reason = models.CharField("缺席原因", max_length=9, choices=Reason, blank=True)
    note = models.CharField("说明", max_length=60, blank=True)

    objects = OfRecordQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = ""  # goes with its record
    scope_path = "record__party_organization__path"

    class Meta:
        verbose_name = "到会情况"
        verbose_name_plural = "到会情况"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "member"], name="attendance_once", violation_error_message="同一名党员只能登记一次"
            ),
            models.CheckConstraint(
                condition=Q(present=True, reason="") | (Q(present=False) & ~Q(reason="")),
                name="attendance_absent_with_reason",
                violation_error_message="缺席的党员请选择原因；到会的不填原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}：{'到会' if self.present else self.get_reason_display()}"


class Decision(models.Model):
    """决议: what was decided, by how many votes where there was a vote, and what becomes of it."""

    record = models.ForeignKey(ActivityRecord, models.CASCADE, related_name="decisions", verbose_name="活动记录")
    text = models.CharField("决议内容", max_length=500)
    yes = models.PositiveSmallIntegerField("赞成", null=True, blank=True)
    no = models.PositiveSmallIntegerField("反对", null=True, blank=True)
    abstained = models.PositiveSmallIntegerField("弃权", null=True, blank=True)
    responsible = models.CharField("责任人", max_length=60, blank=True)
    due_on = DeadlineField("完成时限", null=True, blank=True)
    done_on = EventDateField("完成日期", null=True, blank=True)

    objects = OfRecordQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = "activities.file"
    scope_path = "record__party_organization__path"

    class Meta:
        verbose_name = "决议"
        verbose_name_plural = "决议"
        constraints = [
            models.CheckConstraint(
                condition=Q(yes=None, no=None, abstained=None)
                | Q(yes__isnull=False, no__isnull=False, abstained__isnull=False),
                name="decision_votes_together",
                violation_error_message="赞成、反对、弃权请一并填写",
            )
        ]

    def __str__(self) -> str:
        return self.text


class Attachment(KeptFile):
    """影像资料: a photo without its position, or a document. The file is kept encrypted below DATA_DIR."""

    record = models.ForeignKey(ActivityRecord, models.CASCADE, related_name="attachments", verbose_name="活动记录")
    look = models.CharField("图像特征", max_length=16, blank=True)  # of a photo (`activities.rules.likeness`)
    taken_on = EventDateField("拍摄日期", null=True, blank=True)
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = "activities.file"
    scope_path = "record__party_organization__path"

    class Meta:
        verbose_name = "影像资料"
        verbose_name_plural = "影像资料"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "sha256"],
                name="attachment_once",
                violation_error_message="这个文件已上传",
            )
        ]


class Review(models.Model):
    """审核: what was said of a record, by whom, when. A record that is locked takes a 更正说明 and nothing else."""

    class Verdict(models.TextChoices):
        ACCEPTED = "ACCEPTED", "通过"
        RETURNED = "RETURNED", "退回"
        NOTE = "NOTE", "更正说明"

    record = models.ForeignKey(ActivityRecord, models.CASCADE, related_name="reviews", verbose_name="活动记录")
    by = person("办理人", missing=False)
    at = models.DateTimeField("办理时间")
    verdict = models.CharField("结论", max_length=8, choices=Verdict)
    reason = models.CharField("意见", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = ""  # said once
    scope_path = "record__party_organization__path"

    class Meta:
        verbose_name = "审核"
        verbose_name_plural = "审核"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="ACCEPTED") | ~Q(reason=""),
                name="review_with_reason",
                violation_error_message="请写明原因",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}：{self.record}"


class Fingerprint(models.Model):
    """One of the few numbers by which texts and photos that are nearly the same find each other
    (`activities.rules.likeness`). Drafts have none."""

    record = models.ForeignKey(ActivityRecord, models.CASCADE, related_name="fingerprints", verbose_name="活动记录")
    value = models.BigIntegerField("特征值", db_index=True)

    class Meta:
        verbose_name = "相似特征"
        verbose_name_plural = "相似特征"

    def __str__(self) -> str:
        return str(self.value)
