"""The WSGI entry point for gunicorn."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler

from config.checks import refuse_to_start_unsound

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
refuse_to_start_unsound()
application = WSGIHandler()
