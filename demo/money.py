"""Refunds of one street in every state, and the money of the branch whose secretary and treasurer sign in."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import User
from core.months import YearMonth
from demo.city import BRANCH, FOUNDED_ON
from dues.models import Book, Entry, Refund, Relief
from dues.queries.paid import paid_by_month
from dues.services import funds, refunds, reliefs
from members.models import Member
from orgs.models import Appointment, PartyOrganization

DISTRICT, STREET = "CZ001001", BRANCH[2]
RETAINED = Decimal(50_000)  # what the district has kept of dues
APPLY, REVIEW, APPROVE, PAY, RECEIVE = range(5)
FAR = (
    RECEIVE,
    APPROVE,
    REVIEW,
    APPLY,
    APPROVE,
    REVIEW,
)  # how far the refund of each branch is; that of the accounts the first
DAYS_AGO = (24, 17, 10, 6, 2)  # when each step was taken


class Money:
    def __init__(self, users: Mapping[str, User], today: date) -> None:
        self.users, self.today = users, today
        self.month = YearMonth.of(today).plus(-2)

    def enter(self) -> None:
        """Nothing where nobody of the branch of the accounts has paid yet."""
        branches = list(self._branches())
        if not branches or branches[0].code != BRANCH[0]:
            return
        self._retained(PartyOrganization.objects.get(code=DISTRICT))
        for branch, far in zip(branches, FAR, strict=False):
            self._refund(branch, far)
        self._goes_back(branches[-1])
        self._fund(branches[0])
        self._reliefs(branches)

    def _retained(self, district: PartyOrganization) -> None:
        """What it held of dues when the product came."""
        told: dict[str, Any] = {"by": self.users["district"], "on": self._ago(60)}
        row = funds.enter_income(
            party_organization=district, source="RETAINED", amount=RETAINED, received_on=self._ago(60), giver=district.name,
            paper="党费台账结转单", **told,
        )  # fmt: skip
        funds.attach(to=row, data=_receipt(), name="结转单.png", at=self._when(60)["at"], **told)
        funds.book_income(by=self.users["clerk"], income=row, **self._when(60))

    def _branches(self) -> Iterator[PartyOrganization]:
        """Branches of the street that collected in the month, that of the accounts first."""
        rows = PartyOrganization.objects.standing().filter(parent__code=STREET).order_by("pk")
        paid = paid_by_month([row.pk for row in rows], self.month.first_day, self.month.first_day)
        found = [row for row in rows if paid.get((row.pk, self.month.first_day), 0) > 0]
        found.sort(key=lambda row: row.code != BRANCH[0])
        yield from found[: len(FAR)]

    def _refund(self, branch: PartyOrganization, far: int) -> Refund:
        secretary = secretary_of(branch)
        row = refunds.draw_up(
            by=secretary, party_organization=branch, first=self.month, last=self.month, purpose="主题党日和党员培训",
            **self._when(DAYS_AGO[0]),
        )  # fmt: skip
        who = (secretary, self.users["street"], self.users["district"], self.users["clerk"], self.users["treasurer"])
        steps: tuple[Any, ...] = (refunds.apply, refunds.review, refunds.approve, refunds.pay, refunds.receive)
        for step in range(min(far, RECEIVE if branch.code == BRANCH[0] else PAY) + 1):  # a treasurer has one branch
            more = {"day": self._ago(DAYS_AGO[step])} if step in (PAY, RECEIVE) else {}
            row = steps[step](by=who[step], refund=row, **more, **self._when(DAYS_AGO[step]))
        return row

    def _goes_back(self, branch: PartyOrganization) -> None:
        """A grant that came back with a reason, and one that is drawn up."""
        secretary = secretary_of(branch)
        for amount, days in ((800, 9), (300, 1)):
            row = refunds.ask_grant(
                by=secretary,
                party_organization=branch,
                amount=Decimal(amount),
                purpose="困难党员慰问",
                **self._when(days),
            )
            if amount == 800:
                refunds.apply(by=secretary, refund=row, **self._when(8))
                refunds.send_back(
                    by=self.users["street"], refund=row, reason="请写明慰问的党员人数和标准", **self._when(5)
                )

    def _fund(self, branch: PartyOrganization) -> None:
        """One spending is through, one was discussed, one is asked for; 管理费 waits for its confirmation."""
        secretary, treasurer = self.users["secretary"], self.users["treasurer"]
        held = Entry.objects.filter(party_organization=branch, book=Book.FUND).latest("number").balance
        part = (held / 5).quantize(Decimal(1))
        on: dict[str, Any] = {"on": self.today}
        for done, (use, purpose) in enumerate(
            (("LIFE", "十二月主题党日场地"), ("MATERIALS", "学习资料和党徽"), ("CARE", "慰问困难党员"))
        ):
            row = funds.ask_spending(
                by=secretary, party_organization=branch, use=use, purpose=purpose, asked=max(part, Decimal(1)), **on
            )
            if done < 2:
                row = funds.discuss(
                    by=treasurer, spending=row, discussed_on=self.today, present=7, agreed=7, minutes="一致同意", **on
                )
            if done == 0:
                funds.attach(by=treasurer, to=row, data=_receipt(), name="场地费收据.png", **self._when(0))
                funds.spend(by=treasurer, spending=row, amount=row.asked, day=self.today, **self._when(0))
        funds.enter_income(
            by=secretary, party_organization=branch, source="FEE", amount=Decimal(3_000), received_on=self._ago(3),
            giver="澄州明川电子有限公司", paper="2026 年党组织工作经费列支审批单", payroll=Decimal(1_200_000), **on,
        )  # fmt: skip

    def _reliefs(self, branches: list[PartyOrganization]) -> None:
        """One is decided, one waits for the street."""
        cases = zip(branches, ("本人患病住院，收入减少", "下岗待业，生活困难"), (False, True), strict=False)
        for branch, reason, decided in cases:
            member = Member.objects.on_the_roll().filter(party_organization=branch).order_by("-pk").first()
            assert member, "it paid dues"
            row = reliefs.propose(
                by=secretary_of(branch), member=member, kind=Relief.Kind.REDUCED, monthly=Decimal(5), reason=reason,
                since=YearMonth.of(self.today), last=YearMonth(self.today.year, 12), studied_on=self._ago(6), on=self._ago(5),
            )  # fmt: skip
            if decided:
                opinion = "情况属实，同意减交"
                reliefs.decide(by=self.users["street"], relief=row, approved=True, opinion=opinion, on=self._ago(3))

    def _ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def _when(self, days: int) -> dict[str, Any]:
        on = self._ago(days)
        return {"on": on, "at": timezone.make_aware(datetime.combine(on, time(10)))}


def secretary_of(branch: PartyOrganization) -> User:
    """Who acts for a branch; of others than that of the accounts somebody who cannot sign in."""
    if branch.code == BRANCH[0]:
        return User.objects.get(username="secretary")
    told = {"name": branch.secretary_name or "沈书记", "unit": branch.name, "must_change_password": False}
    user, made = User.objects.get_or_create(username=f"branch{branch.pk}", defaults={"password": "!", **told})
    if made:
        Appointment.objects.create(user=user, role="SECRETARY", node=branch, since=FOUNDED_ON)
    return user


def _receipt() -> bytes:
    """A sheet of paper, as a phone would photograph it."""
    image = Image.new("RGB", (480, 320), "#f7f4ea")
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 20, 460, 300), outline="#333")
    for line in range(5):
        pen.line((50, 90 + 40 * line, 430, 90 + 40 * line), fill="#999")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
