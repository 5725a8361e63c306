"""What the lists of organizations have in common: a list is declared by `organization_list`, one file each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from accounts.permissions import Permission
from core.sources import Source, SourceField
from orgs.models import Organization
from orgs.sources.areas import check_extent, extents
from orgs.sources.authority import Authority
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
