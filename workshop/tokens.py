"""Tokens as an attacker would make them: any header, any claims, any key. Nothing here verifies.

JSON Web Signature, compact form: RFC 7515, section 7.1.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

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
