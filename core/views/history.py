"""/imports/: who imported which list when, and what became of it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse

from core.importing.queries import batches, sources_for
from core.listing import Column, ListFilters, ListPage, Order
from core.listing.columns import DATE, NAME, NUMBER
from core.models import ImportBatch, Job
from core.sources import sources


class BatchFilters(ListFilters):
    source = django_filters.ChoiceFilter(label="名单种类")
    status = django_filters.ChoiceFilter(label="状态", choices=ImportBatch.Status.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.fields["source"].choices = [(s.code, s.name) for s in sources_for(self.request.scope)]


WAITING = {
    ImportBatch.Status.UPLOADED: "已上传，待对应列",
    ImportBatch.Status.MAPPED: "已对应，待核对",
    ImportBatch.Status.STAGED: "已核对，待写入",
}


def _counted(name: str) -> Any:
    return lambda batch: batch.counts.get(name)


def _state(batch: ImportBatch) -> str:
    """The status with what it waits for; while a job runs or after one failed, that."""
    job = batch.job
    if job and job.status in Job.ACTIVE:
        return "处理中"
    if job and job.status == Job.Status.FAILED:
        return f"{batch.get_status_display()}（上一步未完成）"
    return WAITING.get(ImportBatch.Status(batch.status), str(batch.get_status_display()))


class BatchList(ListPage):
    title = "导入名单"
    permission = ImportBatch.view_permission
    export_permission = ""
    template_name = "core/imports/history.html"
    empty = "还没有导入过名单。点“导入一份名单”，选择市场监管、民政等部门发来的表格。"
    unit = "批"
    filters = BatchFilters
    orders = (Order("newest", ("-id",)),)
    columns = (
        Column("文件", "file_name", NAME, link=lambda batch: reverse("import", args=[batch.pk])),
        Column("批次", "pk", NUMBER),
        Column("名单种类", lambda batch: sources[batch.source].name),
        Column("名单日期", "as_of", DATE),
        Column("状态", _state),
        Column("数据行", _counted("rows"), NUMBER),
        Column("新增", _counted("new"), NUMBER),
        Column("有变化", _counted("changed"), NUMBER),
        Column("错误", _counted("errors"), NUMBER),
        Column("导入人", "created_by.name"),
        Column("上传时间", "created_at", DATE, order="newest"),
    )

    def records(self) -> QuerySet:
        return batches(self.request.scope).select_related("created_by", "job")
