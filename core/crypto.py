"""Encryption of single values (AES-256-GCM) and keyed digests for equality search.

One interface, so that SM4 and SM3 can take the place of AES and SHA-256 where an assessment asks for them (domain §8.1).
A ciphertext is `key id:base64(nonce ‖ ciphertext ‖ tag)`; keys come from the setting FIELD_KEYS.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
MISSING = "缺少密钥“{}”，请检查环境变量 FIELD_KEYS"


class Undecipherable(Exception):
    """A stored value cannot be decrypted: its key is missing or it was altered."""


@cache
def _cipher(key_id: str) -> AESGCM:
    try:
        return AESGCM(base64.b64decode(settings.FIELD_KEYS[key_id]))
    except KeyError:
        raise Undecipherable(MISSING.format(key_id)) from None


@cache
def _derived_key(purpose: bytes, key_id: str = "") -> bytes:
    # without an id it follows from the LAST key listed, so that adding a new first key changes no digest
    key_id = key_id or list(settings.FIELD_KEYS)[-1]
    try:
        return hashlib.sha256(purpose + base64.b64decode(settings.FIELD_KEYS[key_id])).digest()
    except KeyError:
        raise Undecipherable(MISSING.format(key_id)) from None


def current_key_id() -> str:
    """The key that encrypts: the first one listed."""
    return next(iter(settings.FIELD_KEYS))


def encrypt(text: str) -> str:
    """Encrypt with the current key; the empty text stays empty."""
    if not text:
        return ""
    key_id, nonce = current_key_id(), os.urandom(NONCE_BYTES)
    sealed = _cipher(key_id).encrypt(nonce, text.encode(), None)
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str) -> str:
    """Give back the text; raises Undecipherable."""
    if not stored:
        return ""
    key_id, _, body = stored.partition(":")
    try:
        raw = base64.b64decode(body)
        return _cipher(key_id).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError):
        raise Undecipherable("密文无法解密,可能被改动过") from None


def blind_index(text: str) -> str:
    """A keyed digest (64 hex digits) by which equal values find each other; the empty text has none."""
    return hmac.digest(_derived_key(b"blind index"), text.encode(), "sha256").hex() if text else ""


def chain_digest(before: str, parts: Iterable[str], *, key_id: str = "") -> str:
    """A keyed digest (64 hex digits) over the digest before and all parts in order: nobody without the key makes one."""
    digest = hmac.new(_derived_key(b"audit seal", key_id), before.encode(), hashlib.sha256)
    for part in parts:
        digest.update(b"\x00" + part.encode())
    return digest.hexdigest()
