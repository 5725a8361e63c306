"""Only the security administrator gives duties, never to themselves, never two administrative ones to one person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from accounts.roles import ROLES
from accounts.services.accounts import reset_password
from core.models import AuditEntry
from core.refusals import Refusal
from orgs.models import Appointment, PartyOrganization
from orgs.services import appointments
from orgs.services.appointments import appoint, end_appointment
from orgs.services.duties import running_out
from orgs.services.party import establish
from tests.people import LONG_AGO, TODAY, City, account

TOMORROW = TODAY + timedelta(days=1)
LATER = date(2027, 3, 1)


@pytest.fixture
def newcomer(city: City) -> User:
    return account("newcomer", None, name="新同志", must_change_password=False)


def give(city: City, user: User, role: str = "STREET", **values: object) -> Appointment:
    """The security administrator appoints from today on."""
    given = {"by": city.user("security"), "node": city["CZ112"], "since": TODAY, "on": TODAY} | values
    return appoint(user=user, role=role, **given)


def test_an_appointment_gives_the_rights_of_its_role_at_its_place(city: City, newcomer: User) -> None:
    city.people["newcomer"] = newcomer
    assert not city.scope("newcomer").grants
    give(city, newcomer)
    assert city.scope("newcomer").may("registry.change")
    assert city.scope("newcomer").unit_managers == {city["CZ112"].pk}


def test_it_is_written_down_with_who_what_where_and_why(city: City, newcomer: User) -> None:
    given = give(city, newcomer, reason="接任街道工作")
    entry = AuditEntry.objects.get(action="appointments.give")
    assert (entry.user, entry.object_id, entry.path) == (city.user("security"), str(given.pk), city["CZ112"].path)
    assert entry.reason == "接任街道工作"
    assert entry.changes["role"] == [None, "STREET"]


@pytest.mark.parametrize("username", ["city", "district", "street", "leader", "sysadmin", "auditor"])
def test_nobody_else_appoints(city: City, newcomer: User, username: str) -> None:
    with pytest.raises(Refusal, match="只有安全管理员"):
        give(city, newcomer, by=city.user(username))
    assert not newcomer.appointments.exists()


def test_a_security_administrator_whose_duty_has_ended_appoints_no_more(city: City, newcomer: User) -> None:
    Appointment.objects.filter(user=city.user("security")).update(until=TODAY)
    with pytest.raises(Refusal, match="只有安全管理员可以办理用户授权"):
        give(city, newcomer)


def test_nobody_appoints_themselves(city: City) -> None:
    with pytest.raises(Refusal, match="不能给自己授权"):
        give(city, city.user("security"), "DEPARTMENT")


@pytest.mark.parametrize("held", ["sysadmin", "security", "auditor", "street", "leader", "secretary"])
@pytest.mark.parametrize("role", ["SYSTEM", "SECURITY", "AUDIT", "STREET", "LEADER"])
def test_an_administrator_holds_no_other_role_and_nobody_else_a_duty_beside_theirs(
    city: City, newcomer: User, held: str, role: str
) -> None:
    Appointment.objects.create(user=newcomer, role="SECURITY", node=city["CZ"], since=TODAY)
    person = city.user(held)
    has = person.appointments.get()
    if has.role == role:
        refusal = "不必重复授权"
    elif has.duty.administrator or ROLES[role].administrator:
        refusal = "须由不同的人担任"
    else:
        assert give(city, person, role, by=newcomer, node=city["CZ"]).pk
        return
    with pytest.raises(Refusal, match=refusal):
        give(city, person, role, by=newcomer, node=has.node)


def test_a_role_that_was_never_begun_stands_in_nobodys_way(city: City, newcomer: User) -> None:
    given = give(city, newcomer, since=LATER)
    end_appointment(by=city.user("security"), appointment=given, until=LATER, reason="取消", on=TODAY)
    assert give(city, newcomer, "AUDIT", node=city["CZ"])


def test_an_administrator_is_appointed_at_the_root_only(city: City, newcomer: User) -> None:
    for code in ("CZ1", "CZ111", "CZ1111"):
        with pytest.raises(Refusal, match="只能在最上级党组织授权"):
            give(city, newcomer, "SYSTEM", node=city[code])


def test_nobody_becomes_an_administrator_with_a_password_that_another_knows(city: City, newcomer: User) -> None:
    reset_password(user=newcomer, by=city.user("sysadmin"))
    with pytest.raises(Refusal, match="先登录并修改口令"):
        give(city, newcomer, "SECURITY", node=city["CZ"])


BRANCHES = {"general_branch", "branch", "joint_branch", "provisional_branch"}


@pytest.mark.parametrize("kind", PartyOrganization.Kind.values)
@pytest.mark.parametrize("role", [code for code, role in ROLES.items() if not role.administrator])
def test_a_role_is_given_where_its_duty_is(city: City, newcomer: User, role: str, kind: str) -> None:
    node = establish(by=None, name="某党组织", kind=kind, parent=city["CZ11"], code="N", on=TODAY)
    if ROLES[role].branch_only == (kind in BRANCHES):
        assert give(city, newcomer, role, node=node).pk
        return
    with pytest.raises(appointments.WrongPlace, match="党支部、党总支"):
        give(city, newcomer, role, node=node)
    assert not newcomer.appointments.exists()


def test_an_appointment_from_before_the_rule_stays_and_is_ended_as_any(city: City, newcomer: User) -> None:
    city.people["newcomer"] = newcomer
    held = Appointment.objects.create(user=newcomer, role="SECRETARY", node=city["CZ111"], since=LONG_AGO)
    assert city.scope("newcomer").may("branch.work")
    end_appointment(by=city.user("security"), appointment=held, until=TODAY, reason="调离", on=TODAY)
    assert not city.scope("newcomer").grants


@pytest.mark.parametrize("since", [TODAY - timedelta(days=1), date(2020, 1, 1)])
def test_nobody_is_appointed_for_a_past_day(city: City, newcomer: User, since: date) -> None:
    with pytest.raises(Refusal, match="不能早于今天"):
        give(city, newcomer, since=since)


def test_nothing_is_given_that_never_holds(city: City, newcomer: User) -> None:
    with pytest.raises(Refusal, match="终止日期须在起始日期之后"):
        give(city, newcomer, until=TODAY)
    assert not newcomer.appointments.exists()


def test_nothing_ends_on_a_past_day(city: City) -> None:
    held = city.user("street").appointments.get()
    with pytest.raises(Refusal, match="不能早于今天"):
        end_appointment(
            by=city.user("security"), appointment=held, until=TODAY - timedelta(days=1), reason="误", on=TODAY
        )


@pytest.mark.parametrize(
    ("role", "node"), [("STREET", "CZ111"), ("SECURITY", "CZ"), ("SYSTEM", "CZ1")], ids=["mixed", "two", "below"]
)
def test_the_database_refuses_it_too(city: City, role: str, node: str) -> None:
    for values in ({"since": LONG_AGO}, {"since": LATER}, {"since": LONG_AGO, "until": TODAY}):
        row = Appointment(user=city.user("sysadmin"), role=role, node=city[node], **values)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_a_duty_may_follow_another_once_that_has_ended(city: City, newcomer: User) -> None:
    person = city.user("auditor")
    give(city, newcomer, "AUDIT", node=city["CZ"])
    end_appointment(
        by=city.user("security"), appointment=person.appointments.get(), until=LATER, reason="轮岗", on=TODAY
    )
    with pytest.raises(Refusal, match="须由不同的人担任"):
        give(city, person, "SYSTEM", node=city["CZ"], since=TOMORROW)
    give(city, person, "SYSTEM", node=city["CZ"], since=LATER)


def test_the_same_duty_is_not_given_twice_at_a_time(city: City, newcomer: User) -> None:
    give(city, newcomer, until=LATER)
    with pytest.raises(Refusal, match="不必重复"):
        give(city, newcomer, since=TOMORROW)
    give(city, newcomer, since=LATER)


def test_nothing_is_given_at_a_dissolved_place_or_to_a_closed_account(city: City, newcomer: User) -> None:
    city["CZ112"].dissolved_on = TODAY
    with pytest.raises(Refusal, match="已撤销"):
        give(city, newcomer)
    User.objects.filter(pk=newcomer.pk).update(is_active=False)
    with pytest.raises(Refusal, match="已停用"):
        give(city, newcomer, node=city["CZ11"])


def test_an_ended_appointment_gives_nothing_from_that_day_on(city: City) -> None:
    held = city.user("street").appointments.get()
    end_appointment(by=city.user("security"), appointment=held, until=TODAY, reason="调离", on=TODAY)
    assert not city.scope("street").grants
    entry = AuditEntry.objects.get(action="appointments.end")
    assert (entry.changes, entry.reason) == ({"until": [None, TODAY.isoformat()]}, "调离")
    with pytest.raises(Refusal, match="这项授权已于"):
        end_appointment(by=city.user("security"), appointment=held, until=LATER, reason="延长", on=TODAY)


def test_what_is_ended_before_its_first_day_never_held(city: City, newcomer: User) -> None:
    held = give(city, newcomer, since=LATER)
    end_appointment(by=city.user("security"), appointment=held, until=TOMORROW, reason="误", on=TODAY)
    for day in (TODAY, TOMORROW, LATER, LATER + timedelta(days=1)):
        assert not newcomer.appointments.on(day).exists()
    with pytest.raises(Refusal, match="这项授权已于"):
        end_appointment(by=city.user("security"), appointment=held, until=TODAY, reason="再误", on=TODAY)
    assert give(city, newcomer, since=LATER)


@pytest.mark.parametrize("username", ["sysadmin", "security", "auditor"])
def test_the_last_holder_of_a_duty_stays(city: City, newcomer: User, username: str) -> None:
    """Someone whose own time runs out does not count: the duty would end unnoticed."""
    other = city.user("security") if username != "security" else newcomer
    last = city.user(username).appointments.get()
    if username == "security":
        give(city, newcomer, "SECURITY", node=city["CZ"], until=LATER)
    second = account("second", None, name="又一人", must_change_password=False)
    for since in (None, TOMORROW):
        with pytest.raises(Refusal, match="唯一长期任职"):
            end_appointment(by=other, appointment=last, until=TODAY, reason="退休", on=TODAY)
        if since:
            give(city, second, last.role, node=city["CZ"], since=since)
    end_appointment(by=other, appointment=last, until=TOMORROW, reason="退休", on=TODAY)
    assert running_out(on=TOMORROW) == []


def test_a_duty_that_nobody_holds_without_an_end_is_named(city: City, client: Client) -> None:
    client.force_login(city.user("security"))
    assert "没有人长期担任" not in client.get("/appointments/").content.decode()
    city.user("auditor").appointments.update(until=LATER)
    assert running_out(on=TODAY) == ["审计管理员"]
    assert "没有人长期担任（不填终止日期）审计管理员" in client.get("/appointments/").content.decode()


@pytest.mark.parametrize(
    ("username", "looked_after"),
    [
        ("street", {"secretary", "treasurer", "instructor"}),
        ("district", {"secretary", "treasurer", "instructor"}),
        ("city", {"secretary", "treasurer", "instructor"}),
        ("stranger", set()),
        ("leader", set()),
        ("sysadmin", set()),
        ("secretary", set()),
        ("treasurer", set()),
    ],
)
def test_codes_are_issued_within_the_own_scope(city: City, username: str, looked_after: set[str]) -> None:
    for person in city.people.values():
        if person.username in looked_after:
            code = appointments.issue_code(
                user=person, by=city.user(username), scope=city.scope(username), reason="遗忘", on=TODAY
            )
            assert person.check_password(code)
            assert person.must_change_password
            continue
        with pytest.raises(Refusal, match="只能为本辖区的书记、党费管理员、指导员办理"):
            appointments.issue_code(
                user=person, by=city.user(username), scope=city.scope(username), reason="遗忘", on=TODAY
            )


@pytest.mark.parametrize(("role", "code"), [("STREET", "CZ111"), ("SECRETARY", "CZ121")], ids=["power", "elsewhere"])
@pytest.mark.parametrize("since", [TODAY, TOMORROW], ids=["today", "to come"])
def test_no_code_opens_a_role_that_the_street_does_not_look_after(
    city: City, role: str, code: str, since: date
) -> None:
    """Nor one that begins while the code may still be used."""
    Appointment.objects.create(user=city.user("secretary"), role=role, node=city[code], since=since)
    with pytest.raises(Refusal, match="只能为本辖区的书记、党费管理员、指导员办理"):
        appointments.revoke_phones(
            user=city.user("secretary"), by=city.user("street"), scope=city.scope("street"), reason="遗失", on=TODAY
        )


def test_a_new_branch_is_within_at_once(city: City, newcomer: User) -> None:
    branch = establish(by=None, name="新支部", kind="branch", parent=city["CZ111"], code="N", on=TODAY)
    give(city, newcomer, "SECRETARY", node=branch)
    assert (
        appointments.revoke_phones(
            user=newcomer, by=city.user("street"), scope=city.scope("street"), reason="", on=TODAY
        )
        == 0
    )
