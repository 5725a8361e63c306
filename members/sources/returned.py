"""Our own list of members come back (rules §11, `core.importing.round_trip`): the edited cells count as typed by hand.

Number, birth date and phone are masked in the workbook unless it was asked for with them; a masked cell that comes back as it was
changes nothing. Another Party organization, employer or status counts from the day that stands beside it, else from the
list's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from core.cells import read_text
from core.crypto import blind_index, blind_indexes
from core.id_sets import among, among_texts
from core.importing.problems import ERROR, Problem, problems
from core.importing.readers import day, text
from core.importing.round_trip import Origin, Part, ReturnedRows, Returning, Words, choice_words, plainly
from core.importing.targets import Changes, ListRow, Merge, Record
from core.plain import Plain
from core.sources import Run, Values, always, sources
from members.models import Member, PartyGroup
from members.models.members import PROBATIONARY
from members.rules.persons import birth_date_of, education, ethnic_group, member_status, normalise_id_number, sex_of
from members.sources.roster import (
    NO_GROUP,
    UNCHECKED,
    UNKNOWN_EMPLOYER,
    UNKNOWN_GROUP,
    MemberTarget,
    id_number,
    job,
    leave_group,
    take,
)
from orgs.codelists import education_choices, ethnic_choices
from orgs.models import Organization
from orgs.sources.columns import read_code
from orgs.sources.coverage import party_by_code, party_codes
from orgs.sources.lists import returned_list


def _codes_later() -> Words:
    """Employers are looked up for the rows at hand (`ReturnedMembers.shown`)."""
    return plainly()


MEMBERS = Returning(
    "党员",
    (
        Part("name", "姓名", always(text(60)), needed="member_name_missing"),
        Part("id_number", "公民身份号码", id_number, personal=True, needed="id_number_missing"),
        Part("phone", "联系电话", always(read_text), personal=True),
        Part("party_organization_id", "党组织编码", party_by_code, party_codes, needed="member_party_unknown"),
        Part("since", "转入日期", day, needed="member_since_missing"),
        Part(
            "organization_id", "工作单位统一社会信用代码", always(read_code), _codes_later,
            cell=lambda member: member.organization and member.organization.credit_code,
        ),
        Part("organization_since", "到岗日期", day),
        Part("job", "岗位", always(job), choice_words(Member.Job.choices)),
        Part("joined_on", "入党日期", day),
        Part("formal_on", "转正日期", day),
        Part("status", "状态", always(member_status), choice_words(Member.Status.choices), needed="member_status_missing"),
        Part("status_on", "状态日期", day),
        Part("ethnicity", "民族", always(ethnic_group), choice_words(ethnic_choices())),
        Part("education", "学历", always(education), choice_words(education_choices())),
        Part("external_id", "外部系统编号", always(text(60))),
        Part("sex", "性别"), Part("born_on", "出生日期", personal=True), Part("party_name", "党组织"), Part("employer_name", "工作单位"),
        Part("party_group_id", "党小组", always(text(60)), cell=lambda member: member.party_group and member.party_group.name),
    ),
)  # fmt: skip
problems.add(
    Problem("member_since_missing", ERROR, "转入日期不能清空，未导入；请填写"),
    Problem("member_status_missing", ERROR, "状态不能清空，未导入；请填写"),
    Problem("since_without_move", ERROR, "改了转入日期，没有改党组织，未导入；调整党组织时才填写转入日期"),
    Problem("employer_since_missing", ERROR, "有工作单位，没有到岗日期，未导入；请填写"),
    Problem("moved_too_early", ERROR, "转入日期早于转入现党组织的日期，未导入；请核对"),
    Problem("status_does_not_fit", ERROR, "已经转正，不能改回预备党员，未导入；请核对"),
)


class ReturnedMembers(ReturnedRows, MemberTarget):
    """Members, as their own list meets them when it comes back."""

    returning = MEMBERS
    columns = (*MemberTarget.columns, "id_number", "id_digest", "sex", "born_on")

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.codes: dict[int, str | None] = {}  # employers of the records at hand
        self.called: dict[int, str] = {}  # their groups
        self.numbers: dict[Any, int] = {}  # number → member, of the numbers that the rows at hand give

    # --- meeting
    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        """By number of the record; the employers and ID numbers that edited rows name are looked up on the way."""
        codes = {row.values.get("organization_id", "") for row in rows} - {""}
        units = Organization.objects.filter(credit_code__in=among_texts(codes), merged_into=None)
        units = units.changed_by(self.run.importer.scope)
        self.employers = {code or "": pk for code, pk in units.values_list("credit_code", "pk")}
        self.know_groups(row.values.get("party_group_id") for row in rows)
        numbers = {normalise_id_number(row.values.get("id_number")) for row in rows}
        digests = {digest: number for number in numbers for digest in blind_indexes(number)}
        found = Member.objects.filter(id_digest__in=among_texts(digests)).values_list("id_digest", "pk")
        self.numbers.update((digests[digest or ""], pk) for digest, pk in found)
        return super().match(rows)

    def load(self, ids: Sequence[int], *, lock: bool) -> dict[int, Record]:
        records = super().load(ids, lock=lock)
        employers = {record["organization_id"] for record in records.values()} - {None}
        units = Organization.objects.filter(pk__in=among(employers))
        self.codes.update(units.values_list("pk", "credit_code"))
        joined = {record["party_group_id"] for record in records.values()} - {None}
        self.called.update(PartyGroup.objects.filter(pk__in=among(joined)).values_list("pk", "name"))
        return records

    def shown(self, part: Part, value: Plain) -> Any:
        """An employer is shown by its code, a group by its name."""
        known: dict[str, dict[int, Any]] = {"organization_id": self.codes, "party_group_id": self.called}
        return known[part.name].get(value) if part.name in known else super().shown(part, value)  # type: ignore[arg-type]

    def _put(self, merge: Merge, part: Part, value: Plain, record: Record, origin: Origin) -> None:
        """A group is one of the Party organization to which the member belongs or, by the same row, comes."""
        if part.name == "party_group_id" and value is not None:
            _, party = merge.changes.get("party_organization_id", [None, record["party_organization_id"]])
            value = self.groups.get((party, str(value)), NO_GROUP)
        super()._put(merge, part, value, record, origin)

    def meant(self, edits: Values) -> tuple[Values, str]:
        if code := edits.get("organization_id"):
            unit = self.employers.get(code)
            return edits | {"organization_id": unit}, "" if unit else UNKNOWN_EMPLOYER
        return edits, ""

    def follow(self, merge: Merge, record: Record) -> Merge:
        """The days from which it is so, what follows from the number, and what the services of members refuse."""
        changes = merge.changes
        if (changes | merge.conflicts).get("party_group_id", [None, None])[1] == NO_GROUP:
            return Merge(problem=UNKNOWN_GROUP, at="party_group_id")
        if "id_number" in changes:
            self._identify(merge, record)
        if "party_organization_id" in changes:
            changes.setdefault("since", [record["since"], self._today])
            leave_group(changes, record)
        self._employ(changes, record)
        self._stage(changes, record)
        after = record | {column: now for column, (_, now) in (changes | merge.quiet).items()}
        problem = self._refused(record, after, changes.keys())
        return Merge(problem=problem) if problem else merge

    @property
    def _today(self) -> str:
        return self.run.as_of.isoformat()

    @staticmethod
    def _identify(merge: Merge, record: Record) -> None:
        """What is derived from a new number."""
        number = merge.changes["id_number"][1]
        born_on = birth_date_of(number)
        merge.quiet["id_digest"] = [record["id_digest"], blind_index(number)]
        derived = {"sex": sex_of(number), "born_on": born_on and born_on.isoformat()}
        merge.changes.update({c: [record[c], now] for c, now in derived.items() if now and record[c] != now})

    def _employ(self, changes: Changes, record: Record) -> None:
        """An employer has its first day, no employer has none."""
        if "organization_id" not in changes:
            return
        if changes["organization_id"][1] is None:
            changes["organization_since"] = [record["organization_since"], None]
        else:
            changes.setdefault("organization_since", [record["organization_since"], self._today])

    def _stage(self, changes: Changes, record: Record) -> None:
        """A new stage has its day; 转正 is the day of formal membership."""
        if "status" not in changes:
            return
        status_on = changes.setdefault("status_on", [record["status_on"], self._today])[1]
        if changes["status"][1] == Member.Status.FORMAL and not record["formal_on"]:
            changes.setdefault("formal_on", [None, status_on])

    def _refused(self, record: Record, after: Record, changed: Collection[str]) -> str:
        """The problem that keeps the row out; empty when there is none."""
        if "id_number" in changed and self.asking.spent:
            return UNCHECKED
        if (other := self.numbers.setdefault(after["id_number"] or record["pk"], record["pk"])) != record["pk"]:
            return self.taken(other)
        if "since" in changed and "party_organization_id" not in changed:
            return "since_without_move"
        if after["since"] < record["since"]:
            return "moved_too_early"
        if after["organization_id"] and not after["organization_since"]:
            return "employer_since_missing"
        if after["joined_on"] and after["formal_on"] and after["formal_on"] < after["joined_on"]:
            return "formal_before_joined"
        if "status" in changed and after["status"] in PROBATIONARY and record["formal_on"]:
            return "status_does_not_fit"
        return ""


sources.add(returned_list("member_list", "本系统导出的党员名册", ReturnedMembers, take))
