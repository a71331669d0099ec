"""Reads the pictures of a request: data URLs, whose bytes have to be what they say, as on the real server."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from typing import Any

from bot.demo.model.conversation import Picture
from bot.demo.model.errors import bad_request

_DATA_URL = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/=]+)")


def split_content(content: Any, where: str, kind: str) -> tuple[Any, tuple[Picture, ...]]:
    """Part a user message's content into its texts and its pictures, whose parts have the type `kind`."""
    if not isinstance(content, list):
        return content, ()
    chosen = [isinstance(part, dict) and part.get("type") == kind for part in content]
    texts = [part for part, is_picture in zip(content, chosen, strict=True) if not is_picture]
    places = [(part, index) for index, part in enumerate(content) if chosen[index]]
    return texts, tuple(_picture(part, f"{where}[{index}]") for part, index in places)


def _picture(part: dict[str, Any], where: str) -> Picture:
    url = part.get("image_url")
    url = url.get("url") if isinstance(url, dict) else url
    found = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    if found is None:
        raise bad_request("Invalid image URL.", param=f"{where}.image_url", code="invalid_value")
    try:
        content = base64.b64decode(found[2], validate=True)
        width, height = _size(found[1], content)
    except (binascii.Error, struct.error, ValueError):
        message = "The image data you provided does not represent a valid image."
        raise bad_request(message, param=f"{where}.image_url", code="invalid_image") from None
    return Picture(found[1], width, height)


def _size(mimetype: str, content: bytes) -> tuple[int, int]:
    if mimetype == "image/png" and content.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack_from(">II", content, 16)
        return width, height
    if mimetype == "image/gif" and content.startswith(b"GIF8"):
        width, height = struct.unpack_from("<HH", content, 6)
        return width, height
    if mimetype == "image/jpeg" and content.startswith(b"\xff\xd8"):
        frame = re.search(rb"\xff[\xc0-\xc2]..\x08(....)", content, re.DOTALL)
        if frame is None:
            raise ValueError("no frame")
        height, width = struct.unpack(">HH", frame[1])
        return width, height
    if mimetype == "image/webp" and content[8:12] == b"WEBP":
        return 0, 0  # its size has three forms, and nobody asks for it here
    raise ValueError("not what it says")
