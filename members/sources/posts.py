"""Who serves in which post of which Party organization, as a department keeps it: one row a post.

Columns: 党组织编码 (or 党组织名称), 职务, 姓名 (and 公民身份号码 of a member), 来源, 任职日期. A list begins posts and passes them on: where the
registry has another secretary, the one of the list follows on the day of 任职日期, and the past stays as a row of its own. It ends
no other post: who is missing from it stays, and is given.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from accounts.permissions import Permission
from core import writing
from core.audit import Event
from core.cells import Cell
from core.crypto import blind_indexes
from core.id_sets import among, among_texts
from core.importing.problems import ERROR, Problem, problems
from core.importing.readers import day, text
from core.importing.targets import Changes, ListRow, Merge, Record, Written
from core.numbering import reserve_ids
from core.periods import not_over
from core.plain import from_plain
from core.sources import Importer, Run, Source, SourceField, Values, always, sources
from members.models import Member, Post
from members.models.members import ON_THE_ROLL, PROBATIONARY
from members.services.posts import held, posts
from members.sources.parties import CODE, NAME, NAMED, UNKNOWN_PARTY, PartyTarget
from members.sources.roster import id_number
from orgs.rules.words import look_up, word_table
from orgs.services.appointments import keep_with_post
from orgs.sources.areas import check_extent
from orgs.sources.importers import admission

SECRETARY = Post.Kind.SECRETARY.value
POSTS = word_table(
    {kind.value: kind.label for kind in Post.Kind},
    {
        Post.Kind.SECRETARY: ("支部书记", "党支部书记", "党总支书记", "党委书记"),
        Post.Kind.DEPUTY: ("支部副书记", "党支部副书记"),
        Post.Kind.DISCIPLINE: ("纪律检查委员", "纪检监察委员"),
        Post.Kind.MEMBER: ("支委", "支部委员", "支委委员"),
    },
)
SOURCES = word_table(
    {source.value: source.label for source in Post.Source},
    {
        Post.Source.MANAGEMENT: ("管理层", "本单位管理人员", "经营管理人员", "单位负责人", "出资人", "业主"),
        Post.Source.STAFF: ("职工", "本单位员工", "员工", "普通职工"),
        Post.Source.SENT: ("选派", "上级下派", "下派", "机关选派", "街道选派", "选派书记"),
    },
)


def kind(cell: Cell) -> str | None:
    """Which post; raises `unknown_post`."""
    return look_up(cell, POSTS, "unknown_post")


def source(cell: Cell) -> str | None:
    """From where; raises `unknown_post_source`."""
    return look_up(cell, SOURCES, "unknown_post_source")


FIELDS = (
    CODE,
    NAME,
    SourceField("post", "职务", ("党内职务", "班子职务", "支部职务"), always(kind), vital=True),
    SourceField("name", "姓名", ("班子成员", "成员姓名", "书记姓名", "党员姓名"), always(text(60)), vital=True),
    SourceField("id_number", "公民身份号码", ("身份证号", "身份证号码", "身份证", "证件号码"), id_number, vital=True),
    SourceField("source", "来源", ("人员来源", "书记来源", "来源类别"), always(source), vital=True),
    SourceField("since", "任职日期", ("任职时间", "任现职时间", "任现职日期"), day),
)
MISSING = {"post": "post_missing", "name": "post_name_missing"}
HOLDER = ("member_id", "name", "source", "since", "user_id")
NOT_ELIGIBLE, TOO_EARLY, NO_SOURCE = "post_not_eligible", "post_too_early", "post_source_missing"

problems.add(
    Problem("unknown_post", ERROR, "职务无法识别，未导入；请填写书记、副书记、组织委员、宣传委员、纪检委员或委员"),
    Problem("unknown_post_source", ERROR, "来源无法识别，未导入；请填写本单位管理层、本单位职工或上级选派"),
    Problem("post_missing", ERROR, "没有职务，未导入；请填写"),
    Problem("post_name_missing", ERROR, "没有姓名，未导入；请填写"),
    Problem(NO_SOURCE, ERROR, "没有来源，未导入；请填写本单位管理层、本单位职工或上级选派"),
    Problem(NOT_ELIGIBLE, ERROR, "此人是预备党员，或已不在名册上，不能任职，未导入；请核对"),
    Problem(TOO_EARLY, ERROR, "任职日期不晚于现任书记的任职日期，未导入；请核对，更正现任的请在任职页面修改"),
)


class PostTarget(PartyTarget):
    """Posts that are not over, as a list meets them."""

    model = Post
    columns = ("party_organization_id", "post", "member_id", "name", "source", "user_id", "since", "until")

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.members: dict[str, tuple[int, str, str]] = {}  # number → member, name and status, of the rows at hand

    # --- reading ---
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        return [(code, name) for name, code in MISSING.items() if name not in values and name not in unread]

    def key(self, values: Values, unread: Collection[str]) -> str:
        """A Party organization has one secretary; of other posts it has several."""
        party, post = self.parties.of(values), values.get("post")
        if not (party and post):
            return ""
        return _place(party, post, values.get("name", ""))

    # --- meeting ---
    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        """The secretary of today, or who has the same post under the same name; the members that rows name by number."""
        numbers = {row.values["id_number"] for row in rows if "id_number" in row.values}
        digests = {digest: number for number in numbers for digest in blind_indexes(number)}
        found = Member.objects.changed_by(self.run.importer.scope).filter(id_digest__in=among_texts(digests))
        columns = found.values_list("id_digest", "pk", "name", "status")
        self.members = {digests[digest or ""]: (pk, name, status) for digest, pk, name, status in columns}
        homes = among({party for row in rows if (party := self.parties.of(row.values))})
        held_rows = Post.objects.filter(not_over(self.run.today), party_organization__in=homes).order_by(
            "-since", "-pk"
        )
        known = {
            _place(party, post, name): pk
            for pk, party, post, name in held_rows.values_list("pk", "party_organization_id", "post", "name")
        }
        return [known.get(row.key) for row in rows]

    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """A new post; of a known one where its holder comes from; of the secretary the next one."""
        values, party = row.values, self.parties.of(row.values)
        if party is None:
            return Merge(problem=UNKNOWN_PARTY)
        member, name, status = self.members.get(values.get("id_number", ""), (None, values["name"], ""))
        if status and (status in PROBATIONARY or status not in ON_THE_ROLL):
            return Merge(problem=NOT_ELIGIBLE, at="name")
        if record is None:
            return self._begun(values, {"party_organization_id": party, "member_id": member, "name": name})
        if record["member_id"] == member if record["member_id"] and member else record["name"] == name:
            return Merge(self._corrected(values, record, member))
        return self._passed_on(values, record, {"member_id": member, "name": name})

    def _begun(self, values: Values, who: Values) -> Merge:
        if "source" not in values:
            return Merge(problem=NO_SOURCE, at="source")
        given = {**who, "post": values["post"], "source": values["source"], "since": values.get("since") or self._today}
        return Merge({column: [None, value] for column, value in given.items() if value is not None})

    def _corrected(self, values: Values, record: Record, member: int | None) -> Changes:
        """The same holder: what the list says of where and since when."""
        given = {"member_id": member, "source": values.get("source"), "since": values.get("since")}
        return {c: [record[c], value] for c, value in given.items() if value is not None and record[c] != value}

    def _passed_on(self, values: Values, record: Record, who: Values) -> Merge:
        since = values.get("since") or self._today
        if since <= record["since"]:
            return Merge(problem=TOO_EARLY, at="since")
        if "source" not in values:
            return Merge(problem=NO_SOURCE, at="source")
        given: Values = {**who, "source": values["source"], "since": since, "user_id": None}
        return Merge({c: [record[c], value] for c, value in given.items() if record[c] != value})

    @property
    def _today(self) -> str:
        return self.run.as_of.isoformat()

    def expected(self, ids: Collection[int], extent: str) -> set[int]:
        """Posts of the scope that are not over."""
        kept = Post.objects.filter(not_over(self.run.today), pk__in=among(ids)).changed_by(self.run.importer.scope)
        return set(kept.values_list("pk", flat=True))

    # --- writing ---
    def label_of(self, record: Record) -> str:
        return f"{Post.Kind(record['post']).label} {record['name']}"

    def written(self, new: Sequence[Written], changed: Sequence[Written]) -> None:
        """Keep the posts that were passed on as rows of their own, and end the roles of their accounts."""
        super().written(new, changed)
        past = [(one.before, one.after["since"]) for one in changed if one.before and _passed_on(one)]
        ids = reserve_ids(Post, len(past)) if past else []
        writing.add_rows(
            Post,
            ("id", *PAST, "until"),
            [(pk, *(was[column] for column in PAST), until) for pk, (was, until) in zip(ids, past, strict=True)],
            by=self.run.importer.user,
            events=[self._past(pk, was, until) for pk, (was, until) in zip(ids, past, strict=True)],
        )
        for was, _ in past:
            self._keep_right(was, before=was)

    def _past(self, pk: int, was: Record, until: str) -> Event:
        """The entry of a post that was passed on."""
        given: Changes = {c: [None, was[c]] for c in PAST if was[c] is not None} | {"until": [None, until]}
        label = self.label_of(was)
        return Event(
            "posts.end", Post._meta.label_lower, str(pk), label, self.path_of(was), given, "", self.run.batch_id
        )

    def _keep_right(self, record: Record, before: Record | None) -> None:
        """The role of the account that held a post, or holds it again."""
        if not record["user_id"]:
            return
        row = Post(**from_plain(Post, {column: record[column] for column in PAST}))
        user, node, on = row.user, row.party_organization, self.run.today
        assert user is not None
        span = (row.since, None) if before else None
        trail: Any = {"by": self.run.importer.user, "reason": f"导入班子成员名册：{row}", "on": on}
        keep_with_post(user=user, node=node, held=held(user, node, on=on), before=span, **trail)

    def undone(self, batch_id: int, restored: Sequence[Written]) -> None:
        """The past that the batch wrote goes, and who held the post holds it again with the account."""
        super().undone(batch_id, restored)
        for one in [one for one in restored if one.before and _passed_on(one)]:
            was, ended = one.after, one.before["since"] if one.before else None
            past = Post.objects.filter(party_organization=was["party_organization_id"], post=was["post"], until=ended)
            past = past.filter(name=was["name"], since=was["since"])
            writing.remove_many(past, by=self.run.importer.user, action="import.undo")
            self._keep_right(was, before=None)


PAST = ("party_organization_id", "post", "member_id", "name", "source", "user_id", "since")


def _place(party: int, post: str, name: str) -> str:
    return f"{party} {post}" if post == SECRETARY else f"{party} {post} {name}"


def _passed_on(one: Written) -> bool:
    """Whether the post went to somebody else."""
    another = one.before is not None and one.before["member_id"] is not None and "member_id" in one.changes
    return "since" in one.changes and ("name" in one.changes or another)


def take(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """Write what a clerk takes over by hand."""
    row = Post.objects.get(pk=key)
    return posts.change(by=importer.user, row=row, on=on, reason=reason, **from_plain(Post, values)).pk


sources.add(
    Source(
        code="posts",
        name="班子成员名册",
        model=Post,
        permission=Permission.MEMBERS_IMPORT,
        fields=FIELDS,
        required=(NAMED, ("post",), ("name",)),
        presence=("name", "post"),
        key_field="name",
        admit=admission(Permission.MEMBERS_IMPORT),
        target=PostTarget,
        check_extent=check_extent,
        take=take,
    )
)
