"""The lists of organizations, and what those of ours have in common that come back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from accounts.permissions import Permission
from core.importing.round_trip import MARK, Returning
from core.sources import Source, SourceField, Take, sources
from orgs.models import Organization
from orgs.sources.areas import check_extent, extents
from orgs.sources.authority import SURVEY, TAX, Authority
from orgs.sources.columns import ADDRESS, AREA, IDENTITY, LEGAL, MEMBERSHIP, PHONE, REGISTERED, STAFF, SURVEYED, TYPE
from orgs.sources.importers import admission
from orgs.sources.organizations import OrganizationTarget
from orgs.sources.takeover import ENDINGS, take
from orgs.sources.wording import WORDS


def organization_list(*, code: str, name: str, fields: tuple[SourceField, ...], authority: Authority) -> Source:
    """A list of organizations, known by their credit code or, before they have one, by their old number."""
    target: Callable = partial(OrganizationTarget, authority)
    return Source(
        code=code,
        name=name,
        model=Organization,
        permission=Permission.REGISTRY_IMPORT,
        fields=fields,
        required=(("name",), ("credit_code", "old_number")),
        presence=("name", "credit_code", "old_number"),
        key_field="credit_code",
        admit=admission(Permission.REGISTRY_IMPORT),
        target=target,
        check_extent=check_extent,
        extents=extents,
        words=WORDS,
        take=take,
        endings=ENDINGS,
    )


def returned_list(
    code: str,
    name: str,
    target: Any,
    take: Take,
    *,
    returning: Returning | None = None,
    named: str = "name",
    **more: Any,
) -> Source:
    """A list of ours come back, for whoever may change its records. `named` is the column that tells people whose row it
    is; `returning` the list, where the target does not name it."""
    permission = target.model.change_permission
    return Source(
        code=code,
        name=name,
        model=target.model,
        permission=permission,
        fields=(returning or target.returning).fields,
        required=((MARK,),),
        presence=(MARK, named),
        key_field=MARK,
        admit=admission(permission),
        target=target,
        check_extent=check_extent,
        take=take,
        **more,
    )


ALL = (*REGISTERED, MEMBERSHIP)
SOME = (AREA, LEGAL, PHONE, ADDRESS)
sources.add(
    organization_list(code="market", name="市场监管登记名单", fields=ALL, authority=Authority("市场监管")),
    organization_list(code="civil", name="民政登记名单", fields=ALL, authority=Authority("民政")),
    organization_list(code="justice", name="司法行政登记名单", fields=ALL, authority=Authority("司法行政")),
    # no register: it fills what others left blank
    organization_list(code="education", name="教育部门民办学校名单", fields=REGISTERED, authority=Authority()),
    # staff as insured or reported, before the registrar's count of the same day
    organization_list(code=TAX, name="税务名单", fields=(*IDENTITY, TYPE, STAFF, *SOME), authority=Authority()),
    # the authority for what it says of Party work; its counts are 核定
    organization_list(
        code=SURVEY,
        name="党建摸底表",
        fields=(*IDENTITY, STAFF, MEMBERSHIP, *SOME, *SURVEYED),
        authority=Authority(own=frozenset({"survey_on", *(field.name for field in SURVEYED)})),
    ),
)
