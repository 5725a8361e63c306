"""A list page: pages by key, bounded counts, filters kept, and a workbook with the rows of the screen."""

from __future__ import annotations

import io
from typing import Any

import django_filters
import openpyxl
import pytest
from django.contrib import admin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from core.listing import Column, ListFilters, ListPage, Order
from core.listing import paging as paging_module
from core.listing.paging import bounded_count, page_of
from core.models import AuditEntry, SavedFilter
from orgs.models import Organization, PartyOrganization
from reports.checks import checks
from tests.people import City


class Filters(ListFilters):
    name = django_filters.CharFilter(lookup_expr="contains", label="名称")
    staff = django_filters.NumberFilter(label="职工")
    category = django_filters.ChoiceFilter(choices=Organization._meta.get_field("category").choices, label="类别")

    class Meta:
        model = Organization
        fields = ()


class Units(ListPage):
    title = "测试清单"
    permission = "registry.view"
    export_permission = "registry.export"
    filters = Filters
    columns = (
        Column("名称", "name", kind="name", link=lambda row: f"/organizations/{row.pk}/"),
        Column("职工", "staff", kind="number", order="staff"),
        Column("管理党组织", "managed_by.name"),
        Column("成立日期", "registered_on", kind="date"),
        Column("次序", "pk", kind="number", order="newest", export=False),
        Column("备注", lambda row: "=1+1", screen=False),
    )
    orders = (Order("name", ("name",), "名称"), Order("staff", ("staff",)), Order("newest", ("-pk",)))
    page_size = 3

    def records(self) -> QuerySet:
        return Organization.objects.managed_within(self.request.scope).select_related("managed_by")


@pytest.fixture
def units(city: City) -> list[Organization]:
    staff = [50, 7, 50, 1200, 7, 50, 3]
    found = [city.organization(f"澄州{index}号有限公司", staff=number) for index, number in enumerate(staff)]
    city.organization("外区公司", managed_by="CZ121", staff=9)
    return found


def asked(city: City, username: str = "street", query: str = "", data: dict[str, str] | None = None, **headers: str):
    """A request as the middleware would hand it on."""
    factory = RequestFactory()
    request: HttpRequest = factory.get("/list/?" + query) if data is None else factory.post("/list/?" + query, data)
    request.META.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()})
    request.user = city.user(username)
    request.scope = city.scope(username)
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


def shown(city: City, username: str = "street", query: str = "", **headers: str) -> str:
    """The page's text."""
    return Units.as_view()(asked(city, username, query, **headers)).content.decode()


@pytest.mark.parametrize("keys", [("staff", "pk"), ("-staff", "pk"), ("staff", "-name", "-pk"), ("-pk",)])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_walking_forth_and_back_meets_every_row_once_in_order(
    units: list[Organization], keys: tuple[str, ...], size: int
) -> None:
    records = Organization.objects.all()
    expected = [row.pk for row in records.order_by(*keys)]
    pages = [page_of(records, keys, size=size)]
    while pages[-1].after:
        pages.append(page_of(records, keys, size=size, after=pages[-1].after))
    assert [row.pk for page in pages for row in page.rows] == expected
    back = [pages[-1]]
    while back[-1].before:
        back.append(page_of(records, keys, size=size, before=back[-1].before))
    assert [row.pk for page in reversed(back) for row in page.rows] == expected


@pytest.mark.parametrize("keys", [("staff", "pk"), ("-pk",)])
def test_a_jump_lands_where_walking_does(units: list[Organization], keys: tuple[str, ...]) -> None:
    records = Organization.objects.all()
    walked = [page_of(records, keys, size=3)]
    while walked[-1].after:
        walked.append(page_of(records, keys, size=3, after=walked[-1].after, number=walked[-1].number + 1))
    jumped = [page_of(records, keys, size=3, number=number) for number in (1, 2, 3)]
    assert jumped == walked
    assert [page.number for page in walked] == [1, 2, 3]
    back = page_of(records, keys, size=3, before=walked[1].before, number=9)
    assert (back.rows, back.number) == (walked[0].rows, 1), "the number is put right where the list begins"


def test_a_list_is_sorted_by_keys_alone_and_only_the_page_is_read_whole(city: City, units: list[Organization]) -> None:
    records = Organization.objects.select_related("managed_by")
    with CaptureQueriesContext(connection) as captured:
        page = page_of(records, ("-staff", "pk"), size=3)
    sorting, reading = [query["sql"] for query in captured]
    assert "party" not in sorting
    assert "party" in reading
    assert [row.staff for row in page.rows] == [1200, 50, 50]
    with CaptureQueriesContext(connection) as captured:
        page_of(records, ("pk",), size=3)
    assert len(captured) == 1


