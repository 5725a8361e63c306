"""Personal values are encrypted for their row."""

from django.db import migrations

import core.fields
from core.migrations import _binding


class Migration(migrations.Migration):
    dependencies = [("core", "0004_bound_ciphertexts"), ("members", "0002_birth_date_is_personal")]

    operations = [
        migrations.AlterField(
            model_name="member",
            name="id_digest",
            field=core.fields.BlindIndexField(
                blank=True, editable=False, max_length=64, null=True, of="id_number", unique=True
            ),
        ),
        _binding.ciphertexts("members.member", "id_number"),
        _binding.ciphertexts("members.member", "phone"),
    ]
