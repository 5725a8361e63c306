"""Frozen figures become rows (place, measure, value), one for the months in a row in which a value stays the same.

Every value is kept, and summed once more by the committee alone (`whole`).
"""

from collections import Counter, defaultdict

import django.db.models.deletion
from django.db import migrations, models

KEYS = ("cut", "managed_by_id", "region_code", "zone_key", "category", "band")
CHUNK = 2_000


def measures_of(wide):
    """The columns that held a measure each."""
    columns = [field.attname for field in wide._meta.concrete_fields]
    return [column for column in columns if column not in (*KEYS, "id", "month_id")]


def to_rows(apps, schema_editor):
    """Month by month: what goes on as it was keeps its row."""
    Row, Wide = apps.get_model("reports", "FrozenRow"), apps.get_model("reports", "FrozenFigure")
    going_on, written, before = {}, [], None

    def end(keys):
        for key in keys:
            value, first = going_on.pop(key)
            *place, measure = key
            told = dict(zip(KEYS, place, strict=True))
            written.append(Row(**told, measure=measure, value=value, first_month=first, last_month=before))

    for month in apps.get_model("reports", "ClosedMonth").objects.order_by("month"):
        now = figures_of(Wide, month)
        end([key for key, (value, _) in going_on.items() if now.get(key) != value])
        going_on.update({key: (value, month.month) for key, value in now.items() if key not in going_on})
        before = month.month
    before = None
    end(list(going_on))
    Row.objects.bulk_create(written, batch_size=CHUNK)


def figures_of(wide, month):
    """Of one month: what is not 0, by place and measure."""
    codes, found = measures_of(wide), Counter()
    for row in wide.objects.filter(month=month).order_by("pk").values().iterator(CHUNK):
        place = tuple(row[key] for key in KEYS)
        for code in codes:
            if row[code]:
                found[(*place, code)] += row[code]
                if place[0] == "band":
                    found[("whole", place[1], "", 0, "", "", code)] += row[code]
    return found


def to_columns(apps, schema_editor):
    """One row for each place and month, in the columns that there were."""
    Row, Wide = apps.get_model("reports", "FrozenRow"), apps.get_model("reports", "FrozenFigure")
    codes = set(measures_of(Wide))
    for month in apps.get_model("reports", "ClosedMonth").objects.order_by("month"):
        goes_on = models.Q(last_month=None) | models.Q(last_month__gte=month.month)
        rows = Row.objects.filter(goes_on, first_month__lte=month.month, measure__in=codes).exclude(cut="whole")
        places = defaultdict(dict)
        for row in rows.iterator(CHUNK):
            places[tuple(getattr(row, key) for key in KEYS)][row.measure] = row.value
        Wide.objects.bulk_create(
            (Wide(month=month, **dict(zip(KEYS, place, strict=True)), **sums) for place, sums in places.items()),
            batch_size=CHUNK,
        )


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_full_width"), ("orgs", "0011_tally_of_rows")]

    operations = [
        migrations.CreateModel(
            name="FrozenRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cut", models.CharField(blank=True, max_length=8)),
                ("region_code", models.CharField(blank=True, max_length=12)),
                ("zone_key", models.BigIntegerField(default=0)),
                ("category", models.CharField(blank=True, max_length=3)),
                ("band", models.CharField(blank=True, max_length=1)),
                ("measure", models.CharField(max_length=40)),
                ("value", models.BigIntegerField(default=0)),
                ("first_month", models.CharField(max_length=7)),
                ("last_month", models.CharField(max_length=7, null=True)),
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
            options={"verbose_name": "冻结数据", "verbose_name_plural": "冻结数据"},
        ),
        migrations.RunPython(to_rows, to_columns),
        migrations.DeleteModel("FrozenFigure"),
        migrations.RenameModel("FrozenRow", "FrozenFigure"),
        migrations.AddIndex(
            "frozenfigure",
            models.Index(fields=["cut", "measure", "managed_by", "first_month"], name="frozen_figure_read"),
        ),
        migrations.AddConstraint(
            "frozenfigure",
            models.UniqueConstraint(
                condition=models.Q(last_month=None),
                fields=["cut", "measure", "managed_by", "region_code", "zone_key", "category", "band"],
                name="frozen_figure_goes_on_once",
            ),
        ),
    ]
