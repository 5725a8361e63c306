"""Forms of the shared pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from core.days import PastDay
from core.importing.queries import sources_for
from core.scope import Scope
from core.sources import Source, sources
from core.workbooks.book import MAX_FILE_BYTES, MEGABYTE

TOO_LARGE = f"文件超过 {MAX_FILE_BYTES // MEGABYTE} MB，没有上传；请拆成几个文件后再上传"
ACCEPTED = ".xlsx,.xls,.csv"


class UploadForm(forms.Form):
    """A list, what kind of list it is, its date, and which part of the area it claims to be whole for."""

    source = forms.ChoiceField(label="名单种类", error_messages={"required": "请选择名单种类"})
    file = forms.FileField(
        label="名单文件",
        widget=forms.FileInput({"accept": ACCEPTED}),
        error_messages={"required": "请选择名单文件", "empty": "文件是空的（0 字节），请重新导出后再上传"},
    )
    as_of = PastDay(
        label="名单日期",
        help_text="名单上的数据是哪一天的。日期较新的名单才会更新人数。",
        error_messages={"required": "请填写名单日期", "invalid": "名单日期请按 2026-11-24 的样式填写"},
    )
    extent = forms.ChoiceField(
        label="名单范围",
        required=False,
        help_text="名单覆盖哪里。该范围内在册而名单里没有的单位会列出来供核对，不会自动改动。",
    )

    def __init__(self, *args: Any, scope: Scope, today: date, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large
        offered = sources_for(scope)
        fields: dict[str, Any] = self.fields
        fields["source"].choices = [("", "请选择"), *((source.code, source.name) for source in offered)]
        extents = {code: name for source in offered for code, name in source.extents(scope)}
        fields["extent"].choices = [("", "我的全部管辖范围"), *extents.items()]
        fields["as_of"].initial = today
        if too_large:
            fields["file"].error_messages["required"] = TOO_LARGE

    def clean_source(self) -> Source:
        return sources[self.cleaned_data["source"]]
