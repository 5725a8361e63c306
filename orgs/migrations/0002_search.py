"""Search by two characters of a name."""

from django.db import migrations

from core.search import index_names


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]

    operations = [index_names("orgs", "organization"), index_names("orgs", "partyorganization")]
