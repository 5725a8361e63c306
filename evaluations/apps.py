"""The app's name in the interface."""

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    """Five goods: rubrics, facts, and what is given points by them."""

    name = "evaluations"
    verbose_name = "五个好评定"
