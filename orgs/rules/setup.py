"""When an organization should have a Party organization or a member, why, and what to do next.

Opinion 二-1 (thresholds by staff, forms of coverage, instructors) and 二-2 (members), 支部工作条例 (rules §5).
Set-up rules count formal members only; “以上” includes the number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

ASSOCIATION = "SO1"  # the only category whose size is its membership (rules §9)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers as they hold on a day; `of` takes them from the dated parameters."""

    formal_min: int = 3
    economic_member: int = 50
    economic_organization: int = 100
    social_member: int = 20
    social_organization: int = 50
    committee_min: int = 7  # formal members from which a branch elects a committee
    general_branch_min: int = 50
    party_committee_min: int = 100
    joint_warn: int = 5
    evidence_months: int = 6

    @classmethod
    def of(cls, parameters: Mapping[str, int]) -> "Thresholds":
        """The thresholds among the values of all parameters (`core.parameters.values_on`)."""
        return cls(**{field: parameters[code] for field, code in _PARAMETERS.items()})

    def for_organization(self, category: str) -> int:
        """The size from which an organization of this category should have a Party organization.

        While the category is undecided (empty): the size from which it should in either sector.
        """
        return _by_sector(category, self.economic_organization, self.social_organization)

    def for_member(self, category: str) -> int:
        """The size from which an organization of this category should have a member; undecided: in either sector."""
        return _by_sector(category, self.economic_member, self.social_member)


_PARAMETERS = {
    "formal_min": "org.formal_min_to_found",
    "economic_member": "econ.member_headcount",
    "economic_organization": "econ.org_headcount",
    "social_member": "social.member_headcount",
    "social_organization": "social.org_headcount",
    "committee_min": "org.committee_min_formal",
    "general_branch_min": "org.general_branch_min",
    "party_committee_min": "org.party_committee_min",
    "joint_warn": "org.joint_branch_warn_units",
    "evidence_months": "work.evidence_months",
}
DEFAULTS = Thresholds()


class Reason(NamedTuple):
    """Why something should be: `size`, `formal` or `restructured`, with the sentence that a list prints."""

    code: str
    sentence: str


class Neighbour(NamedTuple):
    """An organization nearby without a Party organization that could join one."""

    name: str
    formal: int


