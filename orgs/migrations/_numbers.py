"""For the migration 0006: personal numbers in the columns of lists that nobody mapped, as that version found them. Frozen."""

import re

PERSONAL_HEADER = re.compile("身份证|证件号|公民身份|护照|手机|电话|联系方式|微信|银行卡|卡号|银行账号|银行帐号|账户|帐户|开户")
HIDDEN = "*"
SHOWN = 4  # digits at the end of a number
CITIZEN = r"(?<![\dA-Za-z])(?:\d[ \-]?){6}(?P<day>(?:1[ \-]?9|2[ \-]?0)(?:[ \-]?\d){6})(?:[ \-]?\d){3}[ \-]?[\dXxＸｘ](?![\dA-Za-z])"
MOBILE = r"(?<!\d)(?:\+?86[ \-]?)?1[ \-]?[3-9](?:[ \-]?\d){9}(?!\d)"
CARD = r"(?<![\dA-Za-z])[3-6](?:[ \-]?\d){15,18}(?![\dA-Za-z])"
MANY_DIGITS = re.compile(r"(?:\d[ \-]?){11}")
NUMBERS = re.compile(f"(?P<citizen>{CITIZEN})|(?P<mobile>{MOBILE})|(?P<card>{CARD})")
HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def struck(text):
    """A text with all but the last four digits of the personal numbers in it masked."""
    if not MANY_DIGITS.search(text):
        return text
    return NUMBERS.sub(lambda match: _masked(_digits(match)) if _is_personal(match) else match[0], text.translate(HALF_WIDTH))


def _masked(digits):
    return HIDDEN * (len(digits) - SHOWN) + digits[-SHOWN:]


def _digits(match):
    return re.sub(r"[^\dXx]", "", match[0])


def _is_personal(match):
    digits = _digits(match)
    if match["citizen"]:
        return 1 <= int(digits[10:12]) <= 12 and 1 <= int(digits[12:14]) <= 31
    if match["mobile"]:
        return True
    return (len(digits) in (16, 19) or digits.startswith("62")) and _luhn(digits)


def _luhn(digits):
    """The check of bank cards (ISO/IEC 7812): every second digit from the right counts double."""
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + sum(sum(divmod(2 * value, 10)) for value in values[1::2])) % 10 == 0
