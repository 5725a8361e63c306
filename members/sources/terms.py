"""When each Party organization was elected, as a department keeps it: one row an election.

Columns: 党组织编码 (or 党组织名称), 换届日期, 届满日期 (else the usual years), 应到会, 实到会, 选举结果, 批复文号. The newest one is the term of its
Party organization.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from accounts.permissions import Permission
from core.cells import read_count
from core.id_sets import among
from core.importing.problems import ERROR, Problem, problems
from core.importing.readers import coming_day, day, text
from core.importing.targets import ListRow, Merge, Record
from core.plain import from_plain
from core.sources import Importer, Run, Source, SourceField, Values, always, sources
from members.models import Term
from members.rules.persons import needed_to_elect
from members.services.terms import terms, usual_end
from members.sources.parties import CODE, NAME, NAMED, UNKNOWN_PARTY, PartyTarget
from orgs.models import PartyOrganization
from orgs.sources.areas import check_extent
from orgs.sources.importers import admission

FIELDS = (
    CODE,
    NAME,
    SourceField("elected_on", "换届日期", ("换届时间", "选举日期", "最近换届日期", "本届选举日期"), day, vital=True),
    SourceField("ends_on", "届满日期", ("届满时间", "任期届满日期", "本届届满日期"), coming_day),
    SourceField("entitled", "应到会有选举权人数", ("应到会人数", "应到会", "应到人数"), always(read_count)),
    SourceField("present", "实到会有选举权人数", ("实到会人数", "实到会", "实到人数"), always(read_count)),
    SourceField("result", "选举结果", ("换届结果", "当选人"), always(text(500))),
    SourceField("approval_no", "批复文号", ("批准文号", "文号"), always(text(60))),
)
SAID = ("ends_on", "entitled", "present", "result", "approval_no")
TOO_FEW, TOO_SHORT = "election_too_few", "term_too_short"

problems.add(
    Problem("election_day_missing", ERROR, "没有换届日期，未导入；请填写"),
    Problem(TOO_FEW, ERROR, "实到会人数不到应到会的五分之四，或多于应到会，未导入；请核对"),
    Problem(TOO_SHORT, ERROR, "届满日期不在换届日期之后，未导入；请核对"),
)


class TermTarget(PartyTarget):
    """Terms, as a list meets them."""

    model = Term
    columns = ("party_organization_id", "elected_on", *SAID)

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.usual: dict[int, PartyOrganization] = {}  # the Party organizations of the rows at hand

    # --- reading ---
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        """The day of the election is there."""
        known = "elected_on" in values or "elected_on" in unread
        return [] if known else [("election_day_missing", "elected_on")]

    def key(self, values: Values, unread: Collection[str]) -> str:
        party, elected_on = self.parties.of(values), values.get("elected_on")
        return f"{party} {elected_on}" if party and elected_on else ""

    # --- meeting ---
    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        """The same election of the same Party organization."""
        homes = {party for row in rows if (party := self.parties.of(row.values))}
        self.usual = PartyOrganization.objects.in_bulk(homes)
        known = Term.objects.filter(party_organization__in=among(homes))
        found = {f"{party} {elected_on}": pk for pk, party, elected_on in known.values_list("pk", *self.columns[:2])}
        return [found.get(row.key) for row in rows]

    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """A new term, or what the list says otherwise of a known one."""
        values, party = row.values, self.parties.of(row.values)
        if party is None:
            return Merge(problem=UNKNOWN_PARTY)
        given = {column: values[column] for column in SAID if column in values}
        if record is None:
            elected_on = date.fromisoformat(values["elected_on"])
            usual = usual_end(self.usual[party], elected_on, on=self.run.today).isoformat()
            given = {"party_organization_id": party, "elected_on": values["elected_on"], "ends_on": usual, **given}
        before = record or {}
        after = before | given
        present, entitled = after.get("present"), after.get("entitled")
        if present is not None and not needed_to_elect(entitled or 0) <= present <= (entitled or 0):
            return Merge(problem=TOO_FEW, at="present")
        if after["ends_on"] <= after["elected_on"]:
            return Merge(problem=TOO_SHORT, at="ends_on")
        return Merge({c: [before.get(c), value] for c, value in given.items() if before.get(c) != value})

    def expected(self, ids: Collection[int], extent: str) -> set[int]:
        """A list of elections holds those of its time: none is missing."""
        return set()

    # --- writing ---
    def label_of(self, record: Record) -> str:
        return f"{record['elected_on']} 换届"


def take(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """Write what a clerk takes over by hand."""
    row = Term.objects.get(pk=key)
    return terms.change(by=importer.user, row=row, on=on, reason=reason, **from_plain(Term, values)).pk


sources.add(
    Source(
        code="terms",
        name="换届名册",
        model=Term,
        permission=Permission.MEMBERS_IMPORT,
        fields=FIELDS,
        required=(NAMED, ("elected_on",)),
        presence=("party_code", "party_name", "elected_on"),
        key_field="elected_on",
        admit=admission(Permission.MEMBERS_IMPORT),
        target=TermTarget,
        check_extent=check_extent,
        take=take,
    )
)
