"""Reads of who runs a Party organization."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from members.models import Post
from members.models.posts import LEADING


def with_committee(on: date) -> QuerySet[Post]:
    """The Party organizations, by their ids, whose posts on a day are those of a committee: more than secretary and deputy."""
    rows = Post.objects.on(on).exclude(post__in=LEADING).order_by()
    return rows.values_list("party_organization", flat=True).distinct()  # type: ignore[return-value]
