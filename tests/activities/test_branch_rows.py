"""全年工作: the small tables of a branch on its own pages: each kind is listed, added to, changed and ended in the same way."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from activities.models import DutyTarget, Plan, Pledge, PledgeItem, Regulation, RoleModelPost
from activities.queries.mends import lacks
from activities.row_kinds import row_kinds
from activities.services import rows
from core.due import due_kinds
from core.models import AuditEntry
from core.refusals import Refusal
from members.models import Member
from orgs.services.endings import merge
from tests.activities.test_filing_page import text
from tests.filing import members
from tests.people import LONG_AGO, City

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 rules"
QUERIES = 16


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def people(city: City) -> list[Member]:
    return members(city, 3)


@pytest.fixture
def secretary(city: City, people: list[Member]) -> Client:
    return city.client("secretary")


def address(city: City, kind: str) -> str:
    return f"/branch/{city['CZ1111'].pk}/{kind}/"


def filled(city: City, people: list[Member]) -> dict[str, dict[str, Any]]:
    """What is typed into each form."""
    year, day = today().year, today().isoformat()
    return {
        "plans": {"kind": "LECTURE", "planned_on": day, "starts_at": "18:00", "ends_at": "19:00", "topic": "党课"},
        "contributions": {"kind": "SERVICE", "done_on": day, "what": "办实事"},
        "pledges": {"year": year, "signed_with": city["CZ111"].pk, "signed_on": day},
        "promises": {"year": year, "what": "发展党员一名", "due_on": day},
        "posts": {"kind": "AREA", "name": "一车间", "member": [one.pk for one in people[:2]], "since": day},
        "targets": {"member": people[0].pk, "year": year, "duty": "质检", "target": "零差错"},
        "rectifications": {"problem": "学习不够", "measure": "每月学习", "responsible": "钱书记", "due_on": day},
        "regulations": {"group": "LIFE", "title": "三会一课制度", "adopted_on": day},
        "goals": {"year": year, "wanted": "FIVE", "what": "提高出勤"},
    }


def test_each_kind_is_added_listed_and_changed(city: City, secretary: Client, people: list[Member]) -> None:
    typed = filled(city, people)
    assert [*typed] == [*row_kinds.codes()]
    for kind in row_kinds:
        assert kind.empty in text(secretary.get(address(city, kind.code)))
        assert secretary.post(address(city, kind.code) + "new/", typed[kind.code]).status_code == 302, kind.code
        found = list(kind.of(city["CZ1111"]))
        assert len(found) == (2 if kind.each else 1), kind.code
        said = text(secretary.get(address(city, kind.code)))
        assert str(found[0]) in said
        assert f'href="/branch/{kind.code}/{found[0].pk}/"' in said
        form = text(secretary.get(f"/branch/{kind.code}/{found[0].pk}/"))
        assert (kind.ends and f">确定{kind.ends}</button>" in form) or not kind.ends
        again = {name: value for name, value in typed[kind.code].items() if name not in kind.once}
        assert secretary.post(f"/branch/{kind.code}/{found[0].pk}/", again).status_code == 302
        actions = {kind.services.adding, kind.services.changing}
        assert AuditEntry.objects.filter(action__in=actions).count() == len(found), "the same again says nothing"


def test_the_page_of_the_branch_has_a_line_for_each_kind(city: City, secretary: Client, people: list[Member]) -> None:
    for kind, typed in filled(city, people).items():
        secretary.post(address(city, kind) + "new/", typed)
    said = text(secretary.get("/branch/"))
    lines = dict(re.findall(r'<li><a href="[^"]*">([^<]*)</a><span class="tight">([^<]*)</span></li>', said))
    assert lines == {
        "活动计划": "1 项今后的计划", "作用发挥": "今年 1 件", "年度目标责任书": "今年 1 份", "责任书事项": "1 项没有完成",
        "党员责任区、先锋岗": "2 人次承担", "设岗定责、目标管理": "今年 1 项", "制度": "1 项",
        "整改事项": "1 项没有完成", "争创目标": "今年 1 项", "主题实践活动": "没有要参加的", "典型经验": "没有可以借鉴的",
    }  # fmt: skip
    assert said.index("本月待办") < said.index("全年工作")


def test_what_is_refused_stands_at_its_field(city: City, secretary: Client, people: list[Member]) -> None:
    typed = filled(city, people)
    over = secretary.post(address(city, "plans") + "new/", typed["plans"] | {"planned_on": "2020-01-01"})
    assert "planned_on" in over.context["form"].errors
    early = secretary.post(address(city, "pledges") + "new/", typed["pledges"] | {"year": "20"})
    assert "year" in early.context["form"].errors


def test_a_row_that_can_end_ends_today_and_is_then_only_read(
    city: City, secretary: Client, people: list[Member]
) -> None:
    typed = filled(city, people)
    for code, model in (("plans", Plan), ("posts", RoleModelPost), ("regulations", Regulation)):
        secretary.post(address(city, code) + "new/", typed[code])
        row, kind = model.objects.order_by("pk")[0], row_kinds[code]
        where = f"/branch/{code}/{row.pk}/"
        assert f"“{row}”已{kind.ends}。" in text(secretary.post(where, {"end": "1"}, follow=True))
        assert kind.services.ended(model.objects.get(pk=row.pk), today()) == today()
        assert "不能再修改" in text(secretary.get(where))
        assert f"已{kind.ends}" in text(secretary.get(address(city, code)))
        assert "不能再修改" in text(secretary.post(where, typed[code] | {"end": "1"}))


def test_a_form_offers_what_the_branch_may_name(city: City, secretary: Client, people: list[Member]) -> None:
    elsewhere = city.member("外支部党员", of="CZ1112")
    assert elsewhere.name not in text(secretary.get(address(city, "posts") + "new/"))
    typed = filled(city, people)
    refused = secretary.post(address(city, "targets") + "new/", typed["targets"] | {"member": elsewhere.pk})
    assert refused.status_code == 200
    assert not DutyTarget.objects.exists()
    form = text(secretary.get(address(city, "pledges") + "new/"))
    assert str(city["CZ111"]) in form
    assert str(city["CZ121"]) not in form
    with pytest.raises(Refusal, match="不是中共澄州明川电子有限公司支部委员会的上级"):
        rows.pledges.add(
            by=None, party_organization=city["CZ1111"], year=2026, signed_with=city["CZ121"], signed_on=LONG_AGO, on=today()
        )  # fmt: skip
    with pytest.raises(Refusal, match="不在中共澄州明川电子有限公司支部委员会的名册上"):
        rows.duty_targets.add(
            by=None, party_organization=city["CZ1111"], member=elsewhere, year=2026, duty="质检", target="零差错", on=today()
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("promises", {}, "还没有登记责任书"),
        ("targets", {"year": 26}, "年度请填写四位数"),
        ("regulations", {"adopted_on": "2999-01-01"}, "还没有发生的不能登记"),
        ("plans", {"ends_at": "17:00"}, "结束时间应晚于开始时间"),
        ("posts", {"member": []}, "必填"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    city: City, secretary: Client, people: list[Member], kind: str, typed: dict[str, Any], said: str
) -> None:
    answer = text(secretary.post(address(city, kind) + "new/", filled(city, people)[kind] | typed))
    assert said in answer
    assert not row_kinds[kind].of(city["CZ1111"]).exists()


def test_the_same_once_more_is_refused(city: City, secretary: Client, people: list[Member]) -> None:
    typed = filled(city, people)
    for kind in ("pledges", "promises", "posts", "targets", "regulations"):
        for _ in range(2):
            last = secretary.post(address(city, kind) + "new/", typed[kind])
        assert "已登记" in text(last) or "已承担" in text(last), kind
        assert row_kinds[kind].of(city["CZ1111"]).count() == (2 if kind == "posts" else 1)


def test_a_document_is_told_by_its_content_and_opens_for_whoever_may(
    city: City, secretary: Client, people: list[Member], settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    typed = filled(city, people)["regulations"]
    script = SimpleUploadedFile("制度.pdf", b"<script>alert(1)</script>")
    assert "只能上传" in text(secretary.post(address(city, "regulations") + "new/", typed | {"document": script}))
    assert not Regulation.objects.exists()
    secretary.post(address(city, "regulations") + "new/", typed | {"document": SimpleUploadedFile("../制度.exe", PDF)})
    rule = Regulation.objects.get()
    assert (rule.document, rule.content_type) == ("制度.pdf", "application/pdf")
    where = f"/branch/regulations/{rule.pk}/file/"
    answer = secretary.get(where)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert [city.client(who).get(where).status_code for who in ("street", "stranger", "leader")] == [200, 404, 403]
    other = SimpleUploadedFile("新制度.pdf", PDF + b"2")
    secretary.post(f"/branch/regulations/{rule.pk}/", typed | {"document": other})
    secretary.post(f"/branch/regulations/{rule.pk}/", typed)
    changed = Regulation.objects.get()
    assert changed.document == "新制度.pdf"
    assert changed.file != rule.file
    kept = [one.name for one in (tmp_path / "attachments").iterdir()]
    assert set(kept) >= {changed.file.rpartition("/")[2]}


def test_what_a_pledge_promised_is_due_to_its_own_branch(city: City, people: list[Member]) -> None:
    of_year = {"year": today().year, "on": today(), "by": None}
    for code, above in (("CZ1111", "CZ111"), ("CZ111", "CZ11")):
        of_node = of_year | {"party_organization": city[code]}
        rows.pledges.add(signed_with=city[above], signed_on=today(), **of_node)
        for what, late in (("已过期", 1), ("今天到期", 0), ("已完成", 9)):
            done = {"done_on": today()} if late == 9 else {}
            rows.pledge_items.add(what=f"{code}{what}", due_on=today() - timedelta(days=late), **done, **of_node)
    kind = due_kinds["activities.promises"]

    def told(who: str) -> list[tuple[str, str]]:
        scope = city.scope(who)
        return [(one.what, one.url) for one in kind.items(kind.of(scope, today()), scope, today())]

    mine, theirs = (PledgeItem.objects.get(what=f"{code}已过期").pk for code in ("CZ1111", "CZ111"))
    assert told("secretary") == [("责任书事项：CZ1111已过期", f"/branch/promises/{mine}/")]
    assert told("street") == [("责任书事项：CZ111已过期", f"/admin/activities/pledgeitem/{theirs}/change/")]
    assert told("stranger") == []
    assert told("district") == []


def test_a_contribution_is_registered_and_mended(city: City, secretary: Client) -> None:
    branch = city["CZ1111"]
    data = {"kind": "RIGHTS", "done_on": "2026-11-20", "what": "职工加班费争议", "passed_to_union_on": "2026-11-22"}
    secretary.post(f"/branch/{branch.pk}/contributions/new/", data)
    deed = branch.contributions.get()
    assert "2026-11-22 转交工会" in text(secretary.get(address(city, "contributions")))
    secretary.post(f"/branch/contributions/{deed.pk}/", data | {"result": "已补发"})
    assert "已补发" in text(secretary.get(address(city, "contributions")))
    refused = secretary.post(f"/branch/{branch.pk}/contributions/new/", data | {"kind": "SERVICE"})
    assert "只有维权事项转交工会" in text(refused)


def test_no_other_branch_is_reached_and_no_other_kind(city: City, secretary: Client, people: list[Member]) -> None:
    secretary.post(address(city, "pledges") + "new/", filled(city, people)["pledges"])
    row = Pledge.objects.get()
    stranger = city.client("stranger")
    for where in (address(city, "pledges"), address(city, "pledges") + "new/", f"/branch/pledges/{row.pk}/"):
        assert stranger.get(where).status_code == 404
        assert city.client("leader").get(where).status_code == 403
        assert city.client("street").get(where).status_code == 200
    assert secretary.get(address(city, "nothing")).status_code == 404
    assert secretary.get(f"/branch/{city['CZ1112'].pk}/pledges/").status_code == 404
    assert city.client("street").get(f"/branch/{city['CZ111'].pk}/pledges/").status_code == 404, "a committee has none"


def test_what_the_branch_lacks_stands_on_its_page_and_health_sheet_with_the_names(
    city: City, secretary: Client, people: list[Member]
) -> None:
    branch, typed = city["CZ1111"], filled(city, people)
    overdue = {"due_on": (today() - timedelta(days=2)).isoformat()}
    first = {one.what: one for one in lacks(branch, on=today())}
    assert [*first] == [
        "今年还没有登记作用发挥",
        "今年还没有签订年度目标责任书",
        f"{people[0]}、{people[1]}、{people[2]}没有承担责任区、先锋岗",
        f"{people[0]}、{people[1]}、{people[2]}今年没有岗位目标",
        "还没有组织生活、党员教育管理、自我约束、党群共建制度",
    ]
    for kind in ("contributions", "pledges", "posts", "targets", "regulations"):
        secretary.post(address(city, kind) + "new/", typed[kind])
    secretary.post(address(city, "promises") + "new/", typed["promises"] | overdue)
    told = [one.what for one in lacks(branch, on=today())]
    assert told == [
        "责任书有 1 项逾期没有完成：发展党员一名",
        f"{people[2]}没有承担责任区、先锋岗",
        f"{people[1]}、{people[2]}今年没有岗位目标",
        "还没有党员教育管理、自我约束、党群共建制度",
    ]
    sheet = text(secretary.get(f"/health/{branch.pk}/"))
    assert all(one in sheet for one in told)
    page = text(secretary.get(address(city, "posts")))
    assert told[1] in page
    [names] = re.findall(r'href="(/admin/members/member/[^"]*)"', page)
    listed = text(secretary.get(names.replace("&amp;", "&")))
    assert [one.name in listed for one in people] == [False, False, True]


def test_a_list_takes_as_many_queries_however_long_it_is(
    city: City, secretary: Client, people: list[Member], django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        rows.role_model_posts.add(
            by=None, party_organization=city["CZ1111"], kind="POST", name=f"岗 {number}", member=people[number % 3],
            since=LONG_AGO, on=today(),
        )  # fmt: skip
    secretary.get(address(city, "posts"))
    with django_assert_max_num_queries(QUERIES):
        secretary.get(address(city, "posts"))


def test_posts_end_with_their_branch_and_go_along_when_it_is_merged(city: City, people: list[Member]) -> None:
    post = rows.role_model_posts.add(
        by=None, party_organization=city["CZ1111"], kind="POST", name="岗", member=people[0], since=LONG_AGO, on=today()
    )
    merge(by=None, party_organization=city["CZ1111"], into=city["CZ1112"], on=today(), reason="合并")
    post.refresh_from_db()
    assert post.party_organization == city["CZ1112"]
    assert post.until is None
