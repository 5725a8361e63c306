"""Texts that are nearly the same find each other; hours are credited by the length (rules §13)."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from random import Random

import pytest

from activities.rules.hours import credited
from activities.rules.likeness import fingerprints, similarity
from core.attachments import cleaned

SIGNS = (
    "学习贯彻全会精神结合生产实际交流体会党员提出建议研究安全检查分工决定牵头整理隐患清单完成整改公布结果职工代表讨论"
)


def text(seed: int, signs: int = 300) -> str:
    return "".join(Random(seed).choices(SIGNS, k=signs))


def test_the_same_text_is_the_same_whatever_its_spaces_and_punctuation():
    one = text(1)
    other = "，".join(one[at : at + 9] for at in range(0, 300, 9)) + "。\n"
    assert similarity(one, other) == 100
    assert fingerprints(one) == fingerprints(other)


def test_texts_that_share_nine_tenths_have_a_number_in_common_and_others_none():
    for seed in range(200):
        one = text(seed, 600)
        other = one[:290] + "改动" + one[292:]
        assert similarity(one, other) >= 90
        assert set(fingerprints(one)) & set(fingerprints(other)), seed
        assert not set(fingerprints(one)) & set(fingerprints(text(seed + 1_000, 600)))


@pytest.mark.parametrize(("signs", "numbers"), [(29, 0), (30, 4)])
def test_a_text_too_short_to_be_copied_has_no_numbers(signs, numbers):
    assert len(fingerprints(text(3, signs))) == numbers
    assert similarity(text(3, signs), text(3, signs)) == (100 if numbers else 0)


@pytest.mark.parametrize(
    ("kind", "starts_at", "ends_at", "hours"),
    [
        ("LECTURE", time(14), time(14, 29), "0"),
        ("LECTURE", time(14), time(14, 30), "0.5"),
        ("THEME_DAY", time(17, 30), time(19), "1.5"),
        ("THEME_DAY", time(8, 30), time(11, 59), "3"),
        ("THEME_DAY", time(8, 30), time(12), "4"),
        ("THEME_DAY", time(9), time(14, 59), "5.5"),
        ("THEME_DAY", time(9), time(15), "8"),
        ("THEME_DAY", time(8), time(18), "8"),
        ("COMMITTEE", time(8), time(18), "0"),
        ("LECTURE", None, None, "0"),
    ],
)
def test_hours_by_length(kind, starts_at, ends_at, hours):
    assert credited(kind=kind, starts_at=starts_at, ends_at=ends_at) == Decimal(hours)


@pytest.mark.parametrize(
    ("name", "suffix", "expected"),
    [
        ("主题党日.JPG", ".jpg", "主题党日.jpg"),
        ("../../etc/passwd", ".pdf", "passwd.pdf"),
        ("C:\\照片\\合影.png", ".png", "合影.png"),
        ("a<script>.html", ".jpg", "a_script.jpg"),
        ("", ".docx", "附件.docx"),
        ("..", ".docx", "附件.docx"),
        ("长" * 200 + ".pdf", ".pdf", "长" * 60 + ".pdf"),
        ("签到\r\n表.xlsx", ".xlsx", "签到_表.xlsx"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_the_content_says(name, suffix, expected):
    assert cleaned(name, suffix) == expected
