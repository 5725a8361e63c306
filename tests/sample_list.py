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

    from demo.lists import founded, registered, write_list, wrong_ones_among

    known = registered("market", DISTRICT)
    new = founded(NEW, on=timezone.localdate())
    write_list(Path(sys.argv[1]), "market", wrong_ones_among([*known[:-GONE], *new]))
