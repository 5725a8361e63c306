"""Rows that keep a file: what it is called and is, and where it lies encrypted (`core.attachments`)."""

from __future__ import annotations

from django.db import models

from core.fields import KeptFileField


class KeptFile(models.Model):
    """What a file hangs on, and who may see it, a model says itself."""

    name = models.CharField("文件名", max_length=80)
    content_type = models.CharField("格式", max_length=80)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("摘要", max_length=64)  # of what was sent
    file = KeptFileField("存放位置", max_length=80)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")
