"""The declarative list page: filters, columns and an explicit order; the screen and the workbook share all three."""

from core.listing.columns import Column
from core.listing.filters import ListFilters
from core.listing.page import ListPage
from core.listing.paging import Order

__all__ = ["Column", "ListFilters", "ListPage", "Order"]
