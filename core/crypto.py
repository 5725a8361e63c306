"""Encryption of single values (AES-256-GCM) and keyed digests for equality search.

One interface, so that SM4 and SM3 can take the place of AES and SHA-256 where an assessment asks for them (domain §8.1).
A ciphertext is `2|key id:base64(nonce ‖ ciphertext ‖ tag)`; keys come from the setting FIELD_KEYS. The 2 says that it is
bound to its place (associated data): whoever can write the database cannot move a value to another row, column or model.
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
TAG_AND_NONCE_BYTES = 16 + NONCE_BYTES
BOUND = "2|"


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


def key_of(stored: str) -> str:
    """The id of the key that a ciphertext needs."""
    return stored.removeprefix(BOUND).partition(":")[0]


def encrypt(text: str, place: str) -> str:
    """Encrypt with the current key, bound to a place such as `members.member.phone#12`; the empty text stays empty."""
    if not text:
        return ""
    return f"{BOUND}{current_key_id()}:{base64.b64encode(encrypt_bytes(text.encode(), place)).decode()}"


def encrypt_bytes(content: bytes, place: str) -> bytes:
    """Encrypt with the current key, bound to a place."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(current_key_id()).encrypt(nonce, content, place.encode())


def decrypt_bytes(ciphertext: bytes, key_id: str, place: str | None) -> bytes:
    """Give back the content; raises Undecipherable. Without a place only what the version before bound to none."""
    try:
        nonce, rest = ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:]
        return _cipher(key_id).decrypt(nonce, rest, None if place is None else place.encode())
    except (InvalidTag, ValueError):
        raise Undecipherable("密文无法解密，可能被改动或从别处移来") from None


def decrypt(stored: str, place: str) -> str:
    """Give back the text; raises Undecipherable, also for what was encrypted for another place, or for none."""
    if not stored:
        return ""
    if not stored.startswith(BOUND):
        raise Undecipherable("密文没有写明属于哪条记录，不能解密；升级后请先运行 manage.py migrate")
    return _opened(stored, place)


def decrypt_unbound(stored: str) -> str:
    """Give back a text of the version before, whose ciphertexts were bound to no place. Raises Undecipherable."""
    return _opened(stored, None) if stored else ""


def _opened(stored: str, place: str | None) -> str:
    try:
        ciphertext = base64.b64decode(stored.removeprefix(BOUND).partition(":")[2])
    except ValueError:
        ciphertext = b""
    return decrypt_bytes(ciphertext, key_of(stored), place).decode()


def blind_index(text: str) -> str:
    """A keyed digest (64 hex digits) by which equal values find each other; the empty text has none."""
    return _digest(text, current_key_id())


def blind_indexes(text: str) -> list[str]:
    """The digests of a text under all keys: while keys are changed, rows still have that of the key before."""
    return [_digest(text, key_id) for key_id in settings.FIELD_KEYS] if text else []


def _digest(text: str, key_id: str) -> str:
    return hmac.digest(_derived_key(b"blind index", key_id), text.encode(), "sha256").hex() if text else ""


def chain_digest(before: str, parts: Iterable[str], *, key_id: str = "") -> str:
    """A keyed digest (64 hex digits) over the digest before and all parts in order: nobody without the key makes one."""
    digest = hmac.new(_derived_key(b"audit seal", key_id), before.encode(), hashlib.sha256)
    for part in parts:
        digest.update(b"\x00" + part.encode())
    return digest.hexdigest()
