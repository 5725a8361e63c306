"""Who runs a Party organization: posts are taken, passed on and given up; the account of a leader has its role with the post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core.locks import derived_once
from core.periods import not_over
from core.refusals import Refusal
from members.models import Member, Post
from members.models.members import ON_THE_ROLL, PROBATIONARY
from members.services import nodes
from orgs.facts import refresh
from orgs.handover import Handover
from orgs.models import PartyOrganization
from orgs.services.appointments import Span, keep_with_post

SECRETARY = Post.Kind.SECRETARY


class Posts(nodes.NodeRows[Post]):
    """Posts of Party organizations. The name of the secretary follows, and the role of the account that holds a post."""

    @transaction.atomic
    def add(self, *, by: User | None, on: date, reason: str = "", **values: Any) -> Post:
        """Somebody takes a post. Raises Refusal where there is a secretary already."""
        values = _named(values)
        self.hold([new := Post(**values)])
        _require_fit(new)
        _require_one_secretary(new)
        before = held(new.user, new.party_organization, on=on)
        row = super().add(by=by, on=on, reason=reason, **values)
        nodes.restate([row.party_organization_id], by=by, on=on, reason=reason)
        self._keep_right(row.user, row, before, by=by, on=on, reason=reason)
        return row

    def write(self, *, row: Post | None, values: Mapping[str, Any], **trail: Any) -> Post:
        """A post of the past is entered with its end: another one holds today."""
        return super().write(row=row, values=values, **trail) if row else self.add(**trail, **values)

    @transaction.atomic
    @derived_once()
    def pass_on(self, *, by: User | None, row: Post, since: date, on: date, reason: str = "", **values: Any) -> Post:
        """The next one takes the post from a day on, which is the last one's end: who (`member` or `name`), from where
        (`source`) and with which account (`user`)."""
        row = self.opened(row, on)
        if since <= row.since:
            raise Refusal(f"{row.name}{row.since} 才任{row.get_post_display()}，接任日期须在这一天之后")
        if row.until is None or row.until > since:
            self.end(by=by, row=row, day=since, on=on, reason=reason)
        of = {"party_organization": row.party_organization, "post": row.post, "since": since}
        return self.add(by=by, on=on, reason=reason, **of, **values)

    def follow(self, row: Post, on: date) -> None:
        """Also where its holder is a member."""
        home = Member.objects.filter(posts=row).values_list("party_organization", flat=True)
        refresh((), on=on, nodes={row.party_organization_id, *home})

    def count(self, party_organization_id: int, on: date) -> int:
        """Of a Party organization that ends: those that are not over."""
        return Post.objects.filter(not_over(on), party_organization=party_organization_id).count()

    def move(self, handover: Handover) -> list[int]:
        """They end with their Party organization: the other one has its own."""
        rows = Post.objects.filter(not_over(handover.on), party_organization=handover.source_id)
        for row in rows.select_related("party_organization"):
            until = max(handover.since, row.since)
            row.end(by=handover.by, until=until, action=self.ending, on=handover.on, reason=handover.reason)
        return []

    dissolve = move

    def _set(self, row: Post, values: Mapping[str, Any], action: str, *, on: date, **trail: Any) -> Post:
        values = _named(values, row)
        users = {user.pk: user for user in (row.user, values.get("user", row.user)) if user}
        before = {pk: held(user, row.party_organization, on=on) for pk, user in users.items()}
        found = super()._set(row, values, action, on=on, **trail)
        if values.keys() & {"member", "post"}:
            _require_fit(found)
        _require_one_secretary(found)
        nodes.restate([found.party_organization_id], on=on, **trail)
        for pk, user in users.items():
            self._keep_right(user, found, before[pk], on=on, **trail)
        return found

    def _keep_right(self, user: User | None, row: Post, before: Span | None, **trail: Any) -> None:
        """The account's role at the branch, for as long as it holds a post there."""
        if user is None or (now := held(user, row.party_organization, on=trail["on"])) == before:
            return
        reason = f"班子职务：{row}" + (f"（{trail['reason']}）" if trail["reason"] else "")
        trail |= {"reason": reason}
        keep_with_post(user=user, node=row.party_organization, held=now, before=before, **trail)


def held(user: User | None, node: PartyOrganization, *, on: date) -> Span | None:
    """From when until when an account holds posts of a Party organization that are not over; None for none."""
    rows = Post.objects.filter(not_over(on), user=user, party_organization=node) if user else Post.objects.none()
    spans = list(rows.values_list("since", "until"))
    if not spans:
        return None
    lasting = any(until is None for _, until in spans)
    return min(since for since, _ in spans), None if lasting else max(until for _, until in spans if until)


def _named(values: Mapping[str, Any], row: Post | None = None) -> dict[str, Any]:
    """A member's name is that of the post."""
    named = dict(values)
    if member := named.get("member", row.member if row else None):
        named["name"] = member.name
    return named


def _require_fit(row: Post) -> None:
    """Who is elected may vote: no probationary member, nobody who left the roll (EL-3)."""
    member: Member | None = row.member
    if member and member.status in PROBATIONARY:
        raise Refusal(f"{member}是{member.get_status_display()}，没有被选举权，不能担任{row.get_post_display()}")
    if member and member.status not in ON_THE_ROLL:
        raise Refusal(f"{member}已不在党员名册上（{member.get_status_display()}），不能担任{row.get_post_display()}")


def _require_one_secretary(row: Post) -> None:
    if row.post != SECRETARY:
        return
    others = Post.objects.filter(post=SECRETARY, party_organization=row.party_organization_id).exclude(pk=row.pk)
    others = others.filter(not_over(row.since))
    if row.until:
        others = others.filter(since__lt=row.until)
    if other := others.first():
        until = f"至 {other.until}" if other.until else "起"
        raise Refusal(f"“{row.party_organization}”的书记 {other.since} {until}是{other.name}：请用“接任”登记下一位书记")


posts = Posts(
    Post,
    add=("posts.take", "登记任职"),
    change=("posts.change", "修改任职"),
    end=("posts.end", "免去职务"),
    unit="项",
)
