"""Two people have one form open: what the first saved is not lost, and the second is asked field by field."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from core.crypto import blind_index
from core.models import Parameter
from orgs.models import Organization
from tests.people import City

RESULT = "已保存“澄州明川电子有限公司”"


@pytest.fixture
def unit(city: City) -> Organization:
    return city.organization(
        "澄州明川电子有限公司", address="人民路1号", legal_representative="王明", contact_phone="13911112222",
        no_code_reason="测试",
    )  # fmt: skip


@pytest.fixture
def two(city: City, unit: Organization) -> tuple[dict[str, Any], Any]:
    """What the second one's form held when it was opened; meanwhile the first saves other values."""
    address = f"/admin/orgs/organization/{unit.pk}/change/"
    second, first = Client(), Client()
    second.force_login(city.user("city"))
    first.force_login(city.user("street"))
    form = second.get(address).context["adminform"].form
    held = {name: str(form[name].value() or "") for name in form.fields if form[name].value() not in (False, None)}
    held |= {"opened": form.opened}
    moved = {"address": "解放路9号", "legal_representative": "赵敏", "contact_phone": "13933334444"}
    assert first.post(address, held | moved).status_code == 302

    def save(**typed: str) -> Any:
        return second.post(address, held | typed)

    return held, save


def stored(unit: Organization) -> tuple[str, ...]:
    unit.refresh_from_db()
    return unit.address, unit.legal_representative, unit.contact_phone


def test_what_only_one_of_them_changed_stays_on_both_sides(unit: Organization, two) -> None:
    _, save = two
    assert save(registrar="市监局").status_code == 302
    assert stored(unit) == ("解放路9号", "赵敏", "13933334444")
    assert unit.registrar == "市监局"


def test_a_field_that_both_changed_is_asked_about_and_nothing_is_saved(unit: Organization, two) -> None:
    _, save = two
    page = save(address="中山路5号", registrar="市监局").content.decode()
    assert re.search(r"您填写期间，孙街 \d\d:\d\d 改为“解放路9号”，请选择用哪一个", page)
    assert 'value="中山路5号"' in page
    assert 'value="赵敏"' in page, "what was not touched here shows what is there now"
    assert page.count('name="settled-') == 2
    assert stored(unit)[0] == "解放路9号"


@pytest.mark.parametrize(("meant", "kept"), [("=解放路9号", "中山路5号"), ("now", "解放路9号"), ("=别的", "解放路9号")])
def test_the_answer_decides_and_one_to_an_older_value_is_asked_again(unit: Organization, two, meant, kept) -> None:
    _, save = two
    answer = save(address="中山路5号", **{"settled-address": meant})
    assert answer.status_code == (200 if meant == "=别的" else 302)
    assert stored(unit)[0] == kept


def test_a_personal_value_is_asked_about_without_being_shown(unit: Organization, two) -> None:
    held, save = two
    assert "13911112222" not in held["opened"]
    page = save(contact_phone="13955556666").content.decode()
    assert "请选择用哪一个" in page
    assert "13933334444" not in page
    assert stored(unit)[2] == "13933334444"
    assert save(contact_phone="13955556666", **{"settled-contact_phone": "now"}).status_code == 302
    assert stored(unit)[2] == "13933334444"


@pytest.fixture
def two_accounts(city: City) -> Any:
    """Two system administrators correct one account; the first has saved."""
    account, address = city.user("leader"), f"/accounts/{city.user('leader').pk}/"
    second, first = Client(), Client()
    second.force_login(city.user("sysadmin"))
    first.force_login(city.user("sysadmin"))
    form = second.get(address).context["form"]
    held = {"do": "change", "name": account.name, "unit": account.unit, "phone": "", "opened": form.opened}
    assert first.post(address, held | {"unit": "市委办", "phone": "13911112222"}).status_code == 302
    return account, lambda **typed: second.post(address, held | typed)


def test_an_account_is_asked_about_field_by_field_too(two_accounts: Any) -> None:
    account, save = two_accounts
    page = save(name="李领", unit="市政府办").content.decode()
    assert re.search(r"您填写期间，\S+ \d\d:\d\d 改为“市委办”，请选择用哪一个", page)
    assert save(name="李领", unit="市政府办", **{"settled-unit": "now"}).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.unit, account.phone) == ("李领", "市委办", "13911112222")
    page = save(unit="市委办", phone="13933334444").content.decode()
    assert page.count('name="settled-') == 2
    assert "13911112222" not in page


@pytest.mark.parametrize(("meant", "value"), [("", 80), ("now", 80), ("mine", 90)])
def test_a_parameter_that_somebody_set_meanwhile_is_asked_about(city: City, meant: str, value: int) -> None:
    address = "/parameters/econ.org_headcount/"
    browser = Client()
    browser.force_login(city.user("city"))
    form = browser.get(address).context["form"]
    held = {"valid_from": "2099-01-01", "note": "通知", "opened": form.opened}
    assert browser.post(address, held | {"value": "80"}).status_code == 302
    page = browser.post(address, held | {"value": "90"})
    assert "改为“80”，请选择用哪一个" in page.content.decode()
    if meant:
        told = page.context["form"].conflicts["value"]
        answer = {"settled-value": "now" if meant == "now" else f"={told}", "opened": page.context["form"].opened}
        assert browser.post(address, held | {"value": "90"} | answer).status_code == 302
    assert Parameter.objects.get().value == value


@pytest.mark.parametrize("opened", ["", "[]", "{", '{"address": 1}', '{"address": [NaN]}', "1", "[" * 100_000])
def test_nonsense_posted_back_is_no_error_of_the_server(unit: Organization, two, opened: str) -> None:
    _, save = two
    assert save(opened=opened, address="中山路5号").status_code in (200, 302)


def test_what_a_form_tells_of_a_masked_value_is_told_of_no_other_place(
    city: City, unit: Organization, client_of
) -> None:
    """A street clerk may not see the number; a guess typed into a field of another record must not say that it is right."""
    number, street = "11010519491231002X", client_of("street")
    member, guess = city.member(id_number=number, id_digest=blind_index(number)), city.member(phone=number)
    unit.contact_phone = number
    unit.save()

    def posted_back(address: str, record: Any, field: str) -> str:
        form = street.get(f"/admin/{address}/{record.pk}/change/").context["adminform"].form
        return str(json.loads(form.opened)[field])

    told = posted_back("members/member", member, "id_number")
    assert told == posted_back("members/member", member, "id_number"), "else each save would be a conflict"
    assert told != posted_back("members/member", guess, "phone")
    assert told != posted_back("orgs/organization", unit, "contact_phone")
    member.phone = number
    member.save()
    assert told != posted_back("members/member", member, "phone"), "nor another field of the same record"
