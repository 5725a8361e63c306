"""Which Party organization a row of a list names, and lists of what it is run by."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from core.id_sets import among
from core.importing.problems import ERROR, Problem, problems
from core.importing.readers import code_text, text
from core.importing.targets import Record, Target, Written
from core.locks import hold
from core.sources import Run, SourceField, Values, always
from members.models import Post
from members.services import nodes
from orgs import facts
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


class PartyTarget(Target):
    """Rows of Party organizations from which columns of the register follow (`members.services.nodes`)."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.parties = Parties(run)
        self.touched: set[int] = set()

    def lock_first(self, ids: Collection[int]) -> None:
        """The Party organizations whose columns may become others."""
        hold(PartyOrganization, self._holders(ids))

    def path_of(self, record: Record) -> str:
        return self.parties.paths.get(record["party_organization_id"], self.run.importer.path)

    def written(self, new: Sequence[Written], changed: Sequence[Written]) -> None:
        self.touched.update(one.after["party_organization_id"] for one in (*new, *changed))

    def undone(self, batch_id: int, restored: Sequence[Written]) -> None:
        self.touched.update(one.after["party_organization_id"] for one in restored)

    def refresh(self, ids: Collection[int]) -> None:
        """The columns, and what is counted of their Party organizations."""
        nodes.restate(self.touched, by=self.run.importer.user, on=self.run.today, batch_id=self.run.batch_id)
        facts.refresh((), on=self.run.today, nodes={*self.touched, *self._homes()})

    def _homes(self) -> QuerySet:
        """Where the holders of posts are members: they may be sent from elsewhere."""
        posts = Post.objects.filter(party_organization__in=among(self.touched), member__isnull=False)
        return posts.values_list("member__party_organization", flat=True)

    def forget(self, ids: Collection[int]) -> None:
        """What the columns said before these rows came they say again."""
        self.touched.update(self._holders(ids))
        nodes.take_back(self.run.batch_id, by=self.run.importer.user)

    def _holders(self, ids: Collection[int]) -> list[int]:
        rows = self.model._default_manager.filter(pk__in=among(ids))
        return list(rows.values_list("party_organization", flat=True))
