"""Months are taken at their end and signed; names, places and words are frozen with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_street_books"),
        ("orgs", "0005_recount"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField("closedmonth", "closed_at", "taken_at"),
        migrations.RenameField("closedmonth", "closed_by", "signed_by"),
        migrations.AlterField(
            "closedmonth", "taken_at", models.DateTimeField(verbose_name="取数时间")
        ),
        migrations.AlterField(
            "closedmonth",
            "signed_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="签发人",
            ),
        ),
        migrations.AddField(
            "closedmonth", "signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签发时间")
        ),
        migrations.AddField(
            "closedmonth",
            "named_on",
            models.DateField(default="1970-01-01", verbose_name="名称日期"),
            preserve_default=False,
        ),
        migrations.AddField("closedmonth", "words", models.JSONField(default=dict, verbose_name="当时的口径")),
        migrations.AddField(
            "frozenunit", "answered", models.CharField(blank=True, default="", max_length=200, verbose_name="填报的原因"),
            preserve_default=False,
        ),
        migrations.AddField(
            "frozenunit",
            "credit_code",
            models.CharField(blank=True, default="", max_length=18, verbose_name="统一社会信用代码"),
            preserve_default=False,
        ),
        migrations.AddField(
            "frozenunit",
            "status",
            models.CharField(
                blank=True,
                default="",
                max_length=10,
                verbose_name="经营状态",
                choices=[('NORMAL', '正常'), ('SUSPENDED', '停业'), ('SHELL', '空壳'), ('PREPARING', '筹建'), ('STRUCK_OFF', '注销'), ('MOVED_OUT', '迁出')],
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            "frozenunit",
            "covered_by",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="orgs.partyorganization",
            ),
        ),
        migrations.CreateModel(
            name='FrozenPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_month', models.CharField(max_length=7)),
                ('last_month', models.CharField(max_length=7, null=True)),
                ('kind', models.CharField(choices=[('city', '市'), ('district', '区县'), ('street', '街道（乡镇）'), ('community', '社区（村）'), ('zone', '园区等'), ('committee', '管理单位的党组织'), ('branch', '其他党组织')], max_length=10)),
                ('key', models.BigIntegerField()),
                ('name', models.CharField(max_length=120)),
                ('told', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': '冻结的名称',
                'verbose_name_plural': '冻结的名称',
                'indexes': [models.Index(fields=['kind', 'key', 'first_month'], name='frozen_place')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('last_month', None)), fields=('kind', 'key'), name='frozen_place_goes_on_once')],
            },
        ),
        migrations.CreateModel(
            name='FrozenChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('since', models.DateField(null=True, verbose_name='日期')),
                ('reason', models.CharField(max_length=400, verbose_name='原因')),
                ('month', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='reports.closedmonth')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orgs.organization', verbose_name='单位')),
            ],
            options={
                'verbose_name': '冻结的变化',
                'verbose_name_plural': '冻结的变化',
                'constraints': [models.UniqueConstraint(fields=('month', 'organization', 'kind'), name='frozen_change_once')],
            },
        ),
        migrations.AlterField("frozenfigure", "managed_by_path", core.fields.PathField(default="", max_length=120)),
    ]
