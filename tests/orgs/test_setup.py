"""When an organization should have a Party organization or a member, why, and what the Opinion says to do next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.parameters import parameters
from orgs.models import PartyOrganization
from orgs.rules.setup import (
    DEFAULTS,
    Neighbour,
    Reason,
    Situation,
    Thresholds,
    elects_committee,
    in_one_sentence,
    next_step,
    next_step_for_member,
    reasons_for_member,
    reasons_for_party_organization,
    recommended_kind,
    suggested_name,
)

ECONOMIC = ["E1", "E2", "E3", "E4", "E5", "E6"]
SOCIAL = ["SO1", "SO2", "SO3", "SO4", "SO5"]
CATEGORIES = st.sampled_from([*ECONOMIC, *SOCIAL])


def should(category="E4", size=None, formal=0, restructured=False, thresholds=DEFAULTS):
    reasons = reasons_for_party_organization(
        category=category, size=size, formal=formal, restructured=restructured, thresholds=thresholds
    )
    return [reason.code for reason in reasons]


def test_the_defaults_are_those_of_the_parameters():
    defaults = {definition.code: definition.default for definition in parameters}
    assert Thresholds.of(defaults) == Thresholds()


def test_a_parameter_that_was_changed_is_used():
    changed = {definition.code: definition.default for definition in parameters} | {"econ.org_headcount": 80}
    assert should(size=80, thresholds=Thresholds.of(changed)) == ["size"]
    assert should(size=80) == []


@pytest.mark.parametrize(
    ("category", "size", "expected"),
    [
        ("E4", 99, []), ("E4", 100, ["size"]), ("E6", 100, ["size"]), ("SO3", 49, []), ("SO3", 50, ["size"]),
        ("SO1", 50, ["size"]), ("E4", None, []), ("", 99, []), ("", 100, ["size"]), ("", None, []),
    ],
)  # fmt: skip
def test_size_alone_asks_for_a_party_organization_from_the_threshold_on(category, size, expected):
    assert should(category, size) == expected


@pytest.mark.parametrize(("formal", "expected"), [(0, []), (2, []), (3, ["formal"]), (4, ["formal"])])
def test_three_formal_members_ask_for_a_party_organization_at_any_size(formal, expected):
    assert should("E6", 3, formal) == expected
    assert should("", None, formal) == expected


def test_a_restructured_state_unit_asks_for_a_party_organization_at_any_size():
    assert should(size=5, restructured=True) == ["restructured"]


@given(CATEGORIES, st.none() | st.integers(0, 500), st.integers(0, 200), st.booleans())
def test_more_people_or_members_never_take_a_reason_away(category, size, formal, restructured):
    fewer = set(should(category, size, formal, restructured))
    assert fewer <= set(should(category, (size or 0) + 1, formal + 1, restructured))
    assert ("size" in fewer) == (size is not None and size >= DEFAULTS.for_organization(category))


@pytest.mark.parametrize(
    ("category", "size", "expected"),
    [
        ("E1", 49, []),
        ("E1", 50, ["size"]),
        ("SO1", 19, []),
        ("SO1", 20, ["size"]),
        ("E1", None, []),
        ("", 49, []),
        ("", 50, ["size"]),
    ],
)
def test_size_asks_for_a_member_from_the_lower_threshold_on(category, size, expected):
    assert [reason.code for reason in reasons_for_member(category=category, size=size)] == expected


def test_the_reasons_read_as_one_sentence():
    reasons = reasons_for_party_organization(category="E4", size=128, formal=4, restructured=False)
    assert in_one_sentence(reasons) == "职工 128 人，达到 100 名标准；正式党员 4 名，应单独组建"
    reasons = reasons_for_party_organization(category="SO1", size=1200, formal=0, restructured=True)
    assert in_one_sentence(reasons) == "会员 1,200 人，达到 50 名标准；由国有（集体）单位改制，必须同步组建"
    assert reasons_for_member(category="SO3", size=20) == [Reason("size", "从业人员 20 人，达到 20 名有党员标准")]
    assert in_one_sentence([]) == ""


@pytest.mark.parametrize(
    ("kind", "formal", "name"),
    [
        ("branch", 3, "中共明川支部"),
        ("branch", 6, "中共明川支部"),
        ("branch", 7, "中共明川支部委员会"),
        ("joint_branch", 6, "中共明川等单位联合支部"),
        ("joint_branch", 7, "中共明川等单位联合支部委员会"),
        ("general_branch", 50, "中共明川总支部委员会"),
        ("committee", 100, "中共明川委员会"),
    ],
)
def test_a_suggested_name_says_committee_only_where_one_is_elected(kind, formal, name):
    assert suggested_name("明川", kind, formal) == name


def test_a_reason_of_an_undecided_organization_says_that_its_category_does_not_matter():
    (reason,) = reasons_for_party_organization(category="", size=120, formal=0, restructured=False)
    assert reason.sentence == "人数 120 人，达到 100 名标准（类别待判定，属于哪一类都达到）"


@pytest.mark.parametrize(
    ("formal", "kind"),
    [(0, None), (2, None), (3, "branch"), (49, "branch"), (50, "general_branch"), (99, "general_branch"),
     (100, "committee"), (500, "committee")],
)  # fmt: skip
def test_the_number_of_formal_members_recommends_a_kind(formal, kind):
    assert recommended_kind(formal) == kind
    assert kind is None or kind in PartyOrganization.Kind.values


@pytest.mark.parametrize(("formal", "elects"), [(6, False), (7, True)])
def test_seven_formal_members_elect_a_committee(formal, elects):
    assert elects_committee(formal) is elects


# --- next step ------------------------------------------------------------------------------------------------------
ALL_WAYS = {
    "neighbours": (Neighbour("禾岸食品厂", 1), Neighbour("岑泓家具厂", 2)),
    "zone": "高新产业园党委",
    "chain": "明川集团党委",
    "authority": "市教育局党委",
}


def without(*ways):
    return {way: value for way, value in ALL_WAYS.items() if way not in ways}


@pytest.mark.parametrize(
    ("formal", "sentence"),
    [
        (3, "正式党员 3 名，单独组建党支部"),
        (7, "正式党员 7 名，单独组建党支部，选举支部委员会"),
        (50, "正式党员 50 名，单独组建党总支"),
        (100, "正式党员 100 名，单独组建党委"),
    ],
)
def test_enough_formal_members_found_their_own_party_organization(formal, sentence):
    for category in ("E4", "SO3"):
        step = next_step(Situation(category, formal, **ALL_WAYS))
        assert (step.code, step.sentence) == ("establish", sentence)


def test_an_economic_organization_goes_by_area_then_chain_then_attaches():
    ways = [without(), without("neighbours"), without("neighbours", "zone"), without("neighbours", "zone", "chain"), {}]
    steps = [next_step(Situation("E4", 1, **known)).code for known in ways]
    assert steps == ["joint", "zone", "chain", "attach", "instructor"]


def test_a_social_organization_goes_by_trade_first():
    ways = [without(), without("authority"), without("authority", "neighbours"), {}]
    steps = [next_step(Situation("SO3", 1, **known)).code for known in ways]
    assert steps == ["attach", "joint", "zone", "instructor"]


def test_a_joint_branch_takes_no_more_neighbours_than_it_needs():
    neighbours = (
        Neighbour("甲厂", 1),
        Neighbour("乙厂", 0),
        Neighbour("丙厂", 5),
        Neighbour("丁厂", 1),
        Neighbour("戊厂", 2),
    )
    step = next_step(Situation("E4", 1, neighbours))
    assert step.names == ("甲厂", "丁厂")
    assert step.sentence == "与邻近的甲厂、丁厂联合组建（共有正式党员 3 名）"


def test_a_joint_branch_of_too_many_or_too_few_is_not_proposed():
    assert next_step(Situation("E4", 0, tuple(Neighbour(f"{n}厂", 1) for n in "甲乙")), DEFAULTS).code == "instructor"
    scattered = Thresholds(formal_min=6)
    assert (
        next_step(Situation("E4", 1, tuple(Neighbour(f"{n}厂", 1) for n in "甲乙丙丁戊")), scattered).code
        == "instructor"
    )
    assert next_step(Situation("E4", 2, tuple(Neighbour(f"{n}厂", 1) for n in "甲乙丙丁戊")), scattered).code == "joint"


@given(
    CATEGORIES,
    st.integers(0, 2),
    st.lists(st.builds(Neighbour, st.text("甲乙丙", min_size=1), st.integers(0, 4)), max_size=8).map(tuple),
)
def test_a_proposed_joint_branch_keeps_the_rules(category, formal, neighbours):
    step = next_step(Situation(category, formal, neighbours))
    if step.code == "joint":
        assert 1 <= len(step.names) < DEFAULTS.joint_warn
        assert all(name in step.sentence for name in step.names)
        most = sorted((n.formal for n in neighbours if n.formal < 3), reverse=True)[: len(step.names)]
        assert formal + sum(most) >= DEFAULTS.formal_min
    else:
        usable = [n.formal for n in neighbours if 0 < n.formal < 3][: DEFAULTS.joint_warn - 1]
        assert formal + sum(usable) < DEFAULTS.formal_min


def test_where_an_instructor_works_already_members_are_won():
    assert next_step(Situation("E4", has_instructor=True)).code == "recommend_member"
    assert next_step(Situation("E4", has_instructor=True, candidates=1)).code == "develop_member"


@pytest.mark.parametrize(
    ("floating", "candidates", "code"),
    [(2, 3, "transfer_member"), (0, 3, "develop_member"), (0, 0, "recommend_member")],
)
def test_members_are_transferred_then_developed_then_recommended(floating, candidates, code):
    step = next_step_for_member(Situation("E4", floating=floating, candidates=candidates))
    assert step.code == code
    assert step.sentence
