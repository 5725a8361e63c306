"""Personal cells at rest: staged rows hold them as ciphertext until they are erased (DESIGN §4)."""

from __future__ import annotations

import re
from typing import Any

from core.crypto import Undecipherable, decrypt, encrypt

MARK = "sealed|"
_SEALED = re.compile(re.escape(MARK) + r"[^:|]+:[A-Za-z0-9+/]{38,}={0,2}")  # key id, then nonce and tag at least


def seal(value: Any) -> Any:
    """A cell or value as ciphertext; blanks stay as they are."""
    return value if value in (None, "") else MARK + encrypt(str(value))


def opened(value: Any) -> Any:
    """The cell or value as it was; what is not sealed, though it may look so, is given back."""
    if not is_sealed(value):
        return value
    try:
        return decrypt(value[len(MARK) :])
    except Undecipherable:  # a cell of the list that begins so
        return value


def is_sealed(value: Any) -> bool:
    """Whether it has the form of a sealed value; any cell of a list may begin with the mark."""
    return isinstance(value, str) and _SEALED.fullmatch(value) is not None


def resealed(value: str) -> str:
    """A sealed value made anew with the current key. Raises Undecipherable when its own key is missing."""
    return seal(decrypt(value[len(MARK) :]))  # type: ignore[no-any-return]
