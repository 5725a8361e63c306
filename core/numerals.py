"""Chinese numerals. Pure."""

DIGITS = "〇一二三四五六七八九"


def numeral(number: int) -> str:
    """A number below a thousand as names and sentences write it: 三, 十二, 一百零五."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = DIGITS[hundreds] + "百" if hundreds else ""
    joint = "零" if head and not tens and ones else ""
    ten = ("" if tens == 1 and not head else DIGITS[tens]) + "十" if tens else ""
    return head + joint + ten + (DIGITS[ones] if ones else "")
