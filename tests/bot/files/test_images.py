"""Pictures go on as they came, with the type that their bytes say; what is cut off or moves does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.contents import Image, Limits, Reason, Unreadable
from bot.files.images import MOST_STEPS, read_image
from tests.bot.files.sample import chunk, gif, jpeg, png, webp

pytestmark = pytest.mark.slow

WHOLE = {
    "png": (png(640, 480), "image/png"),
    "jpeg": (jpeg(640, 480), "image/jpeg"),
    "gif": (gif(640, 480), "image/gif"),
    "webp, lossy": (webp(640, 480, "VP8 "), "image/webp"),
    "webp, lossless": (webp(640, 480, "VP8L"), "image/webp"),
    "webp, extended": (webp(640, 480, "VP8X"), "image/webp"),
}


@pytest.mark.parametrize(("content", "mimetype"), WHOLE.values(), ids=WHOLE)
def test_a_picture_goes_on_as_it_came(content: bytes, mimetype: str) -> None:
    assert read_image(content, Limits()) == Image(content, mimetype, 640, 480)


@pytest.mark.parametrize(("content", "mimetype"), WHOLE.values(), ids=WHOLE)
def test_a_picture_that_is_cut_off_is_broken(content: bytes, mimetype: str) -> None:
    for end in range(12, len(content)):
        assert read_image(content[:end], Limits()) == Unreadable(Reason.BROKEN), end


@pytest.mark.parametrize(
    "content", [png(3, 2, chunk(b"acTL", bytes(8))), gif(pictures=2), webp(form="VP8X", flags=0x02)]
)
def test_what_moves_is_no_picture_for_a_model(content: bytes) -> None:
    assert read_image(content, Limits()) == Unreadable(Reason.UNSUPPORTED, "png")


@pytest.mark.parametrize("content", [png(60_000, 60_000), jpeg(65_000, 65_000), webp(16_000, 16_000)])
def test_a_picture_of_too_many_pixels_is_too_large(content: bytes) -> None:
    assert read_image(content, Limits()) == Unreadable(Reason.TOO_MANY_PIXELS, limit=Limits().pixels)


@pytest.mark.parametrize("content", [png(0, 5), gif(5, 0), jpeg(0, 0)])
def test_a_picture_without_a_size_is_broken(content: bytes) -> None:
    assert read_image(content, Limits()) == Unreadable(Reason.BROKEN)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff" * MOST_STEPS + jpeg()[2:],
        png(3, 2, chunk(b"tEXt", b"") * MOST_STEPS),
        gif()[:19] + b"\x21\xf9" + b"\1x" * MOST_STEPS + b"\0" + gif()[19:],
        gif()[:19] + b"\x21\xf9\0" * MOST_STEPS + gif()[19:],
    ],
    ids=["fill bytes", "chunks", "sub-blocks", "extensions"],
)
def test_a_picture_of_parts_without_end_is_broken(content: bytes) -> None:
    assert read_image(content, Limits()) == Unreadable(Reason.BROKEN)


@given(st.sampled_from([content for content, _ in WHOLE.values()]), st.data())
def test_changed_bytes_raise_nothing(content: bytes, data: st.DataObject) -> None:
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    answer = read_image(bytes(changed), Limits())
    assert isinstance(answer, Unreadable) or answer.width * answer.height <= Limits().pixels
