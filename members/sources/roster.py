"""The roster that a department already keeps: one row a member, known by the citizen's number.

Columns: 姓名、公民身份号码、党组织编码 (or 党组织名称), 党小组, 工作单位统一社会信用代码 (or 工作单位名称), 党员状态, the dates, 民族、学历、联系电话、岗位.
The key is the number's keyed digest; the number itself is staged as ciphertext. A number that is registered outside the
importer's scope is refused without telling where.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from accounts.permissions import Permission
from core.asking import Asking
from core.cells import Cell, CellProblem, read_text
from core.crypto import blind_index, blind_indexes
from core.id_sets import among, among_texts
from core.importing.problems import ERROR, WARNING, Problem, problems
from core.importing.readers import day, text
from core.importing.targets import Changes, ListRow, Merge, Record, Target, Written
from core.locks import hold
from core.plain import from_plain
from core.refusals import Refusal
from core.rows import insert_rows
from core.sources import Importer, Read, Run, Source, SourceField, Values, always, sources
from members.followers import follow
from members.models import FormerMembership, Member, PartyGroup
from members.models.members import ON_THE_ROLL
from members.rules.persons import (
    birth_date_of,
    check_id_number,
    education,
    ethnic_group,
    member_status,
    normalise_id_number,
    sex_of,
)
from members.services.groups import leave_heads
from members.services.members import ASKED, revise
from members.sources.parties import CODE, NAME, NAMED, UNKNOWN_PARTY, Parties
from orgs import facts
from orgs.models import Organization
from orgs.rules.words import look_up, word_table
from orgs.sources.areas import check_extent
from orgs.sources.columns import read_code
from orgs.sources.importers import admission

JOBS = word_table(
    {job.value: job.label for job in Member.Job},
    {Member.Job.FRONT_LINE: ("生产一线", "一线工人", "工人"), Member.Job.TECHNICAL: ("专业技术", "技术人员"),
     Member.Job.MANAGEMENT: ("管理人员", "经营管理"), Member.Job.OWNER: ("负责人", "企业主", "业主")},
)  # fmt: skip
WRONG_NUMBER, TAKEN, UNCHECKED = "id_number_check", "id_number_taken", "id_number_unchecked"
UNKNOWN_EMPLOYER = "member_employer_unknown"
UNKNOWN_GROUP, NO_GROUP = "member_group_unknown", 0
MISSING = {"name": "member_name_missing", "id_number": "id_number_missing"}

problems.add(
    Problem(WRONG_NUMBER, ERROR, "公民身份号码有误（位数、出生日期或校验位不符），未导入；请核对"),
    Problem(TAKEN, ERROR, "该证件号码已登记，未导入；请与上级组织部门核对"),
    Problem(UNCHECKED, ERROR, "今天查到已登记的号码太多，这一行没有核对，未导入；请与上级组织部门核对，或明天再导入"),
    Problem("id_number_missing", ERROR, "没有公民身份号码，未导入；请填写，确无号码的请在系统中逐人登记"),
    Problem("member_name_missing", ERROR, "没有姓名，未导入；请填写"),
    Problem(UNKNOWN_EMPLOYER, ERROR, "没有登记这家工作单位，或有几家同名，未导入；请填写统一社会信用代码"),
    Problem(UNKNOWN_GROUP, ERROR, "党员所在党组织没有这个党小组，未导入；请先登记党小组，或改正名称"),
    Problem("formal_before_joined", ERROR, "转正日期早于入党日期，未导入；请核对"),
    Problem("unknown_job", WARNING, "岗位无法识别，未写入；请填写一线、技术、管理或出资人"),
)


def id_number(run: Run) -> Read:
    """A good citizen's number; raises `id_number_check`."""

    def read(cell: Cell) -> str | None:
        number = normalise_id_number(cell)
        if number and check_id_number(number, on=run.today):
            raise CellProblem(WRONG_NUMBER)
        return number or None

    return read


def job(cell: Cell) -> str | None:
    """The kind of job; raises `unknown_job`."""
    return look_up(cell, JOBS, "unknown_job")


