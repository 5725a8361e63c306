"""The unified social credit code 统一社会信用代码, GB 32100-2015 (rules §2).

python-stdnum's `cn.uscc` refuses codes whose first character is a letter (A, N, Y, G: military, villages, others) and
does not tell what is wrong, so the sum is done here; the tests hold it against that library.
"""

import re
from operator import mul
from typing import NamedTuple

from core.cells import BLANKS, Cell, half_width, raw_text

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 signs in the order of their values: no I, O, S, V, Z
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714

LENGTH = "credit_code_length"
CHECK = "credit_code_check"
ROUNDED = "credit_code_rounded"

_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
_ORGANISATION_VALUES = {sign: value for value, sign in enumerate(ORGANISATION_ALPHABET)}
_DASHES_AND_QUOTES = re.compile("[-‐‑–—−'’‘`\u200b-\u200f\u2060\ufeff]+")
_POINT_ZERO = re.compile(r"(\d{18})\.0+", re.ASCII)
_ROUNDED = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII)


class Register(NamedTuple):
    """What the first two characters say: who registered the organization, as what, and whether that is ours."""

    department: str
    kind: str
    scope: str  # yes, no, control (the controlling interest decides), manual (a person decides)
    category: str = ""  # the only category that this register can mean, if there is one


# rules §2. The table grows with the standard: an unknown pair is for a person to decide, never an error.
REGISTERS = {
    "11": Register("机构编制", "机关", "no"),
    "12": Register("机构编制", "事业单位", "no"),
    "13": Register("机构编制", "群众团体", "no"),
    "19": Register("机构编制", "其他", "no"),
    "21": Register("外交", "外国常驻新闻机构", "no"),
    "29": Register("外交", "其他", "no"),
    "31": Register("司法行政", "律师执业机构", "yes", "SO2"),
    "32": Register("司法行政", "公证处", "manual"),
    "33": Register("司法行政", "基层法律服务所", "yes", "SO2"),
    "34": Register("司法行政", "司法鉴定机构", "yes", "SO2"),
    "35": Register("司法行政", "仲裁委员会", "no"),
    "39": Register("司法行政", "其他", "manual"),
    "41": Register("文化", "外国在华文化中心", "no"),
    "49": Register("文化", "其他", "no"),
    "51": Register("民政", "社会团体", "yes", "SO1"),
    "52": Register("民政", "民办非企业单位（社会服务机构）", "yes"),
    "53": Register("民政", "基金会", "yes", "SO5"),
    "59": Register("民政", "其他", "manual"),
    "61": Register("旅游", "外国旅游部门常驻代表机构", "no"),
    "62": Register("旅游", "港澳台地区旅游部门常驻内地代表机构", "no"),
    "69": Register("旅游", "其他", "no"),
    "71": Register("宗教", "宗教活动场所", "no"),
    "72": Register("宗教", "宗教院校", "no"),
    "79": Register("宗教", "其他", "no"),
    "81": Register("工会", "基层工会", "no"),
    "89": Register("工会", "其他", "no"),
    "91": Register("市场监管", "企业", "control"),
    "92": Register("市场监管", "个体工商户", "yes", "E6"),
    "93": Register("市场监管", "农民专业合作社", "no"),
    "99": Register("市场监管", "其他", "manual"),
    "A1": Register("军队改革和编制", "军队事业单位", "no"),
    "A9": Register("军队改革和编制", "其他", "no"),
    "G1": Register("公安", "境外非政府组织代表机构", "manual"),
    "N1": Register("农业农村", "组级集体经济组织", "no"),
    "N2": Register("农业农村", "村级集体经济组织", "no"),
    "N3": Register("农业农村", "乡镇级集体经济组织", "no"),
    "N9": Register("农业农村", "其他", "no"),
    "Y1": Register("其他", "其他", "manual"),
}
UNKNOWN_REGISTER = Register("未知", "未知", "manual")


def normalise_code(cell: Cell) -> str:
    """The code as the register writes it: half-width capitals without spaces, hyphens, apostrophes or a trailing `.0`.

    Blank cells give an empty text, numbers that Excel rounded their scientific notation. Nothing is padded or repaired.
    """
    if type(cell) is str:
        if len(cell) == 18 and cell.isascii() and cell.isalnum():
            return cell.upper()
        text = _DASHES_AND_QUOTES.sub("", "".join(half_width(cell).split())).upper()
        if text in BLANKS:
            return ""
        point_zero = _POINT_ZERO.fullmatch(text)
        return point_zero[1] if point_zero else text
    return raw_text(cell).upper()


def check_credit_code(code: str) -> str | None:
    """The problem of a normalised code in the words of rules §12, or None for a good one.

    `credit_code_rounded` for a number in scientific notation, `credit_code_length`, and `credit_code_check` for a sign
    outside the set of 31 or a wrong check character.
    """
    if len(code) != 18:
        return ROUNDED if _ROUNDED.fullmatch(code) else LENGTH
    try:
        values = [_VALUES[sign] for sign in code]
    except KeyError:
        return CHECK
    return None if (sum(map(mul, values, WEIGHTS)) + values[17]) % 31 == 0 else CHECK


def organisation_code_ok(code: str) -> bool:
    """Do positions 9–17 of a good credit code pass the check of the organisation code (GB 11714, mod 11)?

    A few codes were issued that do not, so this is a warning and never an error (rules §2).
    """
    total = sum(map(mul, (_ORGANISATION_VALUES[sign] for sign in code[8:16]), ORGANISATION_WEIGHTS))
    return code[16] == "0123456789X0"[11 - total % 11]


def register_of(code: str) -> Register:
    """The register that issued the code, by its first two characters."""
    return REGISTERS.get(code[:2], UNKNOWN_REGISTER)
