"""Search by two characters of a name."""

from django.db import migrations

from orgs.migrations._names import index_names


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]

    operations = [index_names("organization"), index_names("partyorganization")]
