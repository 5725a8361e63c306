"""Coverages that a department already keeps: one row an organization, with the Party organization that covers it.

Columns: 统一社会信用代码、党组织编码、形式、起始日期, and 单位名称 for people to read. A list begins coverages; it never ends or moves
one: where the registry has another Party organization, form or day, the row is a conflict to be settled by a person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from accounts.permissions import Permission
from core import writing
from core.audit import Event
from core.cells import Cell, CellProblem, read_text
from core.id_sets import among, among_texts
from core.importing.problems import ERROR, Problem, problems
from core.importing.readers import code_text, day, text
from core.importing.round_trip import Part, ReturnedRows, Returning, Words, choice_words
from core.importing.targets import ListRow, Merge, Record, Target, Written
from core.locks import hold
from core.numbering import reserve_ids
from core.periods import not_over
from core.sources import Read, Run, Source, SourceField, Values, always, sources
from orgs import facts
from orgs.models import Coverage, Organization, PartyOrganization
from orgs.rules.words import look_up, word_table
from orgs.sources.areas import check_extent
from orgs.sources.columns import CODE, NAME
from orgs.sources.importers import admission
from orgs.sources.lists import returned_list
from orgs.sources.takeover import take_coverage, take_returned_coverage

Form = Coverage.Form
FORMS = word_table(
    {form.value: form.label for form in Form},
    {
        Form.SINGLE: ("单独", "单独建立", "单建"),
        Form.JOINT: ("联合", "联合建立", "联建"),
        Form.ATTACHED: ("挂靠组建",),
        Form.AREA: ("区域", "区域组建"),
        Form.INDUSTRY: ("行业", "行业组建"),
        Form.CHAIN: ("产业链", "产业链龙头", "龙头带动"),
        Form.FUNCTIONAL: ("功能型党组织",),
    },
)
FIELDS = (
    CODE,
    SourceField("name", "单位名称", (NAME.label, *NAME.headers), NAME.reader),
    SourceField("party", "党组织编码", ("党组织代码", "覆盖党组织编码", "所属党组织编码"), always(code_text(40)), vital=True),
    SourceField(
        "form", "形式", ("覆盖形式", "组建形式", "建立形式", "党组织形式"),
        always(lambda cell: look_up(cell, FORMS, "unknown_form")), vital=True,
    ),
    SourceField("since", "起始日期", ("覆盖起始", "起始", "覆盖日期", "建立日期", "成立日期"), day, vital=True),
)  # fmt: skip
UNKNOWN_UNIT, UNKNOWN_PARTY, SINGLE_COVERS_ONE = "unknown_unit", "unknown_party", "single_covers_one"
REQUIRED = {"credit_code": "identity_missing", "party": "coverage_party_missing", "form": "coverage_form_missing",
            "since": "coverage_since_missing"}  # fmt: skip

problems.add(
    Problem(
        "unknown_form",
        ERROR,
        "覆盖形式无法识别，未导入；请填写单独组建、联合组建、挂靠、区域覆盖、行业覆盖、产业链龙头带动或功能型",
    ),
    Problem(UNKNOWN_UNIT, ERROR, "没有这个代码的两新组织，或不在您的管辖范围内，未导入；请核对统一社会信用代码"),
    Problem(UNKNOWN_PARTY, ERROR, "没有这个编码的党组织，或不在您的管辖范围内，未导入；请核对党组织编码"),
    Problem(SINGLE_COVERS_ONE, ERROR, "该党组织已单独覆盖另一家单位，未导入；覆盖多家单位请填写联合组建或挂靠"),
    Problem("coverage_party_missing", ERROR, "没有党组织编码，未导入；请填写"),
    Problem("coverage_form_missing", ERROR, "没有覆盖形式，未导入；请填写"),
    Problem("coverage_since_missing", ERROR, "没有起始日期，未导入；请填写"),
)


class CoverageTarget(Target):
    """Open primary coverages, as a list meets them."""

    model = Coverage
    columns: tuple[str, ...] = ("organization_id", "party_organization_id", "form", "since", "until")

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        standing = PartyOrganization.objects.standing().without_departments()
        rows = list(standing.values_list("code", "pk", "path", "name"))
        scope = run.importer.scope
        self.parties = {code: pk for code, pk, path, _ in rows if scope.whole or scope.holds_path(path)}
        self.paths = {pk: path for _, pk, path, _ in rows}
        self.names = {pk: name for _, pk, _, name in rows}
        single = Coverage.objects.filter(not_over(run.today), form=Form.SINGLE)
        self.single = dict(single.values_list("party_organization_id", "organization_id"))
        self.units: dict[str, tuple[int, str]] = {}  # credit code → organization of the rows at hand
        self.touched: set[int] = set()

    # --- reading ---
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        """Both sides, form and first day must be there."""
        return [(code, name) for name, code in REQUIRED.items() if name not in values and name not in unread]

    def key(self, values: Values, unread: Collection[str]) -> str:
        """The organization's credit code: it has one primary coverage."""
        return values.get("credit_code", "")

    # --- meeting ---
    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        """The open primary coverage of the organization."""
        named = Organization.objects.filter(credit_code__in=among_texts({row.key for row in rows} - {""}))
        units = named.filter(merged_into=None).changed_by(self.run.importer.scope)
        self.units = {code or "": (pk, name) for code, pk, name in units.values_list("credit_code", "pk", "name")}
        covered = among({pk for pk, _ in self.units.values()})
        kept = Coverage.objects.filter(not_over(self.run.today), organization__in=covered, primary=True)
        open_rows = dict(kept.order_by("since").values_list("organization_id", "pk"))
        return [open_rows.get(self.units[row.key][0]) if row.key in self.units else None for row in rows]

    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """A coverage begins where there is none; another one is a conflict."""
        values, unit = row.values, self.units.get(row.key)
        party = self.parties.get(values["party"])
        if unit is None or party is None:
            return Merge(problem=UNKNOWN_PARTY if unit else UNKNOWN_UNIT)
        stated = {"party_organization_id": party, "form": values["form"], "since": values["since"]}
        if record is not None:
            differing = {c: [record[c], value] for c, value in stated.items() if record[c] != value}
            return Merge(conflicts=differing)
        if values["form"] == Form.SINGLE and self.single.setdefault(party, unit[0]) != unit[0]:
            return Merge(problem=SINGLE_COVERS_ONE)
        merge = Merge({"organization_id": [None, unit[0]]} | {c: [None, value] for c, value in stated.items()})
        merge.aside = {"batch_id": self.run.batch_id}
        return merge

    def expected(self, ids: Collection[int], extent: str) -> set[int]:
        """Open coverages of organizations within the scope."""
        kept = Coverage.objects.filter(not_over(self.run.today), pk__in=among(ids)).changed_by(self.run.importer.scope)
        return set(kept.values_list("pk", flat=True))

    def lock_first(self, ids: Collection[int]) -> None:
        """The organizations of the coverages, and those of the rows at hand."""
        known = Coverage.objects.filter(pk__in=among(ids)).values_list("organization", flat=True)
        hold(Organization, [*known, *(pk for pk, _ in self.units.values())])

    # --- writing ---
    def path_of(self, record: Record) -> str:
        """Of the covering Party organization."""
        return self.paths.get(record["party_organization_id"], self.run.importer.path)

    def label_of(self, record: Record) -> str:
        """Who covers how; the organization stands in the entry itself."""
        return f"{self.names.get(record['party_organization_id'], '')} {Form(record['form']).label}"

    def written(self, new: Sequence[Written], changed: Sequence[Written]) -> None:
        self.touched.update(one.after["organization_id"] for one in new)

    def refresh(self, ids: Collection[int]) -> None:
        """Facts and tally of the organizations."""
        facts.refresh(self.touched, on=self.run.today)

    def forget(self, ids: Collection[int]) -> None:
        """The organizations' facts change when their coverages go."""
        rows = Coverage.objects.filter(pk__in=ids).values_list("organization_id", flat=True)
        self.touched.update(rows)