FIELDS = (
    SourceField("name", "姓名", ("党员姓名", "名字"), always(text(60)), vital=True),
    SourceField("id_number", "公民身份号码", ("身份证号", "身份证号码", "身份证", "证件号码", "公民身份证号码"), id_number,
                vital=True),
    CODE,
    NAME,
    SourceField("party_group", "党小组", ("所在党小组", "党小组名称"), always(text(60))),
    SourceField("employer_code", "工作单位统一社会信用代码", ("统一社会信用代码", "单位代码", "信用代码", "工作单位代码"),
                always(read_code)),
    SourceField("employer_name", "工作单位", ("工作单位名称", "单位名称", "所在单位", "从业单位"), always(text(200))),
    SourceField("status", "党员状态", ("状态", "人员类别", "党员类别", "政治面貌"), always(member_status), vital=True),
    SourceField("joined_on", "入党日期", ("入党时间", "加入党组织日期"), day),
    SourceField("formal_on", "转正日期", ("转正时间", "转为正式党员日期"), day),
    SourceField("since", "转入日期", ("进入支部日期", "转入时间", "组织关系转入日期"), day),
    SourceField("organization_since", "到岗日期", ("入职日期", "到岗时间", "参加工作日期"), day),
    SourceField("ethnicity", "民族", (), always(ethnic_group)),
    SourceField("education", "学历", ("文化程度", "最高学历"), always(education)),
    SourceField("phone", "联系电话", ("手机号码", "手机", "电话", "手机号", "联系方式"), always(read_text)),
    SourceField("job", "岗位", ("工作岗位", "岗位类别"), always(job)),
    SourceField("external_id", "外部系统编号", ("党员编号", "系统编号"), always(text(60))),
)  # fmt: skip
COPIED = ("name", "joined_on", "formal_on", "ethnicity", "education", "phone", "job", "external_id")
PLACED = (
    "party_organization_id", "since", "party_group_id", "organization_id", "organization_since", "status", "status_on",
    "version",
)  # fmt: skip


