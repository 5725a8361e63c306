"""Of each administrator's duty somebody stays who holds it without an end: asked before a holder goes (rules §10)."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import ADMINISTRATORS, ROLES
from core.refusals import Refusal
from orgs.models import Appointment


def hold_people(user_id: int) -> None:
    """Lock all administrators and one more account, in the order of their ids, until this transaction ends.

    Two who each take the other's duty meet here, and the later one sees what the first did.
    """
    administrators = Appointment.objects.of_administrators().filter(until=None).values("user_id")
    people = User.objects.filter(pk__in=administrators) | User.objects.filter(pk=user_id)
    list(people.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def is_administrator(user: User, *, on: date) -> bool:
    """Whether the user holds an administrator's duty, or will."""
    return user.appointments.during(on, None).of_administrators().exists()


def require_another_holder(role: str, *, besides: User, on: date) -> None:
    """Refuse unless someone else holds the duty on the day, in an open account and without an end: an
    appointment that ends by itself would run out unnoticed. After `hold_people`."""
    if role in ADMINISTRATORS and not _lasting(on).filter(role=role).exclude(user=besides).exists():
        raise Refusal(f"{besides.name}是唯一长期任职的{ROLES[role].name}，请先给另一人授权（不填终止日期）")


def require_other_holders(user: User, *, on: date) -> None:
    """The same for every duty that the user holds, before the account is closed."""
    for role in set(user.appointments.during(on, None).of_administrators().values_list("role", flat=True)):
        require_another_holder(role, besides=user, on=on)


def running_out(*, on: date) -> list[str]:
    """The names of the duties that nobody holds without an end: they would be left to nobody."""
    held = set(_lasting(on).values_list("role", flat=True))
    return [ROLES[role].name for role in ADMINISTRATORS if role not in held]


def _lasting(on: date) -> QuerySet[Appointment]:
    return Appointment.objects.of_administrators().filter(since__lte=on, until=None, user__is_active=True)
