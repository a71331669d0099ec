"""One's own messages on the page: edited and deleted by mouse and by keyboard; a thread that is joined late."""

import pytest
from playwright.async_api import Page, expect

from bot.demo.workspace.residents import talk
from tests.browser.conftest import SHOTS
from tests.browser.driver import say, thread, visit
from tests.e2e.office import Office

pytestmark = pytest.mark.slow

EDIT, DELETE = "dialog[data-edit-dialog]", "dialog[data-delete-dialog]"


async def test_a_thread_is_joined_late_and_its_messages_change(page: Page, office: Office) -> None:
    root = talk(office.workspace)
    await page.goto(f"{office.world.page_url}?as=lee&in=general&thread={root.ts}")
    panel = thread(page)
    await expect(panel.list.locator(".edited")).to_have_count(1)
    await say(page, "@Nod summarize this thread", "thread")
    await expect(panel.nod.last).to_contain_text("Then I'd rather go to the museum")

    mine = panel.list.locator("article[data-user=lee]")
    await expect(panel.list.locator("article[data-user=park] [data-edit-message]")).to_have_count(0)
    await mine.last.hover()
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / "own_message_tools.png")
    await mine.last.locator("[data-edit-message]").click()
    area = page.locator(f"{EDIT} textarea")
    await expect(area).to_have_value("@Nod summarize this thread")
    await expect(area).to_be_focused()
    await area.fill("@Nod what is the average age?")
    await page.screenshot(path=SHOTS / "own_message_edit.png")
    await area.press("Enter")
    await expect(page.locator(EDIT)).not_to_be_visible()
    await expect(mine.last).to_contain_text("what is the average age?")
    await expect(mine.last.locator(".edited")).to_be_visible()
    offer = panel.list.locator("article[data-ephemeral]")
    await expect(offer).to_contain_text("Shall I answer it again")
    await expect(offer.locator("[data-action-id=turn_regenerate]")).to_be_visible()
    await page.screenshot(path=SHOTS / "own_message_offer.png")


async def test_by_keyboard_in_korean(page: Page, office: Office) -> None:
    await visit(page, office, "kim")
    await say(page, "지울 말")
    await say(page, "고칠 말")
    list_ = page.locator("#list article[data-user=kim]")
    await expect(list_).to_have_count(2)
    edit = list_.last.locator("[data-edit-message]")
    await edit.focus()
    await expect(edit).to_have_accessible_name("메시지 편집")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.locator(EDIT)).not_to_be_visible()
    await expect(edit).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("!")
    await page.keyboard.press("Enter")
    await expect(list_.last).to_contain_text("고칠 말!")
    await expect(list_.last).to_contain_text("(편집됨)")
    await expect(edit).to_be_focused()

    await list_.first.locator("[data-delete-message]").press("Enter")
    await expect(page.locator(DELETE)).to_contain_text("Nod도 더는 볼 수 없습니다.")
    await page.screenshot(path=SHOTS / "own_message_delete_ko.png")
    await page.get_by_role("button", name="삭제", exact=True).press("Enter")
    await expect(list_).to_have_count(1)
    await expect(page.locator("#channel-text")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_deleted_root_stays_as_a_mark(page: Page, office: Office, scheme: str) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    root = talk(office.workspace)
    await page.goto(f"{office.world.page_url}?as=lee&in=general&thread={root.ts}")
    first = page.locator("#thread-list article").first
    await first.locator("[data-delete-message]").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(first).to_contain_text("This message was deleted.")
    await expect(first.locator("[data-edit-message]")).to_have_count(0)
    await expect(page.locator("#thread-list article")).to_have_count(4)
    await page.screenshot(path=SHOTS / f"own_message_deleted_{scheme}.png")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
