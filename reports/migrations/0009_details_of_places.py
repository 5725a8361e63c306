"""What a closed month keeps of a place besides its name bears a name that says so."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("reports", "0008_frozen_nodes")]

    operations = [migrations.RenameField("frozenplace", "told", "details")]
