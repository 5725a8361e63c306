"""How the rows of a list meet the registry: found by code or old number, merged by authority, judged after merging."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db.models import Q

from core import writing
from core.cells import HOME_CURRENCY
from core.id_sets import among, among_texts
from core.importing.problems import IDENTITY_DOUBTFUL, OUTSIDE_SCOPE
from core.importing.targets import Changes, ListRow, Merge, Record, Target, Written
from core.models import AuditEntry, ImportBatch
from core.months import months_before
from core.parameters import values_on
from core.rows import insert_rows
from core.sources import Run, Values
from orgs import facts
from orgs.models import FormerManagement, Headcount, Organization, OrganizationFacts, PartyOrganization, Region
from orgs.models.party import MANAGING_KINDS
from orgs.queries import GONE, Jurisdictions
from orgs.rules.category import judge, judge_again
from orgs.rules.credit_code import organisation_code_ok
from orgs.sources.areas import Areas
from orgs.sources.authority import Authority
from orgs.sources.merge import STATED, UNSTATED, FieldMerge, same
from orgs.sources.merge import count as merge_count

Basis = Organization.Basis
UNDECIDED, NORMAL = Basis.UNDECIDED.value, Organization.Status.NORMAL.value
COUNTS = ("staff", "membership")
KNOWN_BY = ("legal_representative", "address")
PLACED_BY = frozenset({"category", "in_scope", "region_id", "authority"})  # what the managing committee hangs on
NO_ROW = ("合计", "总计", "小计", "备注", "说明", "填报", "制表")  # what stands in the name's column below a table


class Numbered(NamedTuple):
    registrar: str
    pk: int
    code: str | None
    managed_by: int


class OrganizationTarget(Target):
    """The registry, as one list meets it."""

    model = Organization
    aside = ("sources",)
    owned = (
        (Headcount, "organization_id"),
        (FormerManagement, "organization_id"),
        (OrganizationFacts, "organization_id"),
    )

    def __init__(self, authority: Authority, run: Run) -> None:
        kept = ("survey_on", *(n for n in STATED if n.startswith("survey_"))) if authority.own else ()
        self.columns = (*COLUMNS, *kept)
        super().__init__(run)
        self.authority, self.batch = authority, str(run.batch_id)
        self.as_of = run.as_of.isoformat()
        self.everywhere = run.importer.scope.whole
        self.areas, self.jurisdictions = Areas(), Jurisdictions.load()
        self.paths = dict(PartyOrganization.objects.filter(kind__in=MANAGING_KINDS).values_list("pk", "path"))
        batches = ImportBatch.objects.filter(source=run.source.code).values_list("pk", flat=True)
        self.own_batches = {str(pk) for pk in batches}
        months = values_on(run.as_of)["headcount.verified_months"]
        self.verified_from = months_before(run.as_of, int(months)).isoformat()

    # --- reading ---
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        """Name and identity there, the organisation code inside the credit code."""
        found = []
        code = values.get("credit_code")
        if "name" not in values and "name" not in unread:
            found.append(("name_missing", "name"))
        if code is None:
            if "old_number" not in values and "credit_code" not in unread:
                found.append(("identity_missing", "credit_code"))
        elif not organisation_code_ok(code):
            found.append(("organisation_code_check", "credit_code"))
        return found

    def key(self, values: Values, unread: Collection[str]) -> str:
        """The credit code; else the old number within its registrar."""
        if "credit_code" in unread:
            return ""
        if code := values.get("credit_code"):
            return code
        number = values.get("old_number")
        return f"{values.get('registrar', '')}|{number}" if number else ""

    def is_row(self, values: Values, unread: Collection[str]) -> bool:
        """Sums and remarks below the table are no rows, even where they stand in the name's column."""
        name = values.get("name")
        if name and len(values) <= 2 and name.startswith(NO_ROW) and "credit_code" not in unread:
            return "credit_code" in values or "old_number" in values
        return super().is_row(values, unread)

    # --- meeting ---
    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        """By credit code; else by old number within the registrar, unless that record has another code. Where only one side
        says the registrar, the number is enough to ask (`_another`)."""
        codes = [row.key for row in rows if row.key and "|" not in row.key]
        held = Organization.objects.filter(credit_code__in=among_texts(codes))
        by_code: dict[str | None, int] = dict(held.values_list("credit_code", "pk"))
        by_number = self._by_number(rows, by_code)
        found: list[int | None] = []
        for row in rows:
            pk = by_code.get(row.key)
            if pk is None and by_number:
                registrar, number = row.values.get("registrar", ""), row.values.get("old_number", "")
                if "|" in row.key:
                    registrar, _, number = row.key.rpartition("|")
                pk = self._of_number(by_number.get(number, ()), registrar, has_code="|" not in row.key)
            found.append(pk)
        return found

    def _by_number(self, rows: Sequence[ListRow], by_code: Collection[str | None]) -> dict[str, list[Numbered]]:
        numbers: set[str] = {
            row.values.get("old_number") or row.key.rpartition("|")[2]
            for row in rows
            if row.key not in by_code and ("|" in row.key or "old_number" in row.values)
        }
        by_number: dict[str, list[Numbered]] = {}
        known = Organization.objects.filter(~Q(old_number=""), old_number__in=among_texts(numbers)).order_by("pk")
        held = known.values_list("old_number", "registrar", "pk", "credit_code", "managed_by")
        for number, registrar, pk, code, committee in held if numbers else ():
            by_number.setdefault(number, []).append(Numbered(registrar, pk, code, committee))
        return by_number

    def _of_number(self, records: Sequence[Numbered], registrar: str, *, has_code: bool) -> int | None:
        """A record without a code first; one with a code only for a row that has none."""
        found = [one for one in records if one.registrar == registrar]
        if not found:
            known = [one for one in records if not (one.registrar and registrar)]
            found = known if len(known) == 1 and self._within({"managed_by_id": known[0].managed_by}) else []
        free = [one.pk for one in found if not one.code]
        if free or has_code:
            return free[0] if free else None
        return found[0].pk if found else None

    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """What the row says, where it is believed; then category and committee anew where they hang on that."""
        stated = self._stated(row.values)
        if record is None:
            return self._new(stated, row)
        if record["merged_into_id"]:
            return Merge()
        if not row.sure and self._within(record) and (differing := self._another(stated, row, record)):
            return Merge(changes=differing, problem=IDENTITY_DOUBTFUL, at="old_number")
        return self._known(stated, row, record)

    @staticmethod
    def _another(stated: Values, row: ListRow, record: Record) -> Changes:
        """What says that the row means another organization, where an old number alone led to the record: all of name,
        legal representative and address that both sides know differ, the name among them, and another one too, unless
        the registrar is not known of both."""
        if row.key == record["credit_code"]:
            return {}
        known = {c: [record[c], stated[c]] for c in ("name", *KNOWN_BY) if record[c] and stated.get(c)}
        differing = {c: pair for c, pair in known.items() if pair[0] != pair[1] and not same(c, *pair, exact=False)}
        enough = 1 if record["registrar"] == stated.get("registrar", "") else 0
        return differing if "name" in differing and len(differing) == len(known) > enough else {}

    def expected(self, ids: Collection[int], extent: str) -> set[int]:
        """Those that did not end or move away, within the scope and the extent."""
        units = Organization.objects.filter(pk__in=among(ids), merged_into=None).exclude(status__in=GONE)
        units = units.changed_by(self.run.importer.scope)
        if extent:
            units = units.filter(region__code__startswith=Region.objects.get(pk=extent).prefix)
        return set(units.values_list("pk", flat=True))

    def _stated(self, values: Values) -> Values:
        """Columns of the organization as the row states them."""
        stated = {name: value for name, value in values.items() if name not in UNSTATED}
        if industry := values.get("industry_code") or values.get("industry_section"):
            stated["industry"] = industry
        if capital := values.get("capital"):
            stated["capital"], currency = capital
            if currency:
                stated["currency"] = currency
        if "region_id" not in stated and (region := self.areas.in_address(stated.get("address", ""))):
            stated["region_id"] = region
        if self.authority.own and any(name in self.authority.own for name in stated):
            stated["survey_on"] = self.as_of
        return stated

    def _new(self, stated: Values, row: ListRow) -> Merge:
        provenance = {self.batch: sorted(stated)}
        record = stated
        for kind in COUNTS:
            if kind in record:
                record |= {f"{kind}_on": self.as_of, f"{kind}_source": self.run.source.code}
        if "capital" in record:
            record.setdefault("currency", HOME_CURRENCY)
        if record.get("status", NORMAL) != NORMAL:
            record["status_on"] = self.as_of
        if row.extras:
            record["other_columns"] = row.extras
        record |= judge(record)
        record |= self._placed(record) or {"managed_by_id": self.run.importer.node_id, "managed_basis": UNDECIDED}
        record["managed_since"] = self.as_of
        if not self._within(record):
            return Merge(problem=OUTSIDE_SCOPE)
        defaults = self.defaults
        changes = {column: [None, value] for column, value in record.items() if value != defaults[column]}
        return Merge(changes, aside={"sources": provenance}, undecided=_undecided(record), record=record)

    def _known(self, stated: Values, row: ListRow, record: Record) -> Merge:
        if not self._within(record):
            return Merge(problem=OUTSIDE_SCOPE)
        merge = Merge()
        fields = FieldMerge(self.authority, record, merge, self.own_batches)
        older = bool(record.get("survey_on")) and record["survey_on"] > self.as_of
        for column, value in stated.items():
            if column in COUNTS:
                merge_count(
                    merge, record, column, value, as_of=self.as_of, source=self.run.source.code,
                    verified_from=self.verified_from,
                )  # fmt: skip
            elif record[column] != value and not (older and column.startswith("survey_")):
                fields.put(column, value)
        if merge.changes:
            self._follow(merge, record)
        after = record | {column: now for column, (_, now) in merge.changes.items()} if merge.changes else record
        merge.undecided = _undecided(after)
        if not self._within(after):
            return Merge(problem=OUTSIDE_SCOPE)
        if row.extras and (others := record["other_columns"] | row.extras) != record["other_columns"]:
            merge.quiet["other_columns"] = [record["other_columns"], others]
        merge.aside = {"sources": fields.provenance(self.batch, stated)}
        return merge

    # --- judging ---
    def _follow(self, merge: Merge, record: Record) -> None:
        """What hangs on the changed columns: currency, status date, category, managing committee."""
        changes = merge.changes

        def note(values: Record) -> None:
            changes.update({c: [record[c], now] for c, now in values.items() if record[c] != now})

        after = record | {column: now for column, (_, now) in changes.items()}
        if "capital" in changes and not after["currency"]:
            note({"currency": HOME_CURRENCY})
        if "status" in changes:
            note({"status_on": self.as_of})
        judged = judge_again(after, changes)
        note(judged)
        after |= judged
        open_question = record["managed_basis"] == UNDECIDED
        by_hand = record["managed_basis"] == Basis.BY_HAND
        if not by_hand and (open_question or not PLACED_BY.isdisjoint(changes)):
            placed = self._placed(after)
            if placed and placed["managed_by_id"] != record["managed_by_id"]:
                placed["managed_since"] = max(self.as_of, record["managed_since"])
            note(placed or {})

    def _placed(self, record: Record) -> Record | None:
        """The managing committee with its basis, where it can be told."""
        found = self.jurisdictions.committee_for(
            category=record["category"],
            region_code=record.get("region_id") or "",
            authority=record.get("authority", ""),
        )
        return found and {"managed_by_id": found[0], "managed_basis": found[1].value}

    def _within(self, record: Record) -> bool:
        return self.everywhere or record["managed_by_id"] in self.run.importer.scope.unit_managers

    # --- writing ---
    def path_of(self, record: Record) -> str:
        return self.paths[record["managed_by_id"]]

    def label_of(self, record: Record) -> str:
        return record["name"]

    def written(self, new: Sequence[Written], changed: Sequence[Written]) -> None:
        """A dated row for every count taken, and the past of every managing committee."""
        batch, source = self.run.batch_id, self.run.source.code
        writing.add_rows(
            Headcount,
            ("organization_id", "kind", "number"),
            (
                (one.id, kind, one.after[kind])
                for one in (*new, *changed)
                for kind in COUNTS
                if f"{kind}_on" in one.changes or kind in one.changes
            ),
            {"counted_on": self.as_of, "source": source, "batch_id": batch},
            by=self.run.importer.user,
            events=(),
        )
        insert_rows(
            FormerManagement,
            ("organization_id", "committee_id", "since", "until"),
            (
                (one.id, one.before["managed_by_id"], one.before["managed_since"], one.after["managed_since"])
                for one in changed
                if one.before and "managed_by_id" in one.changes
                and one.before["managed_since"] < one.after["managed_since"]
            ),
        )  # fmt: skip

    def undone(self, batch_id: int, restored: Sequence[Written]) -> None:
        """The batch's counts and handing-overs go; where values came from is as it was before."""
        by = self.run.importer.user
        counted = [one.id for one in restored if any(kind in one.changes for kind in COUNTS)]
        counts = Headcount.objects.filter(batch_id=batch_id, organization__in=among(counted))
        writing.remove_rows(Headcount, "id", list(counts.values_list("pk", flat=True)), by=by, events=())
        back = {
            one.id: (one.after["managed_by_id"], str(one.after["managed_since"]))
            for one in restored
            if "managed_by_id" in one.changes
        }
        kept = FormerManagement.objects.filter(organization__in=among(back))
        rows = kept.values_list("pk", "organization_id", "committee_id", "since")
        gone = [pk for pk, unit, committee, since in rows if back[unit] == (committee, str(since))]
        FormerManagement.objects.filter(pk__in=among(gone)).delete()
        before = self._provenance_before(batch_id, restored)
        writing.change_rows(Organization, ("sources",), before, by=by, events=())

    def _provenance_before(self, batch_id: int, restored: Sequence[Written]) -> list[tuple[int, dict]]:
        """Who wrote the restored columns before the batch did, by the audit trail."""
        ids = [str(one.id) for one in restored]
        earlier: dict[tuple[str, str], int | None] = {}
        entries = AuditEntry.objects.filter(model="orgs.organization", object_id__in=ids, action__startswith="import.")
        undone = set(ImportBatch.objects.filter(status=ImportBatch.Status.UNDONE).values_list("pk", flat=True))
        for object_id, batch, changes in entries.order_by("pk").values_list("object_id", "batch_id", "changes"):
            if batch != batch_id and batch not in undone:
                earlier.update({(object_id, column): batch for column in changes})
        rows = []
        for one in restored:
            sources = {b: [c for c in columns if c not in one.changes] for b, columns in one.after["sources"].items()}
            for column in one.changes:
                if batch := earlier.get((str(one.id), column)):
                    sources.setdefault(str(batch), []).append(column)
            rows.append((one.id, {b: sorted(columns) for b, columns in sources.items() if columns}))
        return rows

    def refresh(self, ids: Collection[int]) -> None:
        facts.refresh(ids, on=self.run.today)

    def forget(self, ids: Collection[int]) -> None:
        """Take them out of facts and tally."""
        facts.forget(ids, on=self.run.today)


COLUMNS = (
    *(name for name in sorted(STATED) if not name.startswith("survey_")), "industry", "capital", "staff_on",
    "staff_source", "membership_on", "membership_source", "category", "category_note", "hmt", "in_scope",
    "scope_note", "status_on", "managed_by_id", "managed_since", "managed_basis", "other_columns", "sources",
    "merged_into_id", "version",
)  # fmt: skip


def _undecided(record: Record) -> bool:
    """待判定 (rules §11): the category or the committee cannot be told of an organization that is ours."""
    return record["in_scope"] and (not record["category"] or record["managed_basis"] == UNDECIDED)
