"""How alike two texts or photos are, and a few numbers by which those that are nearly the same find each other. Pure.

A text is the set of its stretches of five signs; two texts share as much of both together as they are alike. The smallest
hashes of such a set under several mixings are the same for two sets as often as these are alike; of two that share nine
tenths, at least one pair of hashes out of four is the same in all but one case of a thousand.

A photo looks like 64 bits, sixteen hexadecimal digits: whether each place is darker than the next one. Made smaller or
compressed anew it differs in three of them at most, so that one of four parts stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby

SIGNS = 5
LEAST = 30  # signs: less says too little to be copied
BANDS = 4
FLIPPED = 3  # bits of a look
DULL = ("0000", "ffff")  # parts that a wall or the night has in many photos
PRIME = (1 << 61) - 1
MIXINGS = tuple((3 + 7919 * n * n, 104729 * (n + 1)) for n in range(2 * BANDS))
_IDLE = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """The text without spaces and punctuation."""
    return _IDLE.sub("", text)


def shingles(text: str) -> frozenset[str]:
    """All stretches of five signs; of a text that is too short, none."""
    text = plain(text)
    return (
        frozenset(text[at : at + SIGNS] for at in range(len(text) - SIGNS + 1)) if len(text) >= LEAST else frozenset()
    )


def similarity(one: str, other: str) -> int:
    """How much two texts share of both together, in per cent."""
    first, second = shingles(one), shingles(other)
    return len(first & second) * 100 // len(first | second) if first and second else 0


def marked(text: str, other: str) -> Iterator[tuple[str, bool]]:
    """A text in pieces, each with whether the other text says it too: the stretches that `similarity` counts."""
    shared = shingles(text) & shingles(other)
    at = [place for place, sign in enumerate(text) if not _IDLE.match(sign)]
    found: set[int] = set()
    for start in range(len(at) - SIGNS + 1):
        stretch = at[start : start + SIGNS]
        if "".join(text[place] for place in stretch) in shared:
            found.update(range(stretch[0], stretch[-1] + 1))
    for both, places in groupby(range(len(text)), found.__contains__):
        yield "".join(text[place] for place in places), both


def fingerprints(text: str) -> list[int]:
    """Four numbers of a text; of one that is too short, none."""
    hashes = [int.from_bytes(blake2b(one.encode(), digest_size=8).digest()) % PRIME for one in shingles(text)]
    if not hashes:
        return []
    least = [min((factor * one + add) % PRIME for one in hashes) for factor, add in MIXINGS]
    return [_digest(band, *least[2 * band : 2 * band + 2]) for band in range(BANDS)]


def looks_alike(one: str, other: str) -> bool:
    """Whether two photos are the same picture."""
    return bool(one and other) and (int(one, 16) ^ int(other, 16)).bit_count() <= FLIPPED


def photo_prints(look: str) -> list[int]:
    """Up to four numbers of a photo."""
    parts = [look[at : at + 4] for at in range(0, len(look), 4)]
    return [_digest("photo", place, part) for place, part in enumerate(parts) if part not in DULL]


def _digest(*parts: int | str) -> int:
    """One number that a column of 64 bits holds."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), signed=True)
