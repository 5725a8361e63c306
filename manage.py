#!/usr/bin/env python3
"""Run Ningju's management commands."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not {"NINGJU_DEMO", "SECRET_KEY"} & set(os.environ):
        sys.stderr.write(
            "Ningju finds no settings. To look at it, run `make run`, or put NINGJU_DEMO=1 before this command;\n"
            "for real use, set the environment variables that docs/deployment.md lists.\n\n"
        )
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
