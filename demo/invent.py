"""Draws of chance, and names, codes and numbers that nobody holds: the same seed, the same city.

Codes carry area digits (9901…) that no register uses and pass every check; the mobile numbers' block is the one that
the sample lists use.
"""

from __future__ import annotations

from datetime import date
from operator import mul
from random import Random
from typing import Any

from orgs.rules.credit_code import ALPHABET, ORGANISATION_ALPHABET, ORGANISATION_WEIGHTS, WEIGHTS

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
GIVEN_FIRST = "建国志海文明永春晓雪思嘉子俊秀玉月立振家德光宏庆学长新景亚卫少云风若清书雅瑞静"
GIVEN_LAST = "华强军平伟芳丽敏杰涛超燕鹏辉红霞玲飞波斌宁浩凯琳萍雯欣悦成林峰亮刚毅翔远然涵"
MARKS = "澄沐禾砺韵翎岑泓蔚璟耘铄旸霁笙槿珩沅煜棠芷岫澜骁璞翊昕桉苒茗洺钰铎旻晟朗恒安达盛和瑞丰润泽启航星云海川森"
ROADS = (
    "人民路",
    "解放路",
    "滨江大道",
    "文化路",
    "府前街",
    "学府路",
    "工业大道",
    "兴业路",
    "桂香街",
    "江堤路",
    "春晖路",
)
AREAS = ("990102", "990103", "990104", "990121", "990122", "990181")
BODY_STEP = 61_803_399  # has no factor in common with 10⁸: the bodies of codes repeat only after all of them
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
_ORGANISATION_VALUES = {sign: value for value, sign in enumerate(ORGANISATION_ALPHABET)}


class Inventor(Random):
    """Draws by the million: the simple ones are made from one `random()` each, in a fraction of the library's time."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._body = int(self.random() * 100_000_000)
        self._old_number = 0
        self._names: set[str] = set()
        self._citizens: set[str] = set()

    def choice(self, seq: Any) -> Any:
        return seq[int(self.random() * len(seq))]

    def randint(self, a: int, b: int) -> int:
        return a + int(self.random() * (b - a + 1))

    def chance(self, share: float) -> bool:
        return self.random() < share

    def day(self, first: date, last: date) -> date:
        """From the first to the last, both included; the first when the last lies before it."""
        start = first.toordinal()
        return date.fromordinal(start + self.randint(0, max(last.toordinal() - start, 0)))

    def credit_code(self, prefix: str, area: str) -> str:
        """Of a register (two signs) in an area (six digits); rules §2."""
        self._body = (self._body + BODY_STEP) % 100_000_000
        body = f"{self._body:08d}"
        rest = 11 - sum(map(mul, (_ORGANISATION_VALUES[sign] for sign in body), ORGANISATION_WEIGHTS)) % 11
        code = f"{prefix}{area}{body}{'0123456789X0'[rest]}"
        return code + ALPHABET[-sum(map(mul, (_VALUES[sign] for sign in code), WEIGHTS)) % 31]

    def old_number(self) -> str:
        """Of 15 digits, as before there were credit codes."""
        self._old_number += 1
        return f"9901002{self._old_number:08d}"

    def id_number(self, born_on: date, *, male: bool) -> str:
        """A citizen's number with a good check sign (GB 11643)."""
        number = ""
        while not number or number in self._citizens:
            number = f"{self.choice(AREAS)}{born_on:%Y%m%d}{self.randint(0, 499) * 2 + male:03d}"
        self._citizens.add(number)
        return number + "10X98765432"[sum(map(mul, map(int, number), _ID_WEIGHTS)) % 11]

    def phone(self) -> str:
        return f"1990000{self.randint(0, 9_999):04d}"

    def person(self) -> str:
        first = self.choice(GIVEN_FIRST) if self.chance(0.75) else ""
        return self.choice(SURNAMES) + first + self.choice(GIVEN_LAST)

    def name(self, place: str, trade: str, end: str) -> str:
        """What no other organization of the city is called."""
        marks, name = 2, ""
        while not name or name in self._names:
            name = place + "".join(self.choice(MARKS) for _ in range(marks)) + trade + end
            marks = 3
        self._names.add(name)
        return name

    def address(self, place: str) -> str:
        return f"{place}{self.choice(ROADS)}{self.randint(1, 300)}号"
