"""The page of a record: every button keeps what was typed, nothing is asked twice, what is refused is said with the way to it."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from PIL import Image

from activities.models import ActivityRecord, Attachment, Obligation, Plan
from activities.services import records
from activities.services.months import close_month
from activities.services.obligations import lay_out
from core.months import YearMonth
from members.models import Member
from orgs.models import Venue
from tests.filing import TEXT, file_record, members
from tests.pages import post_forms
from tests.people import City

pytestmark = pytest.mark.django_db
QUERIES_FORM, QUERIES_DRAFT, QUERIES_RECORD = 12, 13, 18
KEY = UUID("6f6b1f8e-0f5c-4d55-8d3d-0c9b6f1f2a11")


def photo(shade: int = 120) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").rotate(shade).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def today():
    return timezone.localdate()


@pytest.fixture
def people(city: City) -> list[Member]:
    return members(city, 12)


@pytest.fixture
def secretary(city: City, people: list[Member]) -> Client:
    lay_out(on=today())
    return city.client("secretary")


def address(city: City, key: UUID = KEY, kind: str = "THEME_DAY") -> str:
    return f"/branch/{city['CZ1111'].pk}/records/{key}/?kind={kind}"


def typed(
    people: list[Member], *, absent: Member | None = None, kind: str = "THEME_DAY", **more: Any
) -> dict[str, Any]:
    """What the form sends when everybody came but one."""
    said: dict[str, Any] = {
        "kind": kind, "held_on": today().isoformat(), "starts_at": "17:30", "ends_at": "19:00", "place": "三楼会议室",
        "host": "钱书记", "recorder": "党员1", "topic": "学习全会精神", "content": TEXT, "gathering": "TOGETHER",
        "working_time": "no", "owners": "1", "managers": "", "employees": "4", "topics": ["POLICY", "LAW"],
        "roll": ",".join(str(one.pk) for one in people), "came": [one.pk for one in people if one != absent],
        "decisions-TOTAL_FORMS": "1", "decisions-INITIAL_FORMS": "0",
    }  # fmt: skip
    return said | ({f"reason-{absent.pk}": "SICK", f"note-{absent.pk}": "住院"} if absent else {}) | more


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_record_with_one_absence_is_handed_in_once_however_often_it_is_sent(
    city: City, secretary: Client, people: list[Member]
) -> None:
    data = typed(people, absent=people[3]) | {"submit": "1"}
    first, second = (secretary.post(address(city), data) for _ in range(2))
    record = ActivityRecord.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/branch/records/{record.pk}/"
    assert (record.status, record.expected, record.present, record.entered_by) == ("SUBMITTED", 12, 11, None)
    assert (record.owners, record.managers, record.employees) == (1, 0, 4)
    assert [(row.member, row.reason, row.note) for row in record.attendances.filter(present=False)] == [
        (people[3], "SICK", "住院")
    ]
    assert set(record.topics.values_list("topic", flat=True)) == {"POLICY", "LAW"}
    mine = Obligation.objects.filter(party_organization=city["CZ1111"], kind__in=["ANY", "THEME_DAY"])
    states = mine.values_list("state", flat=True)
    assert set(states) == {"ON_TIME"}
    assert secretary.get(address(city)).headers["Location"] == f"/branch/records/{record.pk}/"


def test_what_is_wrong_is_said_with_the_way_to_it_and_nothing_typed_is_lost(
    city: City, secretary: Client, people: list[Member]
) -> None:
    data = typed(people, absent=people[0], host="", ends_at="17:00", topic="") | {f"reason-{people[0].pk}": ""}
    answer = secretary.post(address(city), data | {"submit": "1"})
    said, errors = text(answer), answer.context["form"].errors
    assert errors == {"host": ["请填写主持人"], "topic": ["请填写主题（议题）"], "ends_at": ["结束时间应晚于开始时间"]}
    assert '<a href="#id_topic">请填写主题（议题）</a>' in said
    assert f'<a href="#people">请选择{people[0]}的缺席原因' in said
    assert 'value="三楼会议室"' in said
    draft = ActivityRecord.objects.get()
    assert (draft.status, draft.typed["place"]) == ("DRAFT", ["三楼会议室"])
    assert TEXT in text(secretary.get(address(city)))


def test_a_half_date_is_kept_as_it_was_typed(city: City, secretary: Client, people: list[Member]) -> None:
    data = typed(people, held_on="2026-13", owners="很多")
    secretary.post(address(city), data | {"draft": "1"})
    assert 'value="2026-13"' in text(secretary.get(address(city)))
    said = text(secretary.post(address(city), data | {"submit": "1"}))
    assert "请填写整数" in said


def test_every_button_keeps_what_was_typed(city: City, secretary: Client, people: list[Member]) -> None:
    for button in ({"draft": "1"}, {"copy": "1"}, {"more": "1"}, {"upload": "1"}, {"switch": "LECTURE"}):
        key = uuid4()
        answer = secretary.post(address(city, key), typed(people, topic="安全生产") | button)
        assert answer.status_code == 302
        assert "安全生产" in text(secretary.get(answer.headers["Location"].partition("#")[0]))
        assert ActivityRecord.objects.get(draft_key=key).kind == button.get("switch", "THEME_DAY")


def test_copying_takes_place_host_and_recorder_and_never_what_was_said(
    city: City, secretary: Client, people: list[Member]
) -> None:
    file_record(city, on=today(), held_on=today() - timedelta(days=9))
    secretary.post(address(city), {"kind": "THEME_DAY", "copy": "1"})
    said = ActivityRecord.objects.get(draft_key=KEY).typed
    assert (said["place"], said["host"], said["starts_at"]) == (["明川电子三楼会议室"], ["钱书记"], ["17:30"])
    assert not {"content", "topic", "came"} & said.keys()


def test_the_list_begins_with_everybody_but_whoever_is_away_for_long(
    city: City, secretary: Client, people: list[Member]
) -> None:
    data = typed(people, absent=people[5]) | {f"reason-{people[5].pk}": "FLOATING", "submit": "1"}
    secretary.post(address(city, uuid4()), data)
    said = text(secretary.get(address(city)))
    ticked = set(re.findall(r'name="came" value="(\d+)" id="[^"]*" checked', said))
    assert ticked == {str(one.pk) for one in people if one != people[5]}
    assert '<option value="FLOATING" selected>' in said


def test_another_day_brings_the_roll_of_that_day_and_keeps_the_ticks(
    city: City, secretary: Client, people: list[Member]
) -> None:
    late = city.member("新来的")
    Member.objects.filter(pk=late.pk).update(since=today())
    said = {"held_on": today().isoformat(), "roll": people[0].pk, "came": [], f"reason-{people[0].pk}": "SICK"}
    part = text(secretary.get(address(city), said | {"kind": "THEME_DAY"}, headers={"HX-Target": "people"}))
    assert "<html" not in part
    assert "新来的" in part
    assert '<option value="SICK" selected>' in part
    before = said | {"held_on": (today() - timedelta(days=1)).isoformat(), "kind": "THEME_DAY"}
    assert "新来的" not in text(secretary.get(address(city), before, headers={"HX-Target": "people"}))


def test_decisions_are_voted_on_where_the_kind_needs_it(city: City, secretary: Client, people: list[Member]) -> None:
    vote = {
        "decisions-0-text": "同意发展对象名单", "decisions-0-yes": "12", "decisions-0-no": "0",
        "decisions-0-abstained": "1", "decisions-0-responsible": "党员1", "decisions-0-due_on": "2026-12-10",
    }  # fmt: skip
    data = typed(people, kind="CONGRESS") | vote | {"submit": "1"}
    refused = text(secretary.post(address(city, kind="CONGRESS"), data))
    assert "第 1 项决议共 13 票，与到会有表决权的 12 人不符" in refused
    secretary.post(address(city, kind="CONGRESS"), data | {"decisions-0-abstained": "0"})
    decision = ActivityRecord.objects.get(status="SUBMITTED").decisions.get()
    assert (decision.yes, decision.abstained, decision.responsible) == (12, 0, "党员1")


def test_of_talks_only_those_who_came_are_ticked(city: City, secretary: Client, people: list[Member]) -> None:
    assert ' checked>\n      <label for="came' not in text(secretary.get(address(city, kind="TALK")))
    data = typed(people, kind="TALK") | {"came": [people[0].pk, people[1].pk], "submit": "1"}
    secretary.post(address(city, kind="TALK"), data)
    assert ActivityRecord.objects.get(status="SUBMITTED").attendances.count() == 2


def test_files_go_with_any_button_and_can_be_taken_away(
    city: City, secretary: Client, people: list[Member], settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    good, bad = SimpleUploadedFile("现场.jpg", photo()), SimpleUploadedFile("a.html", b"<script>1</script>")
    said = text(secretary.post(address(city), typed(people) | {"files": [good, bad], "submit": "1"}, follow=True))
    assert "“a.html”：只能上传照片" in said
    attachment = Attachment.objects.get()
    assert attachment.record.status == "DRAFT"
    answer = secretary.get(f"/branch/files/{attachment.pk}/")
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert city.client("stranger").get(f"/branch/files/{attachment.pk}/").status_code == 404
    secretary.post(address(city), typed(people) | {"remove": attachment.pk})
    assert not Attachment.objects.exists()
    assert ActivityRecord.objects.get().typed["topic"] == ["学习全会精神"]


def test_the_script_is_told_what_was_kept_and_what_was_not(
    city: City, secretary: Client, people: list[Member], settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    data = {"files": SimpleUploadedFile("现场.jpg", photo()), "taken_on": "2026-11-20", "draft": "1", "stamp": "s1"}
    answer = secretary.post(address(city), typed(people) | data, headers={"Accept": "application/json"})
    said = answer.json()
    assert (answer.status_code, said["refused"]) == (200, [])
    assert re.fullmatch(r"\d\d:\d\d", said["at"])
    assert "现场.jpg" in said["files"]
    assert Attachment.objects.get().taken_on.isoformat() == "2026-11-20"
    assert 'name="stamp" value="s1"' in text(secretary.get(address(city)))
    secretary.post(address(city), typed(people) | {"submit": "1", "stamp": "s1"})
    again = secretary.post(address(city), typed(people) | {"draft": "1"}, headers={"Accept": "application/json"})
    assert (again.status_code, again.json()["refused"]) == (409, ["这份记录已提交；要修改，请先撤回。"])


@pytest.mark.parametrize(("limit", "said"), [("DISK_RESERVE_MB", "磁盘空间不足，文件没有保存"), ("", "文件超过上限")])
def test_a_file_that_is_not_even_received_leaves_the_text_and_is_said(
    city: City, secretary: Client, people: list[Member], settings: Any, monkeypatch: Any, limit: str, said: str
) -> None:
    if limit:
        settings.DISK_RESERVE_MB = 10**9
    else:
        monkeypatch.setattr("core.uploads.MAX_FILE_BYTES", -(1 << 20))
    sent = {"files": SimpleUploadedFile("现场.jpg", photo()), "draft": "1"}
    answer = secretary.post(address(city), typed(people) | sent, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert said in answer.json()["refused"][0]
    del sent["draft"]
    sent["files"].seek(0)
    page = text(secretary.post(address(city), typed(people, topic="第二次") | sent | {"submit": "1"}, follow=True))
    assert said in page
    record = ActivityRecord.objects.get()
    assert (record.status, record.typed["topic"]) == ("DRAFT", ["第二次"])


def test_what_another_device_saved_gives_way_only_to_whoever_saw_it(
    city: City, secretary: Client, people: list[Member]
) -> None:
    def sent(topic: str, stamp: str, known: str = "", **how: Any) -> Any:
        return secretary.post(address(city), typed(people, topic=topic, draft="1", stamp=stamp, known=known), **how)

    sent("手机的题目", "s1")
    script: dict[str, Any] = {"headers": {"Accept": "application/json"}}
    assert sent("电脑的题目", "s2", **script).status_code == 409
    assert sent("手机的新题目", "s3", "s0 s1", **script).status_code == 200
    page = text(sent("电脑的题目", "s2"))
    assert "刚在另一台设备上保存过，没有覆盖" in page
    assert "电脑的题目" in page
    assert 'name="known" value="s3"' in page
    assert ActivityRecord.objects.get().typed["topic"] == ["手机的新题目"]
    submitted = secretary.post(address(city), typed(people, stamp="s2", submit="1"))
    assert "刚在另一台设备上保存过" in text(submitted)
    sent("电脑的题目", "s2", "s3")
    assert ActivityRecord.objects.get().typed["topic"] == ["电脑的题目"]


def test_what_was_typed_beside_a_photo_comes_back_when_it_cannot_be_saved_now(
    city: City, secretary: Client, people: list[Member], monkeypatch: Any
) -> None:
    secretary.raise_request_exception = False
    with monkeypatch.context() as away:
        away.setattr(records, "save_draft", lambda **_: (_ for _ in ()).throw(OperationalError("the server is away")))
        sent = typed(people) | {"files": SimpleUploadedFile("现场.jpg", photo()), "submit": "1"}
        answer = secretary.post(address(city), sent)
    page = text(answer)
    assert answer.status_code == 503
    assert "选择的文件没有收下" in page
    assert '<textarea name="topic" hidden>\n学习全会精神</textarea>' in page
    assert ('name="draft"' in page, 'name="submit"' in page) == (True, False)


def test_a_plan_of_this_month_is_what_the_form_begins_with(city: City, secretary: Client) -> None:
    venue = Venue.objects.create(name="云台党群服务中心", kind="SHARED", managed_by=city["CZ111"])
    branch = city["CZ1111"]
    plan = {"kind": "THEME_DAY", "planned_on": today().isoformat(), "starts_at": "18:00", "ends_at": "19:00",
            "topic": "重温入党誓词", "place": "", "venue": venue.pk}  # fmt: skip
    assert secretary.post(f"/branch/{branch.pk}/plans/new/", plan).status_code == 302
    said = text(secretary.get(address(city)))
    assert 'value="重温入党誓词"' in said
    assert f'<option value="{venue.pk}" selected>云台党群服务中心' in said
    taken = city.client("street").post(f"/branch/{city['CZ1112'].pk}/plans/new/", plan)
    assert "已由中共澄州明川电子有限公司支部委员会预约" in text(taken)
    mine = Plan.objects.get()
    secretary.post(f"/branch/plans/{mine.pk}/", {"end": "1"})
    mine.refresh_from_db()
    assert mine.cancelled_on == today()


def test_the_street_is_named_and_may_not_reach_elsewhere(city: City, secretary: Client, people: list[Member]) -> None:
    street = city.client("street")
    assert "记录会注明由您代填" in text(street.get(address(city)))
    street.post(address(city), typed(people) | {"submit": "1"})
    record = ActivityRecord.objects.get()
    assert record.entered_by == city.user("street")
    assert "孙街代填" in text(secretary.get(f"/branch/records/{record.pk}/"))
    stranger = city.client("stranger")
    assert stranger.get(address(city)).status_code == 404
    assert stranger.post(address(city), typed(people)).status_code == 404
    assert stranger.get(f"/branch/records/{record.pk}/").status_code == 404


def test_a_record_reads_prints_copies_and_is_taken_back(city: City, secretary: Client, people: list[Member]) -> None:
    secretary.post(address(city), typed(people, absent=people[3]) | {"submit": "1"})
    record = ActivityRecord.objects.get()
    said = text(secretary.get(f"/branch/records/{record.pk}/"))
    assert f"<td>{people[3]}（住院）</td>" in said
    assert f"应到、实到：应到 12 名，实到 11 名\n到会：{people[0]}、" in said
    assert "主持人（签字）" in said
    listed = text(secretary.get("/branch/records/", {"branch": city["CZ1111"].pk}))
    assert f'href="/branch/records/{record.pk}/"' in listed
    street = city.client("street")
    assert "撤回修改" not in text(street.get(f"/branch/records/{record.pk}/"))
    assert "由支部撤回" in text(street.post(f"/branch/records/{record.pk}/", follow=True)), "the street returns it"
    back = secretary.post(f"/branch/records/{record.pk}/")
    form = text(secretary.get(back.headers["Location"]))
    assert 'value="三楼会议室"' in form
    assert '<option value="SICK" selected>' in form
    sent = next(one for one in post_forms("/", form) if "held_on" in one.data)
    assert sent.data["topic"] == "学习全会精神改"
    assert secretary.post(f"/branch/records/{record.pk}/", follow=True).status_code == 200


def test_a_closed_month_asks_why_it_comes_so_late(city: City, secretary: Client, people: list[Member]) -> None:
    before = YearMonth.of(today()).plus(-1)
    close_month(by=city.user("city"), month=before, at=timezone.now(), on=today())
    data = typed(people, held_on=before.last_day.isoformat()) | {"submit": "1"}
    assert "已关账，补报请填写迟报原因" in str(
        secretary.post(address(city), data).context["form"].errors["late_reason"]
    )
    secretary.post(address(city), data | {"late_reason": "网络故障"})
    assert ActivityRecord.objects.get().status == "SUBMITTED"


def test_pages_take_as_many_queries_for_twelve_members_as_for_thirty(
    city: City, secretary: Client, people: list[Member], django_assert_max_num_queries: Any
) -> None:
    record = file_record(city, on=today(), held_on=today())
    draft = typed(people) | {"draft": "1"}
    for most in (100, QUERIES_DRAFT):  # the first makes the record; what follows is sent at every pause of the typing
        with django_assert_max_num_queries(most):
            assert secretary.post(address(city), draft, headers={"Accept": "application/json"}).status_code == 200
    pages = {address(city): QUERIES_FORM, f"/branch/records/{record.pk}/": QUERIES_RECORD}
    for url in pages:
        secretary.get(url)
    for more in (0, 18):
        members(city, more)
        for url, most in pages.items():
            with django_assert_max_num_queries(most):
                assert secretary.get(url).status_code == 200
