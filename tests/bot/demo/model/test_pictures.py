import base64
from typing import Any

import pytest

from bot.demo.model.chat import read_request as read_chat
from bot.demo.model.conversation import Picture, UserMessage
from bot.demo.model.errors import ApiError
from bot.demo.model.responses import read_request as read_responses

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x30"
JPEG = b"\xff\xd8\xff\xc0\0\x11\x08\0\x30\0\x40\x03"
GIF = b"GIF89a\x40\0\x30\0"


def url(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def chat(address: Any) -> Any:
    content = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": address}}]
    return read_chat({"model": "m", "messages": [{"role": "user", "content": content}]}).conversation[0]


def responses(address: Any) -> Any:
    content = [{"type": "input_text", "text": "look"}, {"type": "input_image", "image_url": address}]
    return read_responses({"model": "m", "input": [{"role": "user", "content": content}]}).conversation[0]


@pytest.mark.parametrize("read", [chat, responses])
@pytest.mark.parametrize(("kind", "content"), [("png", PNG), ("jpeg", JPEG), ("gif", GIF)])
def test_a_picture_is_measured_by_its_bytes(read: Any, kind: str, content: bytes) -> None:
    assert read(url(kind, content)) == UserMessage("look", (Picture(f"image/{kind}", 64, 48),))


@pytest.mark.parametrize("read", [chat, responses])
@pytest.mark.parametrize(
    "address",
    [None, 7, "https://example.org/a.png", "data:text/plain;base64,YQ==", url("png", GIF), url("png", PNG[:12])],
)
def test_what_is_no_picture_is_refused(read: Any, address: Any) -> None:
    with pytest.raises(ApiError) as refused:
        read(address)
    assert refused.value.status == 400
