"""The back office: Django's admin, bound to the request's scope.

Every list starts from `within(scope)`, every form, drop-down and bulk change from `changeable(scope)`; what is written goes through the
service that the admin class names. Lists are list pages (`core.listing`), so that they page, filter and export alike.
"""

from core.admin.bulk import BulkAction, BulkForm
from core.admin.forms import ServiceForm
from core.admin.lists import AdminList, label
from core.admin.modeladmin import ScopedModelAdmin
from core.admin.site import NingjuAdminSite
from core.admin.table import TableAdmin, TableForm

__all__ = [
    "AdminList",
    "BulkAction",
    "BulkForm",
    "NingjuAdminSite",
    "ScopedModelAdmin",
    "ServiceForm",
    "TableAdmin",
    "TableForm",
    "label",
]
