"""Members are registered, changed, moved and never deleted; facts follow in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from core.models import AuditEntry
from core.refusals import Refusal
from members.models import FormerMembership, Member
from members.services import members as services
from orgs.models import OrganizationFacts
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db


def checked(first17: str) -> str:
    """A number with its check sign."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first17 + "10X98765432"[sum(int(a) * w for a, w in zip(first17, weights, strict=True)) % 11]


FEMALE = checked("99010219851224002")
UNNUMBERED = {"id_number": "", "id_note": "未提供"}


def register(city: City, **more: Any) -> Member:
    """A formal member of 明川电子党支部."""
    values = {"name": "林若水", "id_number": FEMALE, "joined_on": date(2010, 7, 1), "formal_on": date(2011, 7, 1)}
    values |= more.pop("values", {})
    more = {"status": "FORMAL", "since": LONG_AGO, "party_organization": city["CZ1111"], **more}
    return services.register(by=city.user("street"), values=values, on=TODAY, **more)


def test_sex_and_birth_date_come_from_the_number(city: City):
    member = register(city)
    member.refresh_from_db()
    assert (member.sex, member.born_on) == ("2", date(1985, 12, 24))
    assert member.id_number == FEMALE


def test_a_birth_date_that_differs_from_the_number_needs_a_note(city: City):
    other = {"born_on": date(1985, 12, 25)}
    with pytest.raises(Refusal, match="出生日期与公民身份号码不一致"):
        register(city, values=other)
    assert register(city, values={**other, "id_note": "档案出生日期不同"}).born_on == date(1985, 12, 25)


def test_a_wrong_number_is_refused(city: City):
    with pytest.raises(Refusal, match="校验位"):
        register(city, values={"id_number": FEMALE[:-1] + ("1" if FEMALE[-1] != "1" else "2")})


def test_a_number_that_exists_elsewhere_is_refused_in_neutral_words_and_noted(city: City):
    register(city, party_organization=city["CZ121"])
    with pytest.raises(services.NumberTaken) as refusal:
        register(city)
    assert "望江" not in str(refusal.value)
    entry = AuditEntry.objects.get(action="members.taken")
    assert entry.user == city.user("street")


def test_numbers_enter_the_trail_sealed(city: City):
    register(city)
    changes = AuditEntry.objects.get(action="members.register").changes
    assert set(changes["id_number"][1]) == {"cipher", "digest"}
    assert FEMALE not in str(changes)


def test_facts_follow_registration_employer_and_status(city: City):
    unit, other = city.organization(), city.organization()

    def formal(organization: Any) -> int:
        return OrganizationFacts.objects.get(pk=organization.pk).formal

    member = register(city, organization=unit)
    assert formal(unit) == 1
    member = services.set_employer(by=None, member=member, organization=other, since=TODAY, on=TODAY)
    assert (formal(unit), formal(other)) == (0, 1)
    services.set_status(by=None, member=member, status="TRANSFERRED", status_on=TODAY, on=TODAY)
    assert formal(other) == 0


def test_three_formal_members_make_an_organization_due_and_probationary_ones_do_not(city: City):
    unit = city.organization()
    for place in range(3):
        member = register(
            city,
            organization=unit,
            status="PROBATIONARY",
            values={"id_number": checked(f"9901021985122400{place}"), "formal_on": None},
        )
        assert not OrganizationFacts.objects.get(pk=unit.pk).should
    for member in Member.objects.filter(organization=unit):
        services.set_status(by=None, member=member, status="FORMAL", status_on=TODAY, on=TODAY)
    facts = OrganizationFacts.objects.get(pk=unit.pk)
    assert facts.should
    assert facts.should_since == TODAY
    assert Member.objects.filter(organization=unit, formal_on=TODAY).count() == 3


def test_moving_keeps_the_past_membership(city: City):
    member = register(city)
    services.move_to(by=None, member=member, party_organization=city["CZ1112"], since=TODAY, on=TODAY)
    past = FormerMembership.objects.get(member=member)
    assert (past.party_organization, past.since, past.until) == (city["CZ1111"], LONG_AGO, TODAY)
    member.refresh_from_db()
    assert member.party_organization == city["CZ1112"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda c, m: services.move_to(by=None, member=m, party_organization=c["CZ1111"], since=TODAY, on=TODAY), "不需要调整"),
        (lambda c, m: services.move_to(by=None, member=m, party_organization=c["CZ1112"], since=date(2026, 11, 25), on=TODAY), "还没有发生的不能登记"),
        (lambda c, m: services.set_status(by=None, member=m, status="PROBATIONARY", status_on=TODAY, on=TODAY), "不能改回"),
        (lambda c, m: services.set_status(by=None, member=m, status="FORMAL", status_on=TODAY, on=TODAY), "已是"),
        (lambda c, m: services.set_status(by=None, member=m, status="DECEASED", status_on=date(2000, 1, 1), on=TODAY), "状态日期不能早于入党日期"),
    ],
    ids=["moving-nowhere", "moving-tomorrow", "formal-to-probationary", "same-status", "before-joining"],
)  # fmt: skip
def test_steps_that_do_not_fit_are_refused(city: City, change: Any, problem: str):
    member = register(city)
    with pytest.raises(Refusal, match=problem):
        change(city, member)


def test_a_stale_form_is_refused(city: City):
    member = register(city)
    services.change(by=city.user("street"), member=member, values={"name": "林清"}, version=1, on=TODAY)
    with pytest.raises(Refusal, match=r"孙街.*修改过"):
        services.change(by=None, member=member, values={"name": "林木"}, version=1, on=TODAY)


def test_a_new_status_takes_so_many_queries(city: City, django_assert_num_queries: Any):
    """Read, update, entry; parameters, facts, their sums before and after, cells; a savepoint and its end.

    PostgreSQL locks the employer at the beginning and with the facts, and prepares what it runs the second time.
    """
    first, second = (register(city, organization=city.organization(), values=values) for values in ({}, UNNUMBERED))
    services.set_status(by=None, member=first, status="TRANSFERRED", status_on=TODAY, on=TODAY)
    with django_assert_num_queries(18 if connection.vendor == "postgresql" else 16):
        services.set_status(by=None, member=second, status="TRANSFERRED", status_on=TODAY, on=TODAY)


def test_who_went_to_another_employer_meanwhile_is_not_changed_by_what_was_read_before(city: City):
    member = register(city, organization=city.organization())
    services.set_employer(by=None, member=member, organization=city.organization(), since=TODAY, on=TODAY)
    with pytest.raises(Refusal, match="请重新打开后再办理"):
        services.set_status(by=None, member=member, status="TRANSFERRED", status_on=TODAY, on=TODAY)


def test_what_is_set_is_checked_together_with_what_stands(city: City):
    member = register(city)
    with pytest.raises(ValidationError, match="转正日期不能早于入党日期"):
        services.change(by=None, member=member, values={"formal_on": date(2010, 6, 30)}, version=1, on=TODAY)
