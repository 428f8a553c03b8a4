"""Tokens of links that are shown once. Only a digest of a token is stored, and a digest opens nothing."""

import secrets
from hashlib import sha256

TOKEN_BYTES = 24  # too many to guess


def make_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
