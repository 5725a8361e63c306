"""The tally has a row for each figure instead of a column; it is summed anew after the upgrade."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0010_names_without_index")]

    operations = [
        migrations.DeleteModel("Tally"),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cut", models.CharField(blank=True, max_length=8)),
                ("region_code", models.CharField(blank=True, max_length=12)),
                ("zone_key", models.BigIntegerField(default=0)),
                ("category", models.CharField(blank=True, max_length=3)),
                ("band", models.CharField(blank=True, max_length=1)),
                ("measure", models.CharField(max_length=40)),
                ("value", models.BigIntegerField(default=0)),
                (
                    "managed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.partyorganization",
                    ),
                ),
            ],
            options={
                "verbose_name": "汇总",
                "verbose_name_plural": "汇总",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cut", "measure", "managed_by", "region_code", "zone_key", "category", "band"),
                        name="tally_figure",
                    )
                ],
            },
        ),
    ]
