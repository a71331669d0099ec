"""Files on the page: dropped, chosen, taken back, shown in the message, and looked at by Nod."""

import base64
import struct
import zlib

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.bot.files.sample import chunk
from tests.browser.conftest import SHOTS
from tests.browser.driver import become, say, thread, visit
from tests.e2e.office import Office

pytestmark = pytest.mark.slow

DROP = """([selector, files]) => {
  const carried = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  const target = document.querySelector(selector);
  for (const kind of ["dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""

WIDTH, HEIGHT = 240, 120
ROWS = b"".join(b"\0" + b"\x0d\x6b\x58" * across + b"\xf1\xc2\x5b" * (WIDTH - across) for across in range(HEIGHT))
PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(ROWS))
    + chunk(b"IEND", b"")
)
CSV = "지역,매출\n서울,12\n부산,7\n".encode("cp949")


async def drop(page: Page, where: str, *files: tuple[str, str, bytes]) -> None:
    """Drop files as a person does, from outside the page."""
    packed = [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files]
    await page.evaluate(DROP, [where, packed])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
async def test_dropped_files_are_sent_shown_and_looked_at(
    page: Page, office: Office, width: int, height: int, scheme: str
) -> None:
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await visit(page, office, "kim", "nod")
    picture = ("a-picture-with-quite-a-long-name-of-a-quarterly-chart.png", "image/png", PICTURE)
    await drop(page, "main.channel .scroll", ("매출.csv", "text/csv", CSV), picture, ("x.bin", "", b"\0\1"))
    chosen = page.locator("form[data-composer=channel] [data-chosen] li")
    await expect(chosen).to_have_count(3)
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"files_waiting_{width}_{scheme}.png")
    await say(page, "이 파일들 봐줘")
    await expect(chosen).to_have_count(0)
    await expect(thread(page).nod.last).to_contain_text("‘지역,매출’ 제목 아래에 2행이 있습니다.")
    await expect(thread(page).nod.last).to_contain_text("240 × 120픽셀 이미지입니다.")
    await expect(thread(page).list).to_contain_text("‘x.bin’ 파일은 제가 읽을 수 없는 형식입니다.")
    shown = thread(page).list.locator("article[data-user=kim] [data-file]")
    await expect(shown).to_have_count(3)
    await expect(shown.nth(1).locator("img")).to_have_js_property("naturalWidth", WIDTH)
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_files_are_chosen_and_taken_back(page: Page, office: Office) -> None:
    await visit(page, office, "lee", "nod")
    chooser = page.locator("form[data-composer=channel] [data-choose-files]")
    files = [
        FilePayload(name=name, mimeType="text/plain", buffer=b"# Plan\nwork") for name in ("one.txt", "two.txt")
    ]
    await chooser.set_input_files(files)
    await page.get_by_role("button", name="Remove one.txt").click()
    await expect(page.locator("[data-chosen] li")).to_have_text(["two.txt×"])
    await page.locator("form[data-composer=channel] [data-send]").click()
    await expect(thread(page).nod).to_contain_text("two.txt: 2 lines of text. It begins: “Plan”.")
    await page.locator("#thread-text").fill("and this?")
    await drop(page, "#thread .scroll", ("three.txt", "text/plain", b"end"))
    await page.locator("#thread-text").press("Enter")
    await expect(thread(page).nod.last).to_contain_text("three.txt: 1 line of text.")


async def test_files_that_are_not_sent_wait_in_their_place_for_their_person(page: Page, office: Office) -> None:
    await visit(page, office, "kim", "general")
    chosen = page.locator("form[data-composer=channel] [data-chosen] li")
    await drop(page, "main.channel .scroll", ("매출.csv", "text/csv", CSV), ("two.txt", "text/plain", b"two"))
    await page.locator("#channel-text").fill("half a thought")
    await page.locator("a[data-channel-key=hr]").click()
    await expect(page.locator("body")).not_to_have_attribute(
        "data-channel", office.workspace.channel("general").id
    )
    await expect(chosen).to_have_count(0)
    await drop(page, "main.channel .scroll", ("three.txt", "text/plain", b"three"))
    await become(page, "lee")
    await expect(chosen).to_have_count(0)
    await become(page, "kim")
    await expect(chosen).to_have_text(["three.txt×"])
    await page.locator("a[data-channel-key=general]").click()
    await expect(chosen).to_have_text(["매출.csv×", "two.txt×"])
    await expect(page.locator("#channel-text")).to_have_value("half a thought")
    await page.get_by_role("button", name="two.txt").click()
    await page.locator("form[data-composer=channel] [data-send]").click()
    await expect(chosen).to_have_count(0)
    await expect(page.locator("main.channel article[data-user=kim] [data-file]")).to_have_count(1)
    await page.locator("a[data-channel-key=hr]").click()
    await expect(chosen).to_have_text(["three.txt×"])
    await page.locator("a[data-channel-key=general]").click()
    await expect(chosen).to_have_count(0)


async def test_a_file_without_a_word_is_answered_in_the_persons_language(page: Page, office: Office) -> None:
    await visit(page, office, "kim", "nod")
    await drop(page, "main.channel .scroll", ("sales.csv", "text/csv", b"city,sold\nSeoul,12"))
    await page.locator("form[data-composer=channel] [data-send]").click()
    await expect(thread(page).nod.last).to_contain_text("1행이 있습니다")
