"""Nothing that is kept ties an answer to who gave it: neither the tables, nor what the database notes of its rows, nor the trail,
nor a log, nor a session. And no code answers twice, however many send it at once."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.core.serializers import serialize
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.fields import CodeDigestField
from core.models import AuditEntry
from core.refusals import Refusal
from evaluations.models import Survey, SurveySum, SurveyTicket
from evaluations.rules.surveys import QUESTIONS
from evaluations.services import surveys
from evaluations.services.answers import digest_of
from tests.people import TODAY, City
from tests.surveys import GOOD, POOR, UNTIL, begun, closed, codes, paper, say

PAGE = "/survey/"


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def rows() -> dict[str, str]:
    """All that stands in the tables of ours and of sessions, but for tickets and sums: the trail, jobs, sessions …"""
    kinds = [kind for kind in apps.get_models() if kind not in (SurveyTicket, SurveySum) and kind._meta.managed]
    return {kind._meta.label: serialize("json", kind._default_manager.order_by("pk")) for kind in kinds}


def test_tickets_and_sums_have_no_column_that_tells_when_or_whose() -> None:
    fields = {
        kind: {field.name: type(field) for field in kind._meta.get_fields()} for kind in (SurveyTicket, SurveySum)
    }
    assert fields == {
        SurveyTicket: {"digest": CodeDigestField, "survey": models.ForeignKey, "used": models.BooleanField},
        SurveySum: {
            "id": models.BigAutoField, "survey": models.ForeignKey, "question": models.CharField,
            "grade": models.CharField, "number": models.PositiveIntegerField,
        },
    }  # fmt: skip
    pointing = {
        (field.model, field.name)
        for kind in apps.get_models()
        for field in kind._meta.get_fields()
        if field.concrete and field.related_model in (SurveyTicket, SurveySum)
    }
    assert pointing == set(), "nothing hangs on a ticket or a sum"
    days = [field for field in Survey._meta.concrete_fields if isinstance(field, models.DateField)]
    assert not [field.name for field in days if isinstance(field, models.DateTimeField)]


@pytest.mark.django_db
def test_an_answer_changes_a_bit_of_a_ticket_and_sums_and_nothing_else_anywhere(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    survey, signed_in = begun(city), city.client("secretary")
    signed_in.get("/me/")
    session = signed_in.session
    session["seen"] -= 600  # any other page would count as use now
    session.save()
    made = codes(city, survey, 3)
    before = rows()
    with caplog.at_level(logging.DEBUG):
        for client, code in ((Client(), made[0]), (signed_in, made[1])):
            assert client.post(PAGE, {"code": code, "do": "answer"} | POOR).status_code == 302
            assert client.get("/survey/done/").status_code == 200
        signed_in.post(PAGE, {"code": "ABCDEFGHJK23"})
    after = rows()
    assert [name for name in before if before[name] != after[name]] == []
    told = " ".join([*after.values(), *(record.getMessage() for record in caplog.records)])
    assert not [code for code in made if code in told or digest_of(code) in told]


@pytest.mark.django_db
def test_the_trail_says_how_many_codes_there_were_and_never_which(city: City) -> None:
    survey = begun(city)
    made = codes(city, survey, 10)
    for code in made:
        say(code)
    paper(city, survey, GOOD=3)
    closed(city, survey)
    entries = AuditEntry.objects.filter(action__startswith="evaluations.survey")
    assert sorted({*entries.values_list("action", "model")}) == [
        ("evaluations.survey_close", "evaluations.score"), ("evaluations.survey_close", "evaluations.survey"),
        ("evaluations.survey_issue", "evaluations.survey"), ("evaluations.survey_open", "evaluations.survey"),
        ("evaluations.survey_paper", "evaluations.surveypaper"),
    ]  # fmt: skip
    whole = serialize("json", AuditEntry.objects.all())
    assert not [code for code in made if code in whole or digest_of(code) in whole]
    assert not SurveyTicket.objects.exists(), "gone with the end"


@pytest.mark.django_db
def test_a_deadline_that_moves_tells_of_nobody(city: City) -> None:
    """Neither who had answered by then nor how many: the entry has the two days and the reason."""
    survey = begun(city)
    made = codes(city, survey, 4)
    for code in made[:2]:
        say(code, POOR)
    before = [list(kind.objects.order_by("pk").values()) for kind in (SurveyTicket, SurveySum)]
    with CaptureQueriesContext(connection) as asked:
        surveys.put_off(by=city.user("street"), survey=survey, until=UNTIL + timedelta(days=1), reason="停产", on=TODAY)
    told = [query["sql"] for query in asked]
    assert not [sql for sql in told if SurveyTicket._meta.db_table in sql or SurveySum._meta.db_table in sql]
    assert [list(kind.objects.order_by("pk").values()) for kind in (SurveyTicket, SurveySum)] == before
    entry = AuditEntry.objects.get(action="evaluations.survey_put_off")
    assert entry.changes.keys() == {"until"}


@pytest.mark.django_db
def test_a_sheet_of_paper_tells_of_nobody(city: City) -> None:
    """No field to fill in, and the same for whoever prints it: who printed it, and when, is not on it."""
    survey = begun(city)
    url = f"/evaluations/{survey.evaluation_id}/survey/sheet/"
    texts = [city.client(who).get(url).content.decode() for who in ("street", "city", "secretary")]
    sheets_ = {text.partition("<main")[2].partition("</main>")[0] for text in texts}
    assert len(sheets_) == 1
    (sheet,) = sheets_
    assert all(text in sheet for text in QUESTIONS.values())
    assert sheet.count("□") == 4 * len(QUESTIONS)
    assert "不记名" in sheet
    assert not re.findall("姓名：|电话：|<input|<textarea|编号：", sheet)
    assert not [user.name for user in city.people.values() if user.name in sheet]
    closed(city, survey)
    assert city.client("street").get(url).status_code == 404


@pytest.mark.django_db
def test_the_order_of_tickets_is_not_that_of_the_print(city: City) -> None:
    survey = begun(city)
    made = codes(city, survey, 30)
    order = "ctid" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT digest FROM {SurveyTicket._meta.db_table} ORDER BY {order}")
        stands = [digest for (digest,) in cursor.fetchall()]
    assert stands == sorted(map(digest_of, made)) != [*map(digest_of, made)]


@pytest.mark.django_db(transaction=True)
def test_what_the_database_notes_of_rows_is_the_same_for_all_of_a_survey(city: City) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite notes nothing of a row
    survey = begun(city)
    made = codes(city, survey, 6)
    for place, code in enumerate(made[:4]):
        say(code, POOR if place % 2 else GOOD)
        for kind in (SurveyTicket, SurveySum):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(DISTINCT xmin::text) FROM {kind._meta.db_table}")
                assert cursor.fetchone() == (1,)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT digest FROM {SurveyTicket._meta.db_table} ORDER BY ctid")
        assert [digest for (digest,) in cursor.fetchall()] == sorted(map(digest_of, made))


@pytest.mark.django_db(transaction=True)
def test_many_who_send_a_code_at_once_answer_once(city: City) -> None:
    survey = begun(city)
    first, second = codes(city, survey, 2)
    meet = Barrier(4)

    def send(code: str) -> str:
        try:
            meet.wait(20)
            say(code)
            return "answered"
        except Refusal as refusal:
            return str(refusal)[:10]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as senders:
        told = sorted(senders.map(send, (first, first, first, second)))
    assert told.count("answered") == 2
    assert told.count("这个答卷码已经用过，") == 2
    whole: Any = survey.sums.filter(question="WHOLE").values_list("grade", "number")
    assert dict(whole) == {"GOOD": 2, "FAIR": 0, "POOR": 0, "UNKNOWN": 0}
    assert survey.tickets.filter(used=True).count() == 2


@pytest.mark.django_db
def test_nobody_reads_sums_before_the_end(city: City) -> None:
    survey = begun(city)
    for code in codes(city, survey, 10):
        say(code, POOR)
    for who in ("city", "street", "secretary"):
        text = city.client(who).get(f"/evaluations/{survey.evaluation_id}/survey/").content.decode()
        assert "已收回 <b>10</b> 份" in text
        assert "满意率" not in text.replace("不计算满意率", "")