WRONG_PLACES = (
    "x", "{}", "[1]", '["a","b"]', "[[1],2]", "[null]", "[null,1]", '[{"a":1},2]', "[1,Infinity]", "[1,1e30]",
    '["\\ud800",1]', '["\\u0000",1]', "[" * 3_900,
)  # fmt: skip


@pytest.mark.parametrize("cursor", WRONG_PLACES)
def test_a_cursor_that_does_not_fit_is_a_bad_request(units: list[Organization], cursor: str) -> None:
    for keys in (("staff", "pk"), ("name", "pk"), ("pk",)):
        with pytest.raises(BadRequest):
            page_of(Organization.objects.all(), keys, size=3, after=cursor)


def test_a_cursor_is_of_one_list_in_one_order(units: list[Organization]) -> None:
    """Its values are what a row of that list held; no other list has to bear them."""
    cursor = page_of(Organization.objects.all(), ("staff", "pk"), size=3).after
    for rows, keys in (
        (Organization.objects.all(), ("-staff", "-pk")),
        (PartyOrganization.objects.all(), ("staff", "pk")),
    ):
        with pytest.raises(BadRequest):
            page_of(rows, keys, size=3, after=cursor)


def test_counting_stops_at_the_bound(units: list[Organization], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging_module, "COUNT_BOUND", 5)
    assert str(bounded_count(Organization.objects.all())) == "5+"
    assert str(bounded_count(Organization.objects.filter(pk__in=[unit.pk for unit in units[:5]]))) == "5"


def test_the_page_says_total_order_and_number_and_jumps_to_another(city: City, units: list[Organization]) -> None:
    assert "共 7 条，按名称排列" in shown(city)
    assert "共 7 条，按职工降序排列" in shown(city, query="sort=-staff")
    second = shown(city, query="sort=-staff&name=澄州&page=2")
    assert 'name="page" min="1" max="3" value="2"' in second
    assert '<input type="hidden" name="sort" value="-staff">' in second
    assert '<input type="hidden" name="name" value="澄州">' in second
    assert second.count('<input type="hidden" name="page"') == 0
    assert "共 3 页" in second
    last = shown(city, query="page=99")
    assert 'value="3"' in last
    assert "下一页" not in last
    for garbage in ("0", "-1", "x", "１"):
        assert 'max="3" value="1"' in shown(city, query=f"page={garbage}")