sources.add(
    Source(
        code="coverage",
        name="覆盖关系名册",
        model=Coverage,
        permission=Permission.COVERAGE_CHANGE,
        fields=FIELDS,
        required=(("credit_code",), ("party",), ("form",)),
        presence=("credit_code", "party"),
        key_field="credit_code",
        admit=admission(Permission.COVERAGE_CHANGE),
        target=CoverageTarget,
        check_extent=check_extent,
        take=take_coverage,
    )
)


def party_codes() -> Words:
    """The codes of Party organizations by their numbers."""
    codes = dict(PartyOrganization.objects.values_list("pk", "code"))
    return lambda pk: codes.get(pk, pk)


def party_by_code(run: Run) -> Read:
    """A standing Party organization of the importer's scope, by its code."""
    standing = PartyOrganization.objects.standing().without_departments()
    known = dict(standing.filter(run.importer.scope.path_filter("path")).values_list("code", "pk"))

    def read(cell: Cell) -> int | None:
        if (code := read_text(cell)) is None:
            return None
        if code not in known:
            raise CellProblem(UNKNOWN_PARTY)
        return known[code]

    return read


COVERAGES = Returning(
    "覆盖关系",
    (
        Part("unit", "单位", cell=lambda row: row.organization.name, names_row=True),
        Part("credit_code", "信用代码", cell=lambda row: row.organization.credit_code, names_row=True),
        Part("party_organization_id", "党组织编码", party_by_code, party_codes, needed="coverage_party_missing"),
        Part("form", "形式", always(lambda cell: look_up(cell, FORMS, "unknown_form")), choice_words(Form.choices),
             needed="coverage_form_missing"),
        Part("until", "终止", day, needed="coverage_stays_ended"),
        Part("end_reason", "终止原因", always(text(100)), needed="coverage_reason_missing"),
        Part("party_name", "党组织"), Part("primary", "主要覆盖"), Part("since", "起始"),
    ),
)  # fmt: skip


