"""Reasoning items that carry their own proof, so that a stateless caller is tested for real.

`encrypted_content` is opaque to the caller: random bytes and a signature over them, the item's id and its summary.
An item that comes back altered, or without its content, is refused as the real server does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from bot.demo.model.errors import ApiError, bad_request

# Fixed, so that threads go on after a restart of the demo. It guards nothing but the tests' honesty.
SIGNING_KEY = b"nod stand-in model"


def new_reasoning(*, sealed: bool) -> dict[str, Any]:
    """Return a reasoning item; `sealed` adds `encrypted_content`."""
    item: dict[str, Any] = {"id": f"rs_{secrets.token_hex(20)}", "type": "reasoning", "summary": []}
    if sealed:
        noise = secrets.token_bytes(48)
        item["encrypted_content"] = base64.urlsafe_b64encode(noise + _signature(item, noise)).decode()
    return item


def check_reasoning(item: Mapping[str, Any]) -> None:
    """Refuse an input reasoning item that is altered (400) or not self-contained (404)."""
    content = item.get("encrypted_content")
    if content is None:
        raise ApiError(
            404,
            f"Item with id '{item.get('id')}' not found. Items are not persisted when `store` is set to false. "
            "Try again with `store` set to true, or remove this item from your input.",
            param="input",
        )
    try:
        raw = base64.b64decode(str(content), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    noise, signature = raw[:48], raw[48:]
    if not hmac.compare_digest(signature, _signature(item, noise)):
        raise bad_request(
            f"The encrypted content for item {item.get('id')} could not be verified. "
            "Reason: Encrypted content could not be decrypted or parsed.",
            code="invalid_encrypted_content",
        )


def _signature(item: Mapping[str, Any], noise: bytes) -> bytes:
    plain = json.dumps([item.get("id"), item.get("summary")], sort_keys=True).encode()
    return hmac.new(SIGNING_KEY, noise + plain, hashlib.sha256).digest()
