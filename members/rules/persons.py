"""Law of persons: the citizen's number, what of it may be shown, the words of rosters (rules §3); of elections and terms (§6)."""

import re
from datetime import date
from functools import lru_cache

from stdnum.iso7064 import mod_11_2

from core.cells import Cell, half_width, raw_text, read_text
from core.months import months_before
from orgs.codelists import EDUCATION, ETHNIC_GROUPS
from orgs.rules.words import look_up, word_table

_ID_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
_SPACE_AND_DASH = re.compile(r"[\s'’\-—]+")


# --- the citizen's number 公民身份号码, GB 11643-1999 ------------------------------------------------------------------
def normalise_id_number(cell: Cell) -> str:
    """The number in half-width digits and a capital X, without spaces and hyphens; empty for a blank cell."""
    return _SPACE_AND_DASH.sub("", half_width(read_text(cell) or "")).upper()


def check_id_number(text: str, *, on: date) -> str | None:
    """What is wrong with a normalised number as a sentence for its writer, or None for a good one.

    Checked are length, a real birth date not after `on`, and the check character (ISO 7064 MOD 11-2). The area code is
    not: codes of abolished counties stay valid, which python-stdnum's `cn.ric` does not allow.
    """
    if len(text) == 15 and text.isdecimal():
        return "15 位旧身份证号已停用，请填写 18 位公民身份号码"
    if "E+" in text:
        return "公民身份号码被表格当作数字，后几位已丢失，请按文本重新填写"
    if len(text) != 18:
        return f"公民身份号码应为 18 位，现为 {len(text)} 位，请核对"
    if not _ID_NUMBER.fullmatch(text):
        return "公民身份号码前 17 位应为数字，末位为数字或 X，请核对"
    born_on = birth_date_of(text)
    if born_on is None:
        return f"公民身份号码中的出生日期 {text[6:14]} 不存在，请核对"
    if born_on > on:
        return f"公民身份号码中的出生日期 {born_on.isoformat()} 晚于今天，请核对"
    if not mod_11_2.is_valid(text):
        return "公民身份号码校验位不符，可能有一位写错，请核对"
    return None


def birth_date_of(text: str) -> date | None:
    """The birth date in a normalised number of 18 signs; None when there is no such day."""
    try:
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None


def sex_of(text: str) -> str:
    """`1` male or `2` female (GB/T 2261.1) by the parity of the 17th digit of a good number."""
    return "1" if int(text[16]) % 2 else "2"


# --- elections and terms ----------------------------------------------------------------------------------------------
def years_after(day: date, years: int) -> date:
    """The same day so many years later."""
    return months_before(day, -12 * years)


def needed_to_elect(entitled: int) -> int:
    """How many of those entitled to vote must be there: four fifths (基层组织选举工作条例)."""
    return -(-entitled * 4 // 5)


# --- words of rosters -------------------------------------------------------------------------------------------------
_STATUS_WORDS = word_table(
    {
        "PROBATIONARY": ("预备党员", "预备", "中共预备党员"),
        "EXTENDED": ("延长预备期",),
        "FORMAL": ("正式党员", "正式", "中共党员", "恢复党籍"),
        "TRANSFERRED": ("已转出", "转出"),
        "SUSPENDED": ("停止党籍",),
        "CANCELLED": ("取消预备党员资格", "取消预备资格"),
        "REMOVED": ("除名", "自行脱党除名", "劝退", "劝退除名", "劝而不退除名"),
        "WITHDRAWN": ("退党", "退党除名"),
        "EXPELLED": ("开除党籍",),
        "EMIGRATED": ("不再保留预备资格（出国定居）", "不再保留预备资格", "出国定居"),
        "DECEASED": ("去世", "死亡"),
    }
)
_SEX_WORDS = word_table({"1": ("男", "1", "男性"), "2": ("女", "2", "女性"), "0": ("未知", "0", "未说明", "9")})
_ETHNIC_WORDS = word_table({code: (code, name, name.removesuffix("族")) for code, name in ETHNIC_GROUPS.items()})
_EDUCATION_WORDS = word_table(
    {code: (code, name) for code, name in EDUCATION.items()},
    {
        "11": ("博士", "博士研究生"),
        "14": ("硕士", "硕士研究生"),
        "10": ("研究生",),
        "20": ("本科", "大学本科", "大学"),
        "30": ("大专", "专科", "大学专科"),
        "40": ("中专", "中等专科", "中职"),
        "44": ("职高", "职业高中"),
        "47": ("技校", "技工学校"),
        "60": ("高中", "普通高中"),
        "70": ("初中", "初级中学"),
        "80": ("小学",),
    },
)


@lru_cache(1024)
def member_status(cell: Cell) -> str | None:
    """The stage of membership (rules §6), a value of `Member.Status`. Raises `unknown_status`."""
    return look_up(cell, _STATUS_WORDS, "unknown_status")


@lru_cache(1024)
def sex(cell: Cell) -> str | None:
    """GB/T 2261.1: `1` male, `2` female, `0` unknown. Raises `unknown_word`."""
    return look_up(cell, _SEX_WORDS, "unknown_word")


@lru_cache(1024)
def ethnic_group(cell: Cell) -> str | None:
    """Two-digit code of GB/T 3304 for `汉族`, `汉` or `01`. Raises `unknown_word`."""
    return look_up(_two_digits(cell), _ETHNIC_WORDS, "unknown_word")


@lru_cache(1024)
def education(cell: Cell) -> str | None:
    """Two-digit code of GB/T 4658; words that leave the end of studies open (本科) get the level. Raises `unknown_word`."""
    return look_up(cell, _EDUCATION_WORDS, "unknown_word")


def _two_digits(cell: Cell) -> Cell:
    """A code that a spreadsheet took for a number has lost its zero."""
    return cell if isinstance(cell, str) or cell is None else raw_text(cell).zfill(2)
