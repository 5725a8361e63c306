"""Which Party organization a row of a list names."""

from __future__ import annotations

from core.importing.problems import ERROR, Problem, problems
from core.importing.readers import code_text, text
from core.sources import Run, SourceField, Values, always
from orgs.models import PartyOrganization

CODE = SourceField("party_code", "党组织编码", ("党组织代码", "所在党组织编码", "支部编码"), always(code_text(40)))
NAME = SourceField(
    "party_name",
    "党组织名称",
    ("所在党组织", "所在党支部", "党支部", "所属党组织", "组织关系所在党组织"),
    always(text(120)),
)
NAMED = (CODE.name, NAME.name)  # one of them is needed
UNKNOWN_PARTY = "member_party_unknown"

problems.add(
    Problem(UNKNOWN_PARTY, ERROR, "没有这个党组织，或不在您的管辖范围内，或有几个同名，未导入；请填写党组织编码"),
)


class Parties:
    """Standing Party organizations: the paths of all, and those of the importer's scope by code, or by a name that only one
    of them has."""

    def __init__(self, run: Run) -> None:
        scope = run.importer.scope
        standing = PartyOrganization.objects.standing().without_departments()
        self.paths: dict[int, str] = {}
        self.named: dict[str, int | None] = {}  # code or name → id, None for a name that several bear
        for pk, code, name, path in standing.values_list("pk", "code", "name", "path"):
            self.paths[pk] = path
            if scope.whole or scope.holds_path(path):
                self.named[name] = None if name in self.named else pk
                self.named[code] = pk

    def of(self, values: Values) -> int | None:
        """The one that a row names; None where that is none, or several."""
        return self.named.get(values.get(CODE.name) or values.get(NAME.name) or "")
