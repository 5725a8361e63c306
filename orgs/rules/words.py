"""The words of official lists for type, controlling interest, industry and status, read into codes.

Like the readers of `core.cells`: the value, None for a blank cell, or `CellProblem` for a word nobody knows.
Words are compared without width, spaces, commas and the order in which 港澳台 is written.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from core.cells import Cell, CellProblem, half_width, read_text
from orgs.codelists import COMPANY_TYPES, DIVISIONS, NBS_2011, SECTION_OF_DIVISION, SECTIONS

# 控股情况, rules §4
CONTROL = {
    "1": "国有控股",
    "2": "集体控股",
    "3": "私人控股",
    "4": "港澳台商控股",
    "5": "外商控股",
    "9": "其他",
}
# operating status, rules §7; only NORMAL counts in figures
STATUS = {
    "NORMAL": "正常",
    "SUSPENDED": "停业",
    "SHELL": "空壳",
    "PREPARING": "筹建",
    "STRUCK_OFF": "注销",
    "MOVED_OUT": "迁出",
}
# Organizations of other registers than the market regulator's have no SAMR type; theirs is the first two characters of
# the credit code (`credit_code.REGISTERS`).
_REGISTER_WORDS = {
    "31": ("律师事务所", "律师执业机构"),
    "32": ("公证处",),
    "33": ("基层法律服务所",),
    "34": ("司法鉴定机构", "司法鉴定所"),
    "51": ("社会团体", "社团"),
    "52": ("民办非企业单位（社会服务机构）", "民办非企业单位", "民办非企业", "民非", "社会服务机构"),
    "53": ("基金会",),
}
_MORE_TYPE_WORDS = {
    "1100": ("有限公司",),
    "3100": ("全民所有制企业",),
    "3200": ("集体所有制企业",),
    "9100": ("农民专业合作社",),
    "9500": ("个体户", "个体经营", "个体"),
}
_MORE_CONTROL_WORDS = {
    "1": ("国有", "国家控股"),
    "2": ("集体",),
    "3": ("私人", "私营控股", "民营控股"),
    "4": ("港澳台控股", "港澳台"),
    "5": ("外资控股", "外商"),
}
_MORE_STATUS_WORDS = {
    "NORMAL": ("存续（在营、开业、在册）", "存续", "在营", "在册", "开业", "在业"),
    "SUSPENDED": ("歇业",),
    "SHELL": ("空挂", "僵尸"),
    "PREPARING": ("筹备",),
    "STRUCK_OFF": ("已注销",),
    "MOVED_OUT": ("已迁出",),
}

# The SAMR type that an NBS 2011 class surely is; where the class leaves the exact type open, the head of the group.
_SAMR_OF_NBS = {
    "110": "3100", "120": "3200", "130": "3400", "141": "3500", "142": "3500", "143": "3500", "149": "3500",
    "151": "1110", "159": "1190", "160": "1200", "171": "4540", "172": "4530", "173": "1130", "174": "1222",
    "175": "9500", "190": "9900",
    "210": "6110", "220": "6120", "230": "6100", "240": "6200", "290": "6000",
    "310": "5110", "320": "5120", "330": "5100", "340": "5200", "390": "5000",
}  # fmt: skip
# The NBS 2011 classes that a SAMR type can stand in, by the longest beginning that is listed (rules §4).
_NBS_OF_SAMR = {
    "11": "151 159 173", "111": "151", "112": "310 320 330 390", "113": "173", "114": "159", "1151": "173",
    "1152": "173", "1153": "151 159", "119": "159", "12": "160 174", "1211": "340", "1212": "174", "1213": "160",
    "1219": "160", "1221": "340", "1222": "174", "1223": "160", "1229": "160",
    "31": "110", "32": "120", "33": "159 160", "34": "130", "35": "141 142 143 149",
    "41": "110 120 190", "42": "110 120 190", "43": "110 120 130 190", "44": "110 120 190", "45": "171 172 190",
    "453": "172", "454": "171", "455": "172", "456": "171", "46": "141 142 143 149", "47": "159 160 190",
    "5": "310 320 330 340 390", "511": "310", "512": "320", "513": "330", "514": "330", "515": "330", "516": "330",
    "52": "340", "531": "320", "532": "330", "54": "390",
    "6": "210 220 230 240 290", "611": "210", "612": "220", "613": "230", "614": "230", "615": "230", "616": "230",
    "617": "210 230", "62": "240", "631": "220", "632": "230", "64": "290",
    "7": "390", "91": "190", "92": "190", "95": "175", "9999": "175", "99": "190",
}  # fmt: skip

_PUNCTUATION = re.compile(r"[\s、,,。.;·]+")
_LEADING_CODE = re.compile(r"(\d{3,4})(?!\d)", re.ASCII)
_LEADING_INDUSTRY = re.compile(r"([A-T])?(\d{2,4})(?!\d)", re.ASCII)


def word_key(text: str) -> str:
    return _PUNCTUATION.sub("", half_width(text)).upper().replace("台港澳", "港澳台")


def word_table(*sources: Mapping[str, tuple[str, ...] | str]) -> dict[str, str]:
    """Word → code. Of several codes with one name the first one stays, so the order of sources decides."""
    table: dict[str, str] = {}
    for source in sources:
        for code, words in source.items():
            for word in (words,) if isinstance(words, str) else words:
                table.setdefault(word_key(word), code)
    return table


# Names such as 有限责任公司 stand for a domestic, a foreign and a Hong Kong type: the domestic one is meant. Names that
# only foreign groups share (分公司, 办事处, 非公司) tell nothing and are left out; 其他 is 9900.
_NAMES = {code: row.name for code, row in COMPANY_TYPES.items()}
_DOMESTIC = {code: name for code, name in _NAMES.items() if code[0] in "123489"}
_UNTOLD = {name for name in _NAMES.values() if list(_NAMES.values()).count(name) > 1} - set(_DOMESTIC.values())
_FOREIGN = {code: name for code, name in _NAMES.items() if code not in _DOMESTIC and name not in _UNTOLD}
_NBS_NAMES = {samr: tuple(n for c, n in NBS_2011.items() if _SAMR_OF_NBS[c] == samr) for samr in _SAMR_OF_NBS.values()}

_TYPE_WORDS = word_table({"9900": "其他"}, _DOMESTIC, _FOREIGN, _REGISTER_WORDS, _MORE_TYPE_WORDS, _NBS_NAMES)
_CONTROL_WORDS = word_table({code: code for code in CONTROL}, CONTROL, _MORE_CONTROL_WORDS)
_STATUS_WORDS = word_table(STATUS, _MORE_STATUS_WORDS)
_INDUSTRY_WORDS = word_table(
    {code: code for code in SECTIONS}, {code: section.name for code, section in SECTIONS.items()}, DIVISIONS
)


@lru_cache(4096)
def company_type(cell: Cell) -> str | None:
    """SAMR type code of a word or code, or the register (`51`, `52`, `53`, `31` …) for what has no SAMR type.

    Takes names with either kind of brackets, SAMR codes, NBS 2011 codes (text or number), and a code with its name
    behind it. Raises `unknown_type`.
    """
    if (text := read_text(cell)) is None:
        return None
    if code := _LEADING_CODE.match(half_width(text)):
        found = code[1] if code[1] in COMPANY_TYPES else _SAMR_OF_NBS.get(code[1])
    else:
        found = _TYPE_WORDS.get(word_key(text))
    if found is None:
        raise CellProblem("unknown_type")
    return found


@lru_cache(1024)
def control(cell: Cell) -> str | None:
    """The controlling interest, a key of `CONTROL`. Raises `unknown_control`."""
    return look_up(cell, _CONTROL_WORDS, "unknown_control")


@lru_cache(1024)
def status(cell: Cell) -> str | None:
    """The operating status, a key of `STATUS`; 吊销 is none of ours (rules §11). Raises `unknown_status`."""
    return look_up(cell, _STATUS_WORDS, "unknown_status")


@lru_cache(4096)
def industry(cell: Cell) -> str | None:
    """GB/T 4754 code of the finest grain given: section letter, or two to four digits of an existing division.

    Takes names of sections and divisions, codes with a section letter before or a name behind them. A number of odd
    length has lost the zero before it (111 is 0111). Raises `unknown_industry`.
    """
    if (text := read_text(cell)) is None:
        return None
    if not isinstance(cell, str) and len(text) % 2:
        text = "0" + text
    if code := _LEADING_INDUSTRY.match(half_width(text).upper()):
        section, digits = code.groups()
        if SECTION_OF_DIVISION.get(digits[:2]) in ((section,) if section else SECTIONS):
            return digits
        raise CellProblem("unknown_industry")
    return look_up(cell, _INDUSTRY_WORDS, "unknown_industry")


def look_up(cell: Cell, words: Mapping[str, str], problem: str) -> str | None:
    """The code of a word in a `word_table`, None for a blank cell; raises `CellProblem(problem)` for an unknown word."""
    if (text := read_text(cell)) is None:
        return None
    if (found := words.get(word_key(text))) is None:
        raise CellProblem(problem)
    return found


def section_of(industry: str) -> str:
    """The section letter of an industry code of any grain; empty for an empty code."""
    return industry if industry in SECTIONS else SECTION_OF_DIVISION.get(industry[:2], "")


def nbs_classes(samr: str) -> frozenset[str]:
    """The NBS 2011 classes in which an organization of this SAMR type can stand. A branch stands where its company
    does."""
    code = "1" + samr[1:] if samr.startswith("2") else samr
    for length in range(4, 0, -1):
        if code[:length] in _NBS_OF_SAMR:
            return frozenset(_NBS_OF_SAMR[code[:length]].split())
    return frozenset()


def same_type(one: str, other: str) -> bool:
    """Can both codes be true of one organization? Each is a SAMR type or an NBS 2011 class: 1130 and 173 agree."""
    classes = [frozenset({code}) if code in NBS_2011 else nbs_classes(code) for code in (one, other)]
    return one == other or bool(classes[0] & classes[1])