class ReturnedCoverage(ReturnedRows, CoverageTarget):
    """Coverages, as their own list meets them when it comes back: they go over to another Party organization or form on
    the list's day, or end. The past stays as a row of its own."""

    returning = COVERAGES
    columns = (*CoverageTarget.columns, "end_reason", "primary")

    def follow(self, merge: Merge, record: Record) -> Merge:
        """The day from which it is so; what the services of coverage refuse is an error here."""
        changes = merge.changes
        if changes and record["until"] and record["until"] <= max(self.run.today.isoformat(), record["since"]):
            return Merge(problem="coverage_has_ended")
        after = record | {column: now for column, (_, now) in changes.items()}
        if after["until"] and not after["end_reason"]:
            return Merge(problem="coverage_reason_missing")
        if after["until"] and after["until"] < record["since"]:
            return Merge(problem="coverage_ends_too_early")
        if after["end_reason"] and not after["until"]:
            return Merge(problem="coverage_end_missing")
        if not changes.keys().isdisjoint(RENEWED):
            if after["form"] == Form.SINGLE and not self._alone(after):
                return Merge(problem=SINGLE_COVERS_ONE)
            if record["since"] < (today := self.run.as_of.isoformat()):
                changes["since"] = [record["since"], today]
        return merge

    def _alone(self, after: Record) -> bool:
        """Whether the Party organization covers nobody else by itself."""
        unit = after["organization_id"]
        return self.single.setdefault(after["party_organization_id"], unit) == unit

    def written(self, new: Sequence[Written], changed: Sequence[Written]) -> None:
        """The past of those that went over, and whose facts change."""
        before = [(one, one.before) for one in changed if one.before]
        self.touched.update(was["organization_id"] for _, was in before)
        past = [(was, one.after["since"]) for one, was in before if "since" in one.changes]
        ids = reserve_ids(Coverage, len(past)) if past else []
        writing.add_rows(
            Coverage,
            ("id", *PAST, "until"),
            [(pk, *(was[column] for column in PAST), until) for pk, (was, until) in zip(ids, past, strict=True)],
            {"end_reason": CHANGED, "batch_id": self.run.batch_id},
            by=self.run.importer.user,
            events=[self._past(pk, was, until) for pk, (was, until) in zip(ids, past, strict=True)],
        )

    def _past(self, pk: int, was: Record, until: str | None) -> Event:
        """The entry of a period that ended, kept as a row of its own."""
        changes = {column: [None, was[column]] for column in PAST} | {"until": [None, until]}
        return Event(
            "coverage.end", Coverage._meta.label_lower, str(pk), self.label_of(was), self.path_of(was), changes, CHANGED,
            self.run.batch_id,
        )  # fmt: skip

    def undone(self, batch_id: int, restored: Sequence[Written]) -> None:
        """The past that the batch wrote goes."""
        units = [one.after["organization_id"] for one in restored]
        self.touched.update(units)
        past = Coverage.objects.filter(batch_id=batch_id, organization__in=units, until__isnull=False)
        writing.remove_many(
            past.select_related("organization", "party_organization"), by=self.run.importer.user, action="import.undo"
        )


RENEWED = frozenset({"party_organization_id", "form"})
CHANGED = "调整"
PAST = ("organization_id", "party_organization_id", "form", "primary", "since")

problems.add(
    Problem("coverage_has_ended", ERROR, "这条覆盖关系已终止，不能再修改，未导入；需要时请重新登记"),
    Problem("coverage_stays_ended", ERROR, "终止日期不能清空，未导入；恢复覆盖的请重新登记"),
    Problem("coverage_reason_missing", ERROR, "终止覆盖关系须写明原因，未导入；请填写终止原因"),
    Problem("coverage_end_missing", ERROR, "写了终止原因，没有终止日期，未导入；请填写终止日期"),
    Problem("coverage_ends_too_early", ERROR, "终止日期早于起始日期，未导入；请核对"),
)
sources.add(
    returned_list("coverage_list", "本系统导出的覆盖关系清单", ReturnedCoverage, take_returned_coverage, named="unit")
)
