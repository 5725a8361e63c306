"""What a seal covers and with which key, and triggers by which the trail only grows."""

from django.db import migrations, models

from core.migrations import _append_only


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AddField("auditseal", "version", models.PositiveSmallIntegerField("版本", default=1)),
        migrations.AddField("auditseal", "key", models.CharField("密钥", max_length=60, blank=True, default=""), preserve_default=False),
        migrations.RunPython(_append_only.set_up, _append_only.take_down),
    ]
