"""Personal values are encrypted for their row; so are the columns of lists that nobody mapped, without those of numbers."""

from django.db import migrations

import core.fields
from core.migrations import _binding
from orgs.migrations._names import names_stay_indexed
from orgs.migrations._numbers import PERSONAL_HEADER, struck


def without_numbers(columns: dict[str, str]) -> dict[str, str]:
    """The unmapped columns but those that are named after personal numbers; numbers in the others are masked."""
    told = {name: str(text) for name, text in columns.items()}
    return {name: struck(text) for name, text in told.items() if not PERSONAL_HEADER.search(name.partition("·")[2])}


class Migration(migrations.Migration):
    dependencies = [("core", "0004_bound_ciphertexts"), ("orgs", "0005_recount")]

    operations = [
        *names_stay_indexed(
            "organization",
            migrations.AlterField(
                model_name="organization",
                name="other_columns",
                field=core.fields.EncryptedJSONField(
                    blank=True, default=dict, editable=False, verbose_name="原表其他列"
                ),
            ),
        ),
        _binding.plain_data("orgs.organization", "other_columns", without_numbers),
        _binding.ciphertexts("orgs.organization", "contact_phone"),
        _binding.ciphertexts("orgs.ownerrecord", "phone"),
        _binding.ciphertexts("orgs.liaison", "phone"),
    ]
