"""On SQLite names are searched by reading them: its index goes, and with it the nightly job that brought it up to date."""

from django.db import migrations

from orgs.migrations._names import names_unindexed_on_sqlite


def forget_jobs(apps, editor):
    """The job's kind is gone, and no page could say what it was."""
    apps.get_model("core", "Job").objects.filter(kind="core.settle_names").delete()


class Migration(migrations.Migration):
    dependencies = [("orgs", "0009_full_width"), ("core", "0005_full_width")]

    operations = [
        names_unindexed_on_sqlite("organization"),
        names_unindexed_on_sqlite("partyorganization"),
        migrations.RunPython(forget_jobs, migrations.RunPython.noop),
    ]
