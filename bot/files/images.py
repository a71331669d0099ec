"""Pictures: which size they say they have, and whether they are whole. Headers are read, nothing is
decompressed."""

import struct
from collections.abc import Callable

from bot.files.contents import Image, Limits, Reason, Unreadable

Size = tuple[int, int]

_NO_SIZE_IN = {0xC4, 0xC8, 0xCC}
"""JPEG markers between SOF0 and SOF15 that are not a frame's (ITU-T T.81, table B.1): DHT, JPG, DAC."""


MOST_STEPS = 200_000
"""Parts of a picture that are looked at, some hundredths of a second: 20 MB of the smallest blocks that programs
write are fewer than half."""


class _Animated(Exception):
    """Models take still pictures (OpenAI: "non-animated GIF")."""


def read_image(content: bytes, limits: Limits) -> Image | Unreadable:
    """Return a picture as it is, if its header and its end are there."""
    form = next((form for form in _FORMATS if content.startswith(form[0])), None)
    if form is None:
        return Unreadable(Reason.UNSUPPORTED, "png")
    _, mimetype, size_of = form
    try:
        width, height = size_of(content)
    except _Animated:
        return Unreadable(Reason.UNSUPPORTED, "png")
    except (struct.error, IndexError, ValueError):
        return Unreadable(Reason.BROKEN)
    if not (width and height):
        return Unreadable(Reason.BROKEN)
    if width * height > limits.pixels:
        return Unreadable(Reason.TOO_MANY_PIXELS, limit=limits.pixels)
    return Image(content, mimetype, width, height)


def _png(content: bytes) -> Size:
    """Walk the chunks: length, type, data, checksum (PNG specification, 5.3); an `acTL` makes it an animation."""
    width, height = struct.unpack_from(">II", content, 16)
    at = 8
    for _ in range(MOST_STEPS):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"acTL":
            raise _Animated
        at += 12 + length
        if at > len(content):
            raise ValueError("cut off")
        if kind == b"IEND":
            return width, height
    raise ValueError("no end")


def _jpeg(content: bytes) -> Size:
    """Walk the segments to the frame's header (ITU-T T.81, B.2.2), and see that an end of image comes after it."""
    at = 2
    for _ in range(MOST_STEPS):
        (mark, marker) = struct.unpack_from(">BB", content, at)
        if mark != 0xFF:
            raise ValueError("no marker")
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        if marker == 0xD9:
            raise ValueError("no frame")
        (length,) = struct.unpack_from(">H", content, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE_IN:
            height, width = struct.unpack_from(">HH", content, at + 5)
            content.index(b"\xff\xd9", at + 2 + length)
            return width, height
        at += 2 + length
    raise ValueError("no frame")


def _gif(content: bytes) -> Size:
    """Walk the blocks to the trailer (GIF89a specification, Appendix A); a second picture makes it an
    animation."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = 13 + _colours(flags)
    pictures = steps = 0
    while (block := content[at]) != 0x3B:
        if block == 0x21:
            at += 2
        elif block == 0x2C:
            pictures += 1
            if pictures > 1:
                raise _Animated
            at += 11 + _colours(content[at + 9])
        else:
            raise ValueError("no block")
        while content[at] and steps < MOST_STEPS:
            at += 1 + content[at]
            steps += 1
        at += 1
        steps += 1
        if steps >= MOST_STEPS:
            raise ValueError("no end")
    if not pictures:
        raise ValueError("no picture")
    return width, height


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(content: bytes) -> Size:
    """Read the first chunk (RFC 9649, 2.4 to 2.7): lossy, lossless, or extended with its flags."""
    length, form, kind = struct.unpack_from("<I4s4s", content, 4)
    if form != b"WEBP" or length + 8 > len(content):
        raise ValueError("cut off")
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        if content[20] & 0x02:
            raise _Animated
        size = content[24:30]
        if len(size) < 6:
            raise ValueError("cut off")
        return int.from_bytes(size[:3], "little") + 1, int.from_bytes(size[3:], "little") + 1
    raise ValueError("no picture")


_FORMATS: tuple[tuple[bytes, str, Callable[[bytes], Size]], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", _png),
    (b"\xff\xd8\xff", "image/jpeg", _jpeg),
    (b"GIF87a", "image/gif", _gif),
    (b"GIF89a", "image/gif", _gif),
    (b"RIFF", "image/webp", _webp),
)
