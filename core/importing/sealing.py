"""Personal cells at rest: staged rows hold them as ciphertext until they are erased (DESIGN §4)."""

from __future__ import annotations

from typing import Any

from core.crypto import decrypt, encrypt

MARK = "sealed|"


def seal(value: Any) -> Any:
    """A cell or value as ciphertext; blanks stay as they are."""
    return value if value in (None, "") else MARK + encrypt(str(value))


def opened(value: Any) -> Any:
    """The cell or value as it was; what is not sealed is given back."""
    return decrypt(value[len(MARK) :]) if isinstance(value, str) and value.startswith(MARK) else value
