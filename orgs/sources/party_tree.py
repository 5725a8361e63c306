"""The Party tree that a department already keeps: one row a Party organization, in any order, each under its parent.

Columns: 党组织编码、党组织名称、类型、上级党组织编码, and 所在区划、成立日期、批复文号、届满日期、书记. New nodes need a parent that
exists or stands in the same list. A list does not move a node: another parent than the registry's is a conflict, since a
move has a date and takes the subtree along.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from accounts.permissions import Permission
from core.id_sets import among
from core.importing.problems import ERROR, OUTSIDE_SCOPE, Problem, problems
from core.importing.readers import code_text, coming_day, day, text
from core.importing.round_trip import Part, ReturnedRows, Returning
from core.importing.targets import ListRow, Merge, Record, Target
from core.models import StagedRow
from core.numbering import reserve_ids
from core.plain import fetch_plain
from core.sources import Run, Source, SourceField, Values, always, sources
from orgs import facts
from orgs.kept import kept_columns
from orgs.models import FormerParent, PartyFacts, PartyOrganization
from orgs.models.party import BRANCH_KINDS, step_of, steps
from orgs.rules.words import look_up, word_table
from orgs.services.party import lock_tree
from orgs.sources.areas import check_extent
from orgs.sources.columns import area
from orgs.sources.importers import admission
from orgs.sources.lists import returned_list
from orgs.sources.returned import area_words
from orgs.sources.takeover import take_node

Kind = PartyOrganization.Kind
KINDS = word_table(
    {kind.value: kind.label for kind in Kind},
    {
        Kind.COMMITTEE: ("党委", "基层党委", "党组"),
        Kind.WORKING_COMMITTEE: ("工委", "党工委"),
        Kind.GENERAL_BRANCH: ("总支", "党总支部", "总支部委员会", "党总支委员会"),
        Kind.BRANCH: ("支部", "支部委员会", "党支部委员会", "独立党支部", "单独党支部"),
        Kind.JOINT_BRANCH: ("联合支部", "联合支部委员会"),
        Kind.PROVISIONAL_BRANCH: ("临时支部",),
    },
)
UNKNOWN_KIND, UNKNOWN_PARENT, PARENT_IS_BRANCH = "unknown_kind", "unknown_parent", "parent_is_branch"
FIELDS = (
    SourceField("code", "党组织编码", ("编码", "党组织代码", "组织编码", "代码"), always(code_text(40)), vital=True),
    SourceField("name", "党组织名称", ("名称", "党组织全称", "全称"), always(text(120)), vital=True),
    SourceField(
        "kind", "类型", ("党组织类型", "党组织类别", "组织类别"), always(lambda cell: look_up(cell, KINDS, UNKNOWN_KIND)),
        vital=True,
    ),
    SourceField("parent", "上级党组织编码", ("上级编码", "上级党组织代码", "上级代码", "隶属党组织编码"), always(code_text(40))),
    SourceField("region_id", "所在区划", ("区划", "行政区划", "所属区划", "所属街道"), area),
    SourceField("established_on", "成立日期", ("成立时间", "建立日期", "设立日期"), day),
    SourceField("approval_no", "批复文号", ("批准文号", "文号"), always(text(60))),
    SourceField("term_ends_on", "届满日期", ("任期届满日期", "本届届满日期", "届满时间"), coming_day),
    SourceField("secretary_name", "书记", ("书记姓名", "党组织书记"), always(text(60))),
)  # fmt: skip
DIRECT = ("name", "kind", "region_id", "established_on", "approval_no", "term_ends_on", "secretary_name")

problems.add(
    Problem(
        UNKNOWN_KIND,
        ERROR,
        "党组织类型无法识别，未导入；请填写委员会、工作委员会、党总支、党支部、联合党支部或临时党支部",
    ),
    Problem(UNKNOWN_PARENT, ERROR, "上级党组织编码不存在，表中也没有这一行，未导入；请核对上级党组织编码"),
    Problem(PARENT_IS_BRANCH, ERROR, "上级是党支部，下面不能再设党组织，未导入；请填写党总支或委员会的编码"),
    Problem("party_code_missing", ERROR, "没有党组织编码，未导入；请填写"),
    Problem("party_name_missing", ERROR, "没有党组织名称，未导入；请填写全称"),
    Problem("party_kind_missing", ERROR, "没有党组织类型，未导入；请填写"),
)
REQUIRED = {"code": "party_code_missing", "name": "party_name_missing", "kind": "party_kind_missing"}


class PartyTreeTarget(Target):
    """The Party tree, as a list meets it. It has some ten thousand nodes at most: they are loaded once."""

    model = PartyOrganization
    columns: tuple[str, ...] = ("code", *DIRECT, "parent_id", "parent_since", "path", "dissolved_on")
    owned = ((FormerParent, "party_organization_id"), (PartyFacts, "node_id"))

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        rows = PartyOrganization.objects.values_list("code", "pk", "path", "kind", "dissolved_on")
        self.kept = {
            one.code: {*one.rows(run.today).values_list("party_organization", flat=True)} for one in kept_columns
        }
        self.nodes = {code: (pk, path, kind, dissolved_on) for code, pk, path, kind, dissolved_on in rows}

    @cached_property
    def listed(self) -> Mapping[str, Values]:
        """Code → row, of the rows of the list that can go in."""
        rows = StagedRow.objects.filter(batch_id=self.run.batch_id, outcome__in=("NEW", "CHANGED", "UNCHANGED"))
        return dict(row[1:] for row in fetch_plain(rows, ("pk", "key", "values")))

    # --- reading ---
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        """Code, name and kind must be there."""
        return [(code, name) for name, code in REQUIRED.items() if name not in values and name not in unread]

    def key(self, values: Values, unread: Collection[str]) -> str:
        return values.get("code", "")

    # --- meeting ---
    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        return [self.nodes[row.key][0] if row.key in self.nodes else None for row in rows]

    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """A new node under its parent; a known one as the list says, but for its parent."""
        values = row.values
        if record is None:
            return self._new(values)
        if not self._within(record["path"]):
            return Merge(problem=OUTSIDE_SCOPE)
        merge = self._stated(values, record)
        if (merge.changes or merge.conflicts) and not self.run.importer.scope.holds_below(record["path"]):
            return Merge(problem=OUTSIDE_SCOPE)
        return merge

    def _stated(self, values: Values, record: Record) -> Merge:
        merge = Merge()
        for column in DIRECT:
            if column in values and values[column] != record[column]:
                old = record[column]
                kept = column == "kind" or steps(record["path"])[-1] in self.kept.get(column, ())
                place = merge.conflicts if kept else merge.changes
                place[column] = [old, values[column]]
        parent = self.nodes.get(values.get("parent", ""))
        if "parent" in values and (parent is None or parent[0] != record["parent_id"]):
            merge.conflicts["parent_id"] = [record["parent_id"], parent[0] if parent else values["parent"]]
        return merge

    def _new(self, values: Values) -> Merge:
        if problem := self._place_problem(values):
            return Merge(problem=problem)
        since = values.get("established_on", self.run.as_of.isoformat())
        record = {column: values[column] for column in DIRECT if column in values}
        record |= {"code": values["code"], "parent_since": since}
        return Merge({column: [None, value] for column, value in record.items()})

    def _place_problem(self, values: Values) -> str:
        """What is wrong with the parents of a new node, up to the first that exists."""
        seen, at = {values["code"]}, values
        while (code := at.get("parent", "")) not in self.nodes:
            if code in seen or code not in self.listed:
                return UNKNOWN_PARENT
            if self.listed[code]["kind"] in BRANCH_KINDS:
                return PARENT_IS_BRANCH
            seen.add(code)
            at = self.listed[code]
        _, path, kind, dissolved_on = self.nodes[code]
        if not self._within(path):
            return OUTSIDE_SCOPE
        return PARENT_IS_BRANCH if kind in BRANCH_KINDS else UNKNOWN_PARENT if dissolved_on else ""

    def _within(self, path: str) -> bool:
        scope = self.run.importer.scope
        return scope.whole or scope.holds_path(path)

    def expected(self, ids: Collection[int], extent: str) -> set[int]:
        """Standing nodes within the scope."""
        standing = PartyOrganization.objects.standing().filter(pk__in=among(ids))
        return set(standing.filter(self.run.importer.scope.path_filter("path")).values_list("pk", flat=True))

    def lock_first(self, ids: Collection[int]) -> None:
        lock_tree()

    # --- writing ---
    def ids_for(self, merges: Sequence[Merge]) -> list[int]:
        """Numbers and paths; all new nodes of the list get theirs at once, so that a parent may come later."""
        found = []
        for merge in merges:
            pk, path, parent_id = self.numbered[merge.changes["code"][1]]
            merge.changes["parent_id"], merge.aside = [None, parent_id], {"path": path}
            found.append(pk)
        return found

    @cached_property
    def numbered(self) -> dict[str, tuple[int, str, int]]:
        """Code → number, path and parent of every new node of the list."""
        fresh = [c for c, values in self.listed.items() if c not in self.nodes and not self._place_problem(values)]
        places = {code: (node[0], node[1]) for code, node in self.nodes.items()}
        numbers = dict(zip(fresh, reserve_ids(PartyOrganization, len(fresh)), strict=True))

        def place(code: str) -> tuple[int, str]:
            if code not in places:
                _, above = place(self.listed[code]["parent"])
                places[code] = numbers[code], above + step_of(numbers[code])
            return places[code]

        return {code: (*place(code), places[self.listed[code]["parent"]][0]) for code in fresh}

    def refresh(self, ids: Collection[int]) -> None:
        """Where they stand, and what stands under them."""
        touched, nodes = set(ids), PartyOrganization.objects.values_list("pk", "path")
        facts.refresh((), on=self.run.today, nodes=[pk for pk, path in nodes if not touched.isdisjoint(steps(path))])

    def forget(self, ids: Collection[int]) -> None:
        """Take them out of facts and tally."""
        facts.forget(on=self.run.today, nodes=ids)

    def path_of(self, record: Record) -> str:
        return record["path"]

    def label_of(self, record: Record) -> str:
        return record["name"]


sources.add(
    Source(
        code="party_tree",
        name="党组织名册",
        model=PartyOrganization,
        permission=Permission.TREE_CHANGE,
        fields=FIELDS,
        required=(("code",), ("name",), ("kind",), ("parent",)),
        presence=("code", "name"),
        key_field="code",
        admit=admission(Permission.TREE_CHANGE),
        target=PartyTreeTarget,
        check_extent=check_extent,
        take=take_node,
    )
)

NODES = Returning(
    "党组织",
    (
        Part("code", "编码", names_row=True),
        Part("name", "名称", always(text(120)), needed="party_name_missing"),
        Part("region_id", "所在区划", area, area_words),
        Part("established_on", "成立日期", day),
        Part("approval_no", "批复文号", always(text(60))),
        Part("term_ends_on", "届满日期", coming_day),
        Part("secretary_name", "书记", always(text(60))),
        Part("external_id", "外部系统编号", always(text(60))),
        Part("kind", "类型"), Part("parent", "上级"), Part("dissolved_on", "撤销日期"),
    ),
)  # fmt: skip


class ReturnedNodes(ReturnedRows, PartyTreeTarget):
    """The Party tree, as its own list meets it when it comes back. Kind, place and dissolution have their own pages: they
    have rules and a day."""

    returning = NODES
    columns = (*PartyTreeTarget.columns, "external_id")

    def follow(self, merge: Merge, record: Record) -> Merge:
        """Nothing ends before it begins."""
        node = steps(record["path"])[-1]
        if any(node in self.kept.get(column, ()) for column in merge.changes):
            return Merge(problem="kept_elsewhere")
        begins = merge.changes.get("established_on", [None, None])[1]
        if begins and record["dissolved_on"] and begins > record["dissolved_on"]:
            return Merge(problem="established_after_dissolved")
        return merge


problems.add(
    Problem("established_after_dissolved", ERROR, "成立日期晚于撤销日期，未导入；请核对"),
    Problem("kept_elsewhere", ERROR, "书记、届满日期由登记的班子职务、任期得出，未导入；请在党组织页面登记任职或换届"),
)
sources.add(returned_list("party_list", "本系统导出的党组织清单", ReturnedNodes, take_node))
