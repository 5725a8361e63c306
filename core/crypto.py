"""Encryption of single values (AES-256-GCM) and keyed digests for equality search.

One interface, so that SM4 and SM3 can take the place of AES and SHA-256 where an assessment asks for them (rules §8).
A ciphertext is `2|key id:base64(nonce ‖ ciphertext ‖ tag)`; keys come from the setting FIELD_KEYS. The 2 says that it is
bound to its place (associated data): whoever can write the database cannot move a value to another row, column or model.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
MISSING = "缺少密钥“{}”，请检查环境变量 FIELD_KEYS"
ALTERED = "密文无法解密，可能被改动或从别处移来"
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
    return encrypt_many((text,), (place,))[0]


def encrypt_many(texts: Iterable[str], places: Iterable[str]) -> list[str]:
    """Each text bound to its place, as `encrypt`: the key is looked for once, which takes longer than to encrypt."""
    key_id = current_key_id()
    head, cipher = f"{BOUND}{key_id}:", _cipher(key_id)

    def sealed(text: str, place: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        content = nonce + cipher.encrypt(nonce, text.encode(), place.encode())
        return head + b2a_base64(content, newline=False).decode()

    return [sealed(text, place) if text else "" for text, place in zip(texts, places, strict=True)]


def encrypt_bytes(content: bytes, place: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(current_key_id()).encrypt(nonce, content, place.encode())


def decrypt_bytes(ciphertext: bytes, key_id: str, place: str | None) -> bytes:
    """Give back the content; raises Undecipherable. Without a place only what the version before bound to none."""
    try:
        nonce, rest = ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:]
        return _cipher(key_id).decrypt(nonce, rest, None if place is None else place.encode())
    except (InvalidTag, ValueError):
        raise Undecipherable(ALTERED) from None


def decrypt(stored: str, place: str) -> str:
    """Give back the text; raises Undecipherable, also for what was encrypted for another place, or for none."""
    return decrypt_many((stored,), (place,))[0]


def decrypt_many(stored: Iterable[str], places: Iterable[str]) -> list[str]:
    """The texts of ciphertexts, each of its place; as `decrypt`, raises Undecipherable."""
    head, cipher = f"{BOUND}{current_key_id()}:", _cipher(current_key_id())
    texts = []
    for one, place in zip(stored, places, strict=True):
        if one.startswith(head):
            try:
                sealed = a2b_base64(one[len(head) :])
                texts.append(cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode()).decode())
            except (InvalidTag, ValueError):
                raise Undecipherable(ALTERED) from None
        elif one and not one.startswith(BOUND):
            raise Undecipherable("密文没有写明属于哪条记录，不能解密；升级后请先运行 manage.py migrate")
        else:
            texts.append(_opened(one, place) if one else "")
    return texts


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
    return blind_index_many((text,))[0]


def blind_index_many(texts: Iterable[str]) -> list[str]:
    key = _derived_key(b"blind index", current_key_id())
    return [hmac.digest(key, text.encode(), "sha256").hex() if text else "" for text in texts]


def blind_indexes(text: str) -> list[str]:
    """The digests of a text under all keys: while keys are changed, rows still have that of the key before."""
    keys = [_derived_key(b"blind index", key_id) for key_id in settings.FIELD_KEYS] if text else []
    return [hmac.digest(key, text.encode(), "sha256").hex() for key in keys]


def chain_digest(before: str, parts: Iterable[str], *, key_id: str = "") -> str:
    """A keyed digest (64 hex digits) over the digest before and all parts in order: nobody without the key makes one."""
    digest = hmac.new(_derived_key(b"audit seal", key_id), before.encode(), hashlib.sha256)
    for part in parts:
        digest.update(b"\x00" + part.encode())
    return digest.hexdigest()


def signature(text: str, *, key_id: str = "") -> str:
    """`key id:digest`, which nobody without the key makes; with the current key unless another is named."""
    key_id = key_id or current_key_id()
    return f"{key_id}:{hmac.digest(_derived_key(b'proof', key_id), text.encode(), 'sha256').hex()}"


def signed_by(signed: str, text: str) -> bool:
    """Whether we signed the text so. Raises Undecipherable when the key is missing."""
    return hmac.compare_digest(signed.encode(), signature(text, key_id=signed.rpartition(":")[0] or "-").encode())
