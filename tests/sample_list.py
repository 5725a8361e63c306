"""A list of the demonstration city's market regulator, for pictures of the import: `python -m tests.sample_list FILE.xlsx`.

It is of one district. Most firms are as the registry has them; some have changed, are new or no longer there, and some
lines are wrong as clerks know them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import django

DISTRICT, NEW, GONE = "990102", 24, 6

if __name__ == "__main__":
    django.setup()
    from django.utils import timezone

    from demo.invent import Inventor
    from demo.lists import PRIVATE_COMPANY, registered, write_list, wrong_ones_among

    known, invent, opened = registered("market", DISTRICT), Inventor(7), timezone.localdate().isoformat()
    new = [
        (
            invent.name("澄州", "科技", "有限公司"), invent.credit_code("91", DISTRICT), PRIVATE_COMPANY,
            invent.person(), number * 9, opened, invent.address("澄州市云溪区云台街道"), "新设",
        )
        for number in range(NEW)
    ]  # fmt: skip
    write_list(Path(sys.argv[1]), "market", wrong_ones_among([*known[:-GONE], *new]))
