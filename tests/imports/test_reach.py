"""How far a list reaches: the importer's area, the extent it claims, and what is missing from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.importing.reports import problem_list
from core.models import MissingRecord
from core.refusals import Refusal
from orgs.models import Organization
from tests.lists import Road, counts, credit_code, firm
from tests.people import TODAY


@pytest.fixture
def district(city, tmp_path) -> Road:
    """Lists sent by the department of 云溪区."""
    return Road(tmp_path, city.user("district"), TODAY)


def test_a_new_row_of_another_district_is_an_error_in_neutral_words(district):
    batch = district.send([firm(1), firm(2, 所属街道="望江街道")])
    assert batch.counts == counts(rows=2, new=1, errors=1)
    assert [p["code"] for p in problem_list(batch)] == ["outside_scope"]


def test_a_record_of_another_district_is_not_touched(road, district):
    road.send([firm(1, 所属街道="望江街道")])
    assert district.send([firm(1, 企业名称="改名")]).counts == counts(rows=1, errors=1)
    assert Organization.objects.get().name == "澄州第1有限公司"


def test_what_cannot_be_placed_goes_in_under_the_importer_s_own_committee(district, city):
    assert district.send([firm(1, 所属街道="")]).counts == counts(rows=1, new=1, undecided=1)
    unit = Organization.objects.get()
    assert (unit.managed_by, unit.managed_basis) == (city["CZ11"], "UNDECIDED")


@pytest.mark.parametrize("username", ["secretary", "leader", "instructor", "sysadmin", "security", "auditor"])
def test_without_the_right_nothing_is_received(city, tmp_path, username):
    with pytest.raises(Refusal, match="没有导入名单的权限"):
        Road(tmp_path, city.user(username), TODAY).stage([firm(1)])


def test_whoever_was_listed_and_is_absent_is_missing_and_stays_as_it_is(road):
    road.send([firm(1), firm(2)])
    batch = road.send([firm(1)])
    assert batch.counts == counts(rows=1, unchanged=1, missing=1)
    gone = Organization.objects.get(credit_code=credit_code(2))
    assert MissingRecord.objects.get(batch=batch).object_id == gone.pk
    assert gone.status == "NORMAL"


def test_only_the_claimed_part_of_the_city_can_be_missing(road):
    road.send([firm(1), firm(2), firm(3, 所属街道="望江街道")])
    assert road.preview([firm(1)], extent="990102000000")["missing"] == 1
    assert road.preview([firm(1)], extent="990103001000")["missing"] == 1
    assert road.preview([firm(1)])["missing"] == 2


def test_an_extent_that_does_not_exist_is_refused(road):
    with pytest.raises(Refusal, match="行政区划代码"):
        road.stage([firm(1)], extent="110000000000")


def test_other_sources_records_and_those_struck_off_are_not_missing(road):
    road.send([firm(1, 经营状态="注销"), firm(2)])
    road.send([firm(3)], "civil")
    assert road.preview([firm(2)])["missing"] == 0


def test_a_row_in_error_still_shows_that_its_organization_is_in_the_file(road):
    road.send([firm(1)], as_of=TODAY - timedelta(days=1))
    assert road.preview([firm(1, 从业人数=-1)]) == counts(rows=1, errors=1)


def test_an_error_workbook_claims_no_extent(road):
    columns = ("企业名称", "统一社会信用代码", "级别", "问题")
    road.send([firm(1), firm(2)])
    assert road.preview([firm(1, 级别="错误", 问题="…")], columns=columns)["missing"] == 0