def test_no_page_behind_the_bound_is_jumped_to(
    city: City, units: list[Organization], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a jump walks over is counted on each page anyway."""
    monkeypatch.setattr(paging_module, "COUNT_BOUND", 5)
    page = shown(city, query="page=3")
    assert 'max="2" value="2"' in page
    assert "共 2+ 页" in page


def test_every_order_has_a_column_or_a_name() -> None:
    """So that each list can say how it is sorted."""
    get_resolver().url_patterns  # noqa: B018 - reads the pages
    lists = [one for one in all_lists(ListPage) if "columns" in vars(one) and "orders" in vars(one)]
    declared = [
        (one.orders, one.columns)
        for one in lists
        if isinstance(one.orders, tuple) and not one.__module__.startswith("tests")
    ]
    declared += [(one.orders, one.columns) for one in (*admin.site._registry.values(), *checks)]
    assert len(declared) > 20
    for orders, columns in declared:
        bearing = {column.order.lstrip("-") for column in columns}
        for order in orders:
            assert order.code in bearing or order.name != Order.name or not order.keys or order.code == "id", order


def all_lists(kind: type) -> list[Any]:
    return [one for sub in kind.__subclasses__() for one in (sub, *all_lists(sub))]


def test_the_page_shows_the_scope_s_rows_with_links_and_printed_figures(city: City, units: list[Organization]) -> None:
    page = shown(city, query="sort=-staff")
    assert "共 7 条" in page
    assert "1,200" in page
    assert f'<a href="/organizations/{units[3].pk}/">澄州3号有限公司</a>' in page
    assert "外区公司" not in page
    assert 'aria-sort="descending"' in page


@pytest.mark.parametrize(
    ("query", "state"),
    [
        ("sort=staff", "ascending"),
        ("sort=-staff", "descending"),
        ("sort=newest", "descending"),
        ("sort=-newest", "ascending"),
    ],
)
def test_an_arrow_says_how_the_values_of_its_column_stand(
    city: City, units: list[Organization], query: str, state: str
) -> None:
    """Also where the order begins with its largest, or the column falls as its order rises."""
    page = shown(city, query=query)
    assert page.count("aria-sort=") == page.count(f'aria-sort="{state}"') == 1
    assert ("↑" if state == "ascending" else "↓") in page


def test_a_filter_narrows_and_a_wrong_value_is_named(city: City, units: list[Organization]) -> None:
    assert "共 2 条" in shown(city, query="staff=7")
    wrong = shown(city, query="staff=abc")
    assert "条件有误，请改正后再查看。职工：" in wrong
    assert "共 0 条" not in wrong
    assert "没有符合条件的记录" in shown(city, query="name=没有的")
    assert "全部类别" in shown(city)


def test_htmx_gets_the_results_alone_and_a_restored_page_the_whole(city: City, units: list[Organization]) -> None:
    assert "<html" not in shown(city, hx_target="results")
    assert "<html" in shown(city, hx_target="results", hx_history_restore_request="true")


def test_strangers_sign_in_and_those_without_the_permission_are_refused(city: City) -> None:
    with pytest.raises(PermissionDenied):
        Units.as_view()(asked(city, "sysadmin"))


def test_the_number_of_queries_does_not_grow_with_the_rows(city: City) -> None:
    def queries() -> int:
        request = asked(city)
        assert request.scope.unit_managers  # the scope's own query
        with CaptureQueriesContext(connection) as captured:
            Units.as_view()(request)
        return len(captured)

    city.organization(staff=1)
    queries()  # the first page of a process asks for the city's name
    few = queries()
    for _ in range(20):
        city.organization(staff=2)
    assert queries() == few <= 5


def exported(city: City, username: str = "leader", query: str = "", view: Any = Units, **data: str) -> Any:
    """The response to an export."""
    return view.as_view()(asked(city, username, query, {"do": "export", **data}))


def test_the_workbook_has_the_rows_of_the_screen_and_the_export_is_logged(
    city: City, units: list[Organization]
) -> None:
    response = exported(city, query="name=澄州&sort=-staff")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("名称", "职工", "管理党组织", "成立日期", "备注")
    assert [row[1] for row in rows[1:]] == [1200, 50, 50, 50, 7, 7, 3]
    assert {row[4] for row in rows[1:]} == {"=1+1"}
    assert sheet["E2"].data_type == "s"
    entry = AuditEntry.objects.get(action="core.export")
    assert (entry.user, entry.label, entry.changes) == (city.user("leader"), "测试清单", {"rows": [None, 7]})


def test_an_export_needs_its_permission(city: City, units: list[Organization]) -> None:
    with pytest.raises(PermissionDenied):
        exported(city, "secretary")


class Personal(Units):
    personal = True


def test_personal_data_need_a_reason_and_carry_a_watermark(city: City, units: list[Organization]) -> None:
    assert exported(city, view=Personal, reason="用").status_code == 302
    assert not AuditEntry.objects.filter(action="core.export").exists()
    response = exported(city, view=Personal, reason="核对党员组织关系")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert "李领导" in sheet["A1"].value
    assert AuditEntry.objects.get(action="core.export").reason == "核对党员组织关系"


def test_a_list_over_the_cap_is_refused_with_a_sentence(
    city: City, units: list[Organization], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.listing.exporting.CAP", 6)
    request = asked(city, "street", "", {"do": "export"})
    assert Units.as_view()(request).status_code == 302
    assert "超过 6 行" in str(next(iter(request._messages)))


def test_a_filter_is_kept_replaced_and_forgotten_by_its_owner_alone(city: City, units: list[Organization]) -> None:
    Units.as_view()(asked(city, "street", "staff=7&after=x", {"do": "save", "name": "七人"}))
    Units.as_view()(asked(city, "street", "staff=50", {"do": "save", "name": "七人"}))
    saved = SavedFilter.objects.get()
    assert (saved.query, saved.page) == ("staff=50", "/list/")
    assert "七人" in shown(city)
    assert "七人" not in shown(city, "district")
    Units.as_view()(asked(city, "district", "", {"do": "forget", "filter": str(saved.pk)}))
    assert SavedFilter.objects.exists()
    Units.as_view()(asked(city, "street", "", {"do": "forget", "filter": str(saved.pk)}))
    assert not SavedFilter.objects.exists()


def test_a_filter_without_name_or_conditions_is_refused(city: City) -> None:
    request = asked(city, "street", "", {"do": "save", "name": "空"})
    Units.as_view()(request)
    assert "请先选好条件" in str(next(iter(request._messages)))


@pytest.mark.parametrize(("query", "name"), [("q=11010519491231002X", "此人"), ("staff=7", "电话13911112222")])
def test_a_filter_with_somebody_s_number_is_not_kept(city: City, query: str, name: str) -> None:
    request = asked(city, "street", query, {"do": "save", "name": name})
    Units.as_view()(request)
    assert "不能存为常用筛选" in str(next(iter(request._messages)))
    assert not SavedFilter.objects.exists()
