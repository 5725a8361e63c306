"""What a user keeps about lists."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from django.db import transaction

from core.masking import personal_numbers
from core.models import SavedFilter
from core.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 40
QUERY_LENGTH = 1_000
MOST = 30  # saved filters of one person on one page


@transaction.atomic
def save_filter(*, user: User, page: str, name: str, query: str) -> SavedFilter:
    """Keep the conditions of a list under a name; the same name again replaces them.

    A personal convenience and no business data: nothing is written to the audit trail. Raises Refusal.
    """
    if not 0 < len(name) <= NAME_LENGTH:
        raise Refusal(f"常用筛选的名称应为 1 至 {NAME_LENGTH} 个字")
    if not query or len(query) > QUERY_LENGTH:
        raise Refusal("请先选好条件，再存为常用筛选")
    if personal_numbers(f"{name} {unquote_plus(query)}"):
        raise Refusal("名称或条件里有证件号码、手机号码或银行卡号，不能存为常用筛选；请去掉后再存")
    others = SavedFilter.objects.filter(user=user, page=page).exclude(name=name)
    if others.count() >= MOST:
        raise Refusal(f"每个清单最多保存 {MOST} 个常用筛选，请先删除不用的")
    saved, _ = SavedFilter.objects.update_or_create(user=user, page=page, name=name, defaults={"query": query})
    return saved


@transaction.atomic
def forget_filter(*, user: User, filter_id: int) -> None:
    """Drop one of the user's own saved filters; one that is gone already is no mistake."""
    SavedFilter.objects.filter(user=user, pk=filter_id).delete()
