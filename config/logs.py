"""What goes to the log: never a person's data."""

from __future__ import annotations

import logging
import re

# database and conversion errors quote values: names are Chinese, ID and telephone numbers are long
PERSONAL = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]+|\d{11,}[Xx]?")


class MaskingFormatter(logging.Formatter):
    """Puts … in the place of Chinese text and of long numbers, also in tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as usual, then masked."""
        return PERSONAL.sub("…", super().format(record))
