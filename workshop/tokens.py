"""Tokens as an attacker would make them: any header, any claims, any key; and what one says.

JSON Web Signature, compact form: RFC 7515, section 7.1.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from workshop.seen import Seen, Unmet

SECRET = "the checks' own secret, of more than 32 characters"
"""What the checks set as TODO_SECRET_KEY."""

DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    """A part of a token, the claims for one: not verified."""
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return told


def forge(
    claims: dict[str, Any] | None = None,
    *,
    algorithm: str = "HS256",
    key: str = SECRET,
    header: bytes | None = None,
) -> str:
    """A token with these claims, signed by `algorithm` with `key`; "none" signs nothing."""
    told = {"exp": int(time.time()) + 600, **(claims or {})}
    told = {name: value for name, value in told.items() if value is not None}
    top = json.dumps({"alg": algorithm, "typ": "JWT"}).encode() if header is None else header
    signed = f"{encoded(top)}.{encoded(json.dumps(told).encode())}"
    if algorithm not in DIGESTS:
        return signed + "."
    digest = hmac.new(key.encode(), signed.encode(), DIGESTS[algorithm]).digest()
    return f"{signed}.{encoded(digest)}"


def claims(token: Any) -> Seen:
    """What a token says of its user, whoever signed it. Raises Unmet where it says nothing."""
    return Seen("token", _parts(token)[1])


def algorithm(token: Any) -> Seen:
    """The algorithm that a token names. Raises Unmet where it has no header."""
    return Seen("token", _parts(token)[0])["alg"]


def is_signed(token: Any, key: str = SECRET) -> bool:
    """Whether a token carries the signature that `key` gives it, by HS256. Raises Unmet."""
    _parts(token)
    signed, _, signature = token.rpartition(".")
    digest = hmac.new(key.encode(), signed.encode(), DIGESTS["HS256"]).digest()
    return bool(signature == encoded(digest))


def _parts(token: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        header, told, _ = token.split(".")
        return decoded(header), decoded(told)
    except (AttributeError, ValueError):
        raise Unmet("something that is no token", "a token: header, claims, signature") from None
