"""Nobody goes on with what he began, under whatever account; nobody of a branch decides over it from above."""

from __future__ import annotations

import pytest

from members.rules.separation import Acted, Person, barred

QIAN = Person(1, "钱书记")
CASES = [
    (Person(1, "钱书记"), [("申请", QIAN)], [], "申请的是您本人，不能再由您审批"),
    (Person(2, "孙街"), [("申请", QIAN)], [], ""),
    (Person(2, "钱书记"), [("申请", QIAN)], [], "申请的是您本人（同名账号“钱书记”），不能再由您审批"),
    (Person(2, "钱 书记"), [("申请", QIAN)], [], "同名账号"),
    (Person(2, "ＡＢ"), [("申请", Person(1, "ab"))], [], "同名账号"),
    (Person(2, "钱书记（街道）"), [("申请", QIAN)], [], "同名账号"),
    (Person(2, "钱"), [("申请", Person(1, "赵", frozenset({"钱"})))], [], "同名账号"),
    (Person(2, "孙", frozenset({"钱书记"})), [("申请", QIAN)], [], "同名账号"),
    (Person(2, "（钱）"), [("申请", Person(1, "（孙）"))], [], ""),
    (Person(3, "周", frozenset({"周区"})), [], [Person(0, "周区")], "任职或曾经任职"),
    (Person(2, "孙街"), [("申请", QIAN), ("审核", Person(2, "孙街"))], [], "审核的是您本人"),
    (Person(3, "周区"), [], [Person(3, "周区")], "任职或曾经任职"),
    (Person(3, "周区"), [], [Person(0, "周区")], "任职或曾经任职"),
    (Person(3, "周区"), [], [Person(0, "")], ""),
    (Person(3, "·"), [], [Person(0, "。")], ""),
]


@pytest.mark.parametrize(("person", "acted", "branch", "sentence"), CASES)
def test_who_acted_before_is_refused(
    person: Person, acted: list[tuple[str, Person]], branch: list[Person], sentence: str
) -> None:
    found = barred(person, act="审批", earlier=[Acted(*one) for one in acted], branch=branch)
    assert sentence in found
    assert bool(found) == bool(sentence)
