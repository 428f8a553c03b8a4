"""Links that are shown once: what is stored of one is a digest of its token, by which nobody comes in."""

import secrets
from hashlib import sha256

TOKEN_BYTES = 24  # nobody guesses one


def make_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