class MemberTarget(Target):
    """Members as a roster meets them: what it says is taken over, blanks leave what is there."""

    model = Member
    columns: tuple[str, ...] = (*COPIED, *PLACED)
    owned = ((FormerMembership, "member"),)

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        parties = Parties(run)
        self.paths, self.parties = parties.paths, parties.named
        self.employers: dict[str, int | None] = {}
        self.groups: dict[tuple[object, str], int] = {}  # of these Party organizations, by the names that rows give
        self.foreign: set[int] = set()  # of these, managed elsewhere: only who works there already is left there
        self.touched: set[int] = set()
        self.nodes: set[int] = set()
        self.asking = Asking(run.importer.user, ASKED, run.batch_id)

    # --- reading ---
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        """Name and number are there; membership became formal after it began."""
        found = [(code, name) for name, code in MISSING.items() if name not in values and name not in unread]
        if values.get("formal_on") and values.get("joined_on") and values["formal_on"] < values["joined_on"]:
            found.append(("formal_before_joined", "formal_on"))
        return found

    def key(self, values: Values, unread: Collection[str]) -> str:
        """The keyed digest of the number."""
        return blind_index(values.get("id_number", ""))

    # --- meeting ---
    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        """By the digest; the employers that the rows name are looked up on the way."""
        digests = [blind_indexes(row.values.get("id_number", "")) for row in rows]
        registered = Member.objects.filter(id_digest__in=among_texts({one for row in digests for one in row}))
        known = {digest or "": pk for digest, pk in registered.values_list("id_digest", "pk")}
        mine = Organization.objects.filter(merged_into=None).changed_by(self.run.importer.scope)
        there = Member.objects.filter(pk__in=among(known.values())).changed_by(self.run.importer.scope)
        units = mine | Organization.objects.filter(pk__in=there.values("organization"))  # who works there already
        codes = {row.values["employer_code"] for row in rows if "employer_code" in row.values}
        coded = units.filter(credit_code__in=among_texts(codes)).values_list("credit_code", "pk")
        self.employers = {code or "": pk for code, pk in coded}
        names = {row.values.get("employer_name", "") for row in rows if "employer_code" not in row.values} - {""}
        for name, pk in units.filter(name__in=among_texts(names)).values_list("name", "pk"):
            self.employers[name] = None if name in self.employers else pk
        named = {pk for pk in self.employers.values() if pk}
        self.know_groups(row.values.get("party_group") for row in rows)
        self.foreign = named - {*mine.filter(pk__in=among(named)).values_list("pk", flat=True)}
        return [next((known[one] for one in row if one in known), None) for row in digests]

    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """A new member, or what the roster changes of one: place, employer and status with their days."""
        values, scope = row.values, self.run.importer.scope
        if record and not (scope.whole or scope.holds_path(self.paths.get(record["party_organization_id"], ""))):
            return Merge(problem=self.taken(record["pk"]))
        if record is None and self.asking.spent:
            return Merge(problem=UNCHECKED)
        party_word = values.get("party_code") or values.get("party_name")
        party = self.parties.get(party_word) if party_word else (record or {}).get("party_organization_id")
        if not party:
            return Merge(problem=UNKNOWN_PARTY)
        unit_word = values.get("employer_code") or values.get("employer_name")
        unit = self.employers.get(unit_word) if unit_word else (record or {}).get("organization_id")
        if unit_word and (not unit or (unit in self.foreign and unit != (record or {}).get("organization_id"))):
            return Merge(problem=UNKNOWN_EMPLOYER)
        stated = self._stated(values, record, party, unit)
        if name := values.get("party_group"):
            stated["party_group_id"] = self.groups.get((party, name), NO_GROUP)
            if stated["party_group_id"] == NO_GROUP:
                return Merge(problem=UNKNOWN_GROUP, at="party_group")
        before = record or {}
        changes: Changes = {c: [before.get(c), v] for c, v in stated.items() if v is not None and before.get(c) != v}
        leave_group(changes, before)
        joined, formal = (stated.get(name) or before.get(name) for name in ("joined_on", "formal_on"))
        if joined and formal and formal < joined:
            return Merge(problem="formal_before_joined")
        return Merge(changes)

    def know_groups(self, names: Iterable[str | None]) -> None:
        """Look up the groups that rows name."""
        named = PartyGroup.objects.on(self.run.today).filter(name__in=among_texts({name for name in names if name}))
        self.groups.update(
            ((party, name), pk) for pk, party, name in named.values_list("pk", "party_organization", "name")
        )

    def taken(self, pk: int) -> str:
        """The problem of a row whose number somebody else has, which is written down."""
        found = Member.objects.select_related("party_organization").get(pk=pk)
        return TAKEN if self.asking.answers(found, found.party_organization.path) else UNCHECKED

    def load(self, ids: Sequence[int], *, lock: bool) -> dict[int, Record]:
        records = super().load(ids, lock=lock)
        for pk, record in records.items():
            record["pk"] = pk
        return records

    def _stated(self, values: Values, record: Record | None, party: int, unit: int | None) -> Values:
        """The columns that the row states, days filled in where it gives none."""
        as_of = self.run.as_of.isoformat()
        stated: Values = {column: values.get(column) for column in COPIED}
        since = values.get("since") or as_of
        if record is None:
            number = values["id_number"]
            born_on = birth_date_of(number)
            stated |= {
                "id_number": number,
                "id_digest": blind_index(number),
                "sex": sex_of(number),
                "born_on": born_on and born_on.isoformat(),
                "status": values.get("status") or Member.Status.FORMAL.value,
                "status_on": values.get("formal_on") or values.get("joined_on"),
            }
            since = values.get("since") or values.get("joined_on") or as_of
        elif (status := values.get("status")) and status != record["status"]:
            stated |= {"status": status, "status_on": values.get("formal_on") or as_of}
        if record is None or party != record["party_organization_id"]:
            stated |= {"party_organization_id": party, "since": since}
        if unit and (record is None or unit != record["organization_id"]):
            stated |= {"organization_id": unit, "organization_since": values.get("organization_since") or since}
        elif unit and values.get("organization_since"):
            stated["organization_since"] = values["organization_since"]
        return stated

    def expected(self, ids: Collection[int], extent: str) -> set[int]:
        """Members on the roll within the scope."""
        kept = Member.objects.changed_by(self.run.importer.scope).filter(pk__in=among(ids), status__in=ON_THE_ROLL)
        return set(kept.values_list("pk", flat=True))

    def lock_first(self, ids: Collection[int]) -> None:
        """The employers of the members, and those that the rows at hand name."""
        known = Member.objects.filter(pk__in=among(ids)).values_list("organization", flat=True)
        hold(Organization, [*known, *self.employers.values()])

    # --- writing ---
    def path_of(self, record: Record) -> str:
        """Of the member's Party organization."""
        return self.paths.get(record["party_organization_id"], self.run.importer.path)

    def label_of(self, record: Record) -> str:
        return record["name"]

    def written(self, new: Sequence[Written], changed: Sequence[Written]) -> None:
        """Keep past memberships of those who moved, and remember whose facts change."""
        self._touch(new, changed)
        moved = [one for one in changed if one.before and "party_organization_id" in one.changes]
        leave_heads([one.id for one in moved], by=self.run.importer.user, on=self.run.today)
        insert_rows(
            FormerMembership,
            ("member_id", "party_organization_id", "organization_id", "since", "until"),
            [
                (
                    one.id,
                    one.before["party_organization_id"],
                    one.before["organization_id"],
                    begun,
                    max(begun, one.after["since"]),
                )
                for one in moved
                if one.before and (begun := one.before["since"])
            ],
        )

    def undone(self, batch_id: int, restored: Sequence[Written]) -> None:
        """The past memberships that the batch wrote go."""
        self._touch((), restored)
        back = [one for one in restored if "party_organization_id" in one.changes]
        for one in back:
            past = FormerMembership.objects.filter(member=one.id, party_organization=one.after["party_organization_id"])
            past.filter(since=one.after["since"]).delete()

    def _touch(self, *groups: Sequence[Written]) -> None:
        for record in (record for group in groups for one in group for record in (one.before, one.after) if record):
            self.nodes.add(record["party_organization_id"])
            if employer := record.get("organization_id"):
                self.touched.add(employer)

    def refresh(self, ids: Collection[int]) -> None:
        """Facts and tally of the organizations where members come and go."""
        follow(ids, on=self.run.today)
        facts.refresh(self.touched, on=self.run.today, nodes=self.nodes)

    def forget(self, ids: Collection[int]) -> None:
        """The organizations' facts change when their members go."""
        gone = Member.objects.filter(pk__in=list(ids))
        self.nodes.update(gone.values_list("party_organization", flat=True))
        self.touched.update(gone.filter(organization__isnull=False).values_list("organization", flat=True))


def leave_group(changes: Changes, before: Record) -> None:
    """Who goes to another Party organization leaves the group of the one before, unless the row names one there."""
    if "party_organization_id" in changes and before.get("party_group_id"):
        changes.setdefault("party_group_id", [before["party_group_id"], None])


def take(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """Write what a clerk takes over by hand, each thing as the step it is on the member's page; a move, an employer or a status
    without its day is of today."""
    if "id_number" in values:
        raise Refusal("公民身份号码不能直接采用名单的值，请对照档案在党员页面修改")
    member, fields = Member.objects.get(pk=key), from_plain(Member, values)
    revise(by=importer.user, member=member, values=fields, version=member.version, on=on, reason=reason)
    return key


sources.add(
    Source(
        code="members",
        name="党员名册",
        model=Member,
        permission=Permission.MEMBERS_IMPORT,
        fields=FIELDS,
        required=(("name",), ("id_number",), NAMED),
        presence=("name", "id_number"),
        key_field="id_number",
        admit=admission(Permission.MEMBERS_IMPORT),
        target=MemberTarget,
        check_extent=check_extent,
        take=take,
    )
)
