"""Personal values are encrypted for their row."""

from django.db import migrations

from core.migrations import _binding


class Migration(migrations.Migration):
    dependencies = [("core", "0004_bound_ciphertexts"), ("instructors", "0001_initial")]

    operations = [
        _binding.ciphertexts("instructors.instructor", "phone"),
    ]