class NextStep(NamedTuple):
    """What to do, with the sentence that a list prints and the organizations it names."""

    code: str  # establish, joint, zone, chain, attach, instructor, transfer_member, develop_member, recommend_member
    sentence: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of an organization on a worklist and of its surroundings."""

    category: str
    formal: int = 0
    neighbours: tuple[Neighbour, ...] = ()  # nearest first: same community, then same street, then same trade
    zone: str = ""  # Party organization of its park, building, business district or market
    chain: str = ""  # Party organization of the leading firm of its industrial chain
    authority: str = ""  # Party organization of its industry authority or association, to attach to
    has_instructor: bool = False
    floating: int = 0  # members known to work there whose membership is kept elsewhere
    candidates: int = 0  # applicants and activists there


def _by_sector(category: str, economic: int, social: int) -> int:
    if not category:
        return max(economic, social)
    return social if category.startswith("SO") else economic


def _people(category: str) -> str:
    """The word for those whom the size counts."""
    if category == ASSOCIATION:
        return "会员"
    if not category:
        return "人数"
    return "从业人员" if category.startswith("SO") else "职工"


def reasons_for_party_organization(
    *, category: str, size: int | None, formal: int, restructured: bool, thresholds: Thresholds = DEFAULTS
) -> list[Reason]:
    """Why it should have a Party organization (应建党组织, rules §5); empty when it need not."""
    reasons = _size_reason(category, size, thresholds.for_organization(category), "")
    if formal >= thresholds.formal_min:
        reasons.append(Reason("formal", f"正式党员 {formal:,} 名，应单独组建"))
    if restructured:
        reasons.append(Reason("restructured", "由国有（集体）单位改制，必须同步组建"))
    return reasons


def reasons_for_member(*, category: str, size: int | None, thresholds: Thresholds = DEFAULTS) -> list[Reason]:
    """Why it should have at least one member (应有党员); empty when it need not."""
    return _size_reason(category, size, thresholds.for_member(category), "有党员")


def _size_reason(category: str, size: int | None, least: int, what: str) -> list[Reason]:
    if size is None or size < least:
        return []
    undecided = "" if category else "（类别待判定，属于哪一类都达到）"
    return [Reason("size", f"{_people(category)} {size:,} 人，达到 {least:,} 名{what}标准{undecided}")]


def in_one_sentence(reasons: Sequence[Reason]) -> str:
    """All reasons as a list prints them: “职工 128 人，达到 100 名标准；正式党员 4 名，应单独组建”."""
    return "；".join(reason.sentence for reason in reasons)


def recommended_kind(formal: int, thresholds: Thresholds = DEFAULTS) -> str | None:
    """The kind of Party organization for so many formal members (ORG-1, ORG-7); None: too few for one of its own."""
    if formal >= thresholds.party_committee_min:
        return "committee"
    if formal >= thresholds.general_branch_min:
        return "general_branch"
    return "branch" if formal >= thresholds.formal_min else None


def elects_committee(formal: int, thresholds: Thresholds = DEFAULTS) -> bool:
    """Should a branch of so many formal members have a committee (ORG-8)? Below it has a secretary only (ORG-9)."""
    return formal >= thresholds.committee_min


def suggested_name(unit: str, kind: str, formal: int, thresholds: Thresholds = DEFAULTS) -> str:
    """What the Party organization of a unit is called: a branch is a 支部委员会 only where it elects one (ORG-8, ORG-9)."""
    elected = "委员会" if elects_committee(formal, thresholds) else ""
    titles = {"committee": "委员会", "general_branch": "总支部委员会", "joint_branch": f"等单位联合支部{elected}"}
    return f"中共{unit}{titles.get(kind, f'支部{elected}')}"


def next_step(situation: Situation, thresholds: Thresholds = DEFAULTS) -> NextStep:
    """What to do about a missing Party organization, in the order of the Opinion 二-1.

    Alone with enough formal members; else economic organizations by area: joint with neighbours, under the Party
    organization of the zone, then of the chain's leading firm, then attached; social ones by trade: attached first. Where
    nothing can cover it: an instructor, and with one sent, winning members.
    """
    if kind := recommended_kind(situation.formal, thresholds):
        return _establish(situation.formal, kind, thresholds)
    covers = (_joint(situation, thresholds), _zone(situation), _chain(situation))
    attach = _attach(situation)
    social = situation.category.startswith("SO")
    for step in (attach, *covers) if social else (*covers, attach):
        if step:
            return step
    if not situation.has_instructor:
        return NextStep("instructor", "暂不具备组建条件，选派党建工作指导员，依托工会、共青团开展党的工作")
    return next_step_for_member(situation)


def next_step_for_member(situation: Situation) -> NextStep:
    """What to do about a lack of members, in the order of the Opinion 二-2: transfer, develop, recommend."""
    if situation.floating:
        return NextStep("transfer_member", f"有流动党员 {situation.floating:,} 名，及时接转组织关系")
    if situation.candidates:
        return NextStep("develop_member", f"有入党申请人、积极分子 {situation.candidates:,} 名，列入发展计划培养")
    return NextStep("recommend_member", "与单位协商，推荐党员就业；同时培养入党积极分子")


def _establish(formal: int, kind: str, thresholds: Thresholds) -> NextStep:
    words = {"branch": "党支部", "general_branch": "党总支", "committee": "党委"}
    more = "，选举支部委员会" if kind == "branch" and elects_committee(formal, thresholds) else ""
    return NextStep("establish", f"正式党员 {formal:,} 名，单独组建{words[kind]}{more}")


def _joint(situation: Situation, thresholds: Thresholds) -> NextStep | None:
    """With the fewest of the nearest neighbours that together have enough formal members (ORG-2, ORG-3).

    Neighbours without a formal member bring nothing, neighbours with enough found a branch of their own.
    """
    formal = situation.formal
    partners: list[str] = []
    for neighbour in situation.neighbours:
        if formal >= thresholds.formal_min or len(partners) + 1 >= thresholds.joint_warn:
            break
        if 0 < neighbour.formal < thresholds.formal_min:
            formal += neighbour.formal
            partners.append(neighbour.name)
    if formal < thresholds.formal_min:
        return None
    sentence = f"与邻近的{'、'.join(partners)}联合组建（共有正式党员 {formal:,} 名）"
    return NextStep("joint", sentence, tuple(partners))


def _zone(situation: Situation) -> NextStep | None:
    return NextStep("zone", f"由{situation.zone}区域覆盖", (situation.zone,)) if situation.zone else None


def _chain(situation: Situation) -> NextStep | None:
    return (
        NextStep("chain", f"由产业链龙头的{situation.chain}带动覆盖", (situation.chain,)) if situation.chain else None
    )


def _attach(situation: Situation) -> NextStep | None:
    return NextStep("attach", f"挂靠{situation.authority}", (situation.authority,)) if situation.authority else None
