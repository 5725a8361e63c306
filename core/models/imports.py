"""Import batches: the file, how its columns were read, what became of its rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core.days import EventDateField
from core.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField, KeptFileField, PathField
from core.models.jobs import Job
from core.scope import ScopedQuerySet


class ImportBatch(models.Model):
    """One list on its road: uploaded, staged, compared, applied, perhaps undone."""

    class Status(models.TextChoices):
        UPLOADED = "UPLOADED", "已上传"
        MAPPED = "MAPPED", "已对应"
        STAGED = "STAGED", "已核对"
        APPLIED = "APPLIED", "已写入"
        UNDONE = "UNDONE", "已撤销"
        EXPIRED = "EXPIRED", "已过期"
        FAILED = "FAILED", "失败"

    source = models.CharField("名单种类", max_length=20)
    file_name = models.CharField("文件名", max_length=200)
    file = KeptFileField("存放位置", max_length=200, blank=True)  # relative to DATA_DIR; erased after 7 days
    sha256 = models.CharField("文件摘要", max_length=64)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", verbose_name="最近的后台任务")
    # sheet → [row number, cells as text]; erased with the file
    heads = EncryptedJSONField("各工作表开头", default=dict)
    sheets = EncryptedJSONField("读取的工作表", default=list)
    columns = EncryptedJSONField("列对应", default=dict)  # sheet → header row and columns; headers may hold anything
    as_of = EventDateField("名单日期")
    extent = models.CharField("名单范围", max_length=12, blank=True)  # a region's code; empty: all of the importer's
    status = models.CharField("状态", max_length=8, choices=Status, default=Status.UPLOADED)
    counts = models.JSONField("结果", default=dict)  # rows, new, changed … in the words of the command line
    # null: a trial run of the command line, never committed
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    node_id = models.BigIntegerField("导入人所属党组织")
    path = PathField("导入人所属党组织路径")
    applied_at = models.DateTimeField("写入时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )
    error = models.TextField("失败原因", blank=True)

    objects = ScopedQuerySet.as_manager()
    view_permission = change_permission = "registry.import"
    scope_path = "path"

    class Meta:
        verbose_name = "导入批次"
        verbose_name_plural = "导入批次"

    def __str__(self) -> str:
        return f"批次 {self.pk}：{self.file_name}"


class StagedRow(models.Model):
    """One data row of a batch between reading and applying. Conflicts stay until they are settled; the rest is
    erased after seven days. Any cell may hold personal data: what a row says is kept as ciphertext."""

    class Outcome(models.TextChoices):
        """What becomes of the row (one each; rules §11)."""

        ERROR = "ERROR", "错误"
        NEW = "NEW", "新增"
        CHANGED = "CHANGED", "有变化"
        UNCHANGED = "UNCHANGED", "未变"
        DUPLICATE = "DUPLICATE", "重复"
        ELSEWHERE = "ELSEWHERE", "另表"  # in a sheet of the file that is not imported: only tells what is not missing

    # the index of batch and outcome serves
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)
    sheet = models.PositiveSmallIntegerField("工作表")  # index into the batch's sheets
    number = models.PositiveIntegerField("行号")  # the sheet's own row number
    key = models.CharField("识别码", max_length=120, blank=True)
    cells = EncryptedJSONField("原始单元格", default=list)  # the clerk's own cells as text
    values = EncryptedJSONField("读出的值", default=dict)
    extras = EncryptedJSONField("原表其他列", default=dict)  # what the source does not know, by its name and header
    problems = models.JSONField("问题", default=list)  # [level, code, column index]
    outcome = models.CharField("结果", max_length=9, choices=Outcome, blank=True)
    target_id = models.BigIntegerField("对应记录", null=True)  # of rows with changes or conflicts
    changes = EncryptedJSONField("变化", default=dict)  # {field: [before, after]}
    conflicts = EncryptedJSONField("不一致", default=dict)  # {field: [ours, theirs]}
    undecided = models.BooleanField("待判定", default=False)

    objects = ScopedQuerySet.as_manager()
    view_permission = ImportBatch.view_permission
    change_permission = ""  # by the road alone
    scope_path = "batch__path"

    class Meta:
        verbose_name = "名单行"
        verbose_name_plural = "名单行"
        indexes = [
            models.Index(fields=["batch", "outcome", "id"], name="staged_outcome"),
            models.Index(fields=["batch", "key"], name="staged_key"),
            models.Index(fields=["batch", "id"], name="staged_met", condition=models.Q(target_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 行"


class Listed(models.Model):
    """A source's lists hold a record, since this batch: whoever is listed and absent from a later list is missing."""

    source = models.CharField("名单种类", max_length=20)
    object_id = models.BigIntegerField("记录")
    # asked for by an undo only
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        verbose_name = "在册记录"
        verbose_name_plural = "在册记录"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "object_id"],
                name="listed_once",
                violation_error_message="这条记录已登记为这种名单所列",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.object_id}"


class KeptAnswer(models.Model):
    """A clerk decided that our value stands against this one of this source: the same value does not ask again."""

    source = models.CharField("名单种类", max_length=20)
    object_id = models.BigIntegerField("记录")
    column = models.CharField("字段", max_length=40)
    value = EncryptedTextField("名单的值", blank=True)  # empty: of the version before, which kept the digest alone
    digest = BlindIndexField("名单的值（摘要）", of="value")

    class Meta:
        verbose_name = "已保留的值"
        verbose_name_plural = "已保留的值"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "object_id", "column", "digest"],
                name="kept_answer_once",
                violation_error_message="这个值已处理过",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.object_id} {self.column}"


class MissingRecord(models.Model):
    """A record that should be in a batch's list and is not. Nothing is changed unless the clerk says so."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="missing")
    object_id = models.BigIntegerField("记录")

    class Meta:
        verbose_name = "名单中缺少的记录"
        verbose_name_plural = "名单中缺少的记录"

    def __str__(self) -> str:
        return f"{self.batch_id} {self.object_id}"


class ColumnMapping(models.Model):
    """A header that a clerk assigned to a field by hand, remembered per source."""

    source = models.CharField("名单种类", max_length=20)
    # normalised; where the line above the list was taken for it, it may be anything
    header = EncryptedTextField("表头")
    field = models.CharField("系统字段", max_length=40, blank=True)  # empty: keep as 原表其他列

    class Meta:
        verbose_name = "列对应"
        verbose_name_plural = "列对应"
        indexes = [models.Index(fields=["source"], name="column_mapping_source")]

    def __str__(self) -> str:
        return f"{self.header} → {self.field or '原表其他列'}"
