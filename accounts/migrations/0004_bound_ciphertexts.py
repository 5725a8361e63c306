"""Personal values are encrypted for their row."""

from django.db import migrations

from core.migrations import _binding


class Migration(migrations.Migration):
    dependencies = [("core", "0004_bound_ciphertexts"), ("accounts", "0003_sessions")]

    operations = [
        _binding.ciphertexts("accounts.user", "phone"),
        _binding.ciphertexts("accounts.authenticator", "key"),
    ]
