"""When all facts were stated last, so that live figures can say of which moment they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0004_separate_duties")]

    operations = [
        migrations.CreateModel(
            name="Recount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="日期")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={"verbose_name": "重新计算", "verbose_name_plural": "重新计算"},
        ),
    ]
