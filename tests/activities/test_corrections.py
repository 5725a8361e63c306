"""更正说明: what is changed no more is corrected beside, and the correction goes with the record wherever it goes."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from activities.models import ActivityRecord
from activities.queries.reviews import reviewable, to_review
from activities.services import months, records, reviews
from core.models import AuditEntry
from core.months import YearMonth
from core.refusals import Refusal
from tests.filing import file_record, members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
OCTOBER = YearMonth(2026, 10)


@pytest.fixture
def record(city: City) -> ActivityRecord:
    members(city, 3)
    return file_record(city, on=date(2026, 10, 21), held_on=date(2026, 10, 20))


def stood(city: City, record: ActivityRecord, *acts: str) -> None:
    """Bring the record and its month where the case wants them."""
    told = {"by": city.user("city"), "at": timezone.now()}
    for act in acts:
        match act:
            case "accept":
                reviews.accept(record=record, on=TODAY, **told)
            case "return":
                reviews.send_back(record=record, reason="请补充", on=TODAY, **told)
            case "withdraw":
                records.withdraw(by=city.user("secretary"), record=record, on=TODAY)
            case "lock":
                months.close_month(month=OCTOBER, on=TODAY, **told)
                months.lock_month(month=OCTOBER, **told)


@pytest.mark.parametrize(
    ("acts", "offered"),
    [
        ((), "撤回修改"),
        (("return",), ">修改<"),
        (("accept",), "登记更正说明"),
        (("lock",), "登记更正说明"),
        (("return", "lock"), "登记更正说明"),
        (("accept", "lock"), "登记更正说明"),
    ],
)
def test_a_record_is_mended_while_it_can_be_and_noted_beside_afterwards(
    city: City, record: ActivityRecord, acts: tuple[str, ...], offered: str
) -> None:
    stood(city, record, *acts)
    address = f"/branch/records/{record.pk}/"
    page = city.client("secretary").get(address).content.decode()
    assert [word for word in ("撤回修改", ">修改<", "登记更正说明") if word in page] == [offered]
    said = city.client("secretary").post(address, {"do": "note", "text": "地点应为二楼"}, follow=True).content.decode()
    noted = record.reviews.filter(verdict="NOTE")
    assert noted.exists() == (offered == "登记更正说明")
    assert ("更正说明已登记" if noted else "还可以修改，不需要更正说明") in said


def test_what_stands_in_a_locked_month_waits_for_nobody_and_is_not_accepted_with_others(
    city: City, record: ActivityRecord
) -> None:
    """Neither in the queue nor among what is due, which ask for the same in two ways."""
    scope = city.scope("street")

    def waiting() -> list[ActivityRecord]:
        found = list(to_review(scope))
        assert found == list(reviewable(scope, on=TODAY).waiting())
        return found

    ActivityRecord.objects.update(flags="")
    street = city.client("street")
    assert str(record.party_organization) in street.get("/reviews/").content.decode()
    assert waiting() == [record]
    stood(city, record, "lock")
    assert str(record.party_organization) not in street.get("/reviews/").content.decode()
    assert waiting() == []
    told = {"by": city.user("street"), "records": [record.pk], "at": timezone.now(), "on": TODAY}
    assert reviews.accept_clean(**told) == []
    months.reopen_month(by=city.user("city"), month=OCTOBER, reason="补审", at=timezone.now(), on=TODAY)
    assert reviews.accept_clean(**told) == [record.pk]


def test_a_note_goes_with_the_record_and_stays_in_the_trail(city: City, record: ActivityRecord) -> None:
    stood(city, record, "accept", "lock")
    secretary, address = city.client("secretary"), f"/branch/records/{record.pk}/"
    assert "请写明更正的内容" in secretary.post(address, {"do": "note", "text": " "}, follow=True).content.decode()
    secretary.post(address, {"do": "note", "text": "地点应为二楼"})
    page = secretary.get(address).content.decode()
    assert page.count("钱书记：地点应为二楼") == 2, "in the minutes and in the text that is copied"
    assert "钱书记：地点应为二楼" in city.client("street").get(f"/reviews/{record.pk}/").content.decode()
    assert AuditEntry.objects.get(action="activities.note").user == city.user("secretary")


def test_a_draft_takes_no_note_and_a_stranger_gives_none(city: City, record: ActivityRecord) -> None:
    assert city.client("stranger").post(f"/branch/records/{record.pk}/", {"do": "note"}).status_code == 404
    stood(city, record, "withdraw")
    with pytest.raises(Refusal, match="还可以修改"):
        reviews.add_note(by=city.user("secretary"), record=record, text="错字", at=timezone.now())
