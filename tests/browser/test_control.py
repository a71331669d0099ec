"""Stop, Continue and Answer again, pressed on the page."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.driver import say, thread, visit
from tests.e2e.office import Office

pytestmark = pytest.mark.slow


async def test_stop_in_a_direct_message_and_in_a_channel(page: Page, office: Office) -> None:
    await visit(page, office, "lee", "nod")
    await say(page, "slowly count to 300")
    await expect(thread(page).nod).to_contain_text("1 2 3")
    await page.locator("#thread [data-status] button[data-stop]").click()
    await expect(thread(page).nod.last).to_contain_text("Stopped.")
    await expect(page.locator("button[data-stop]")).to_have_count(0)
    await expect(thread(page).nod).to_have_count(2)

    await visit(page, office, "lee")
    await say(page, "@Nod slowly count to 300")
    await thread(page).list.locator("[data-action-id=turn_stop]").click()
    await expect(thread(page).list).to_contain_text("Stopped.")
    await expect(thread(page).list.locator("[data-action-id=turn_stop]")).to_have_count(0)
    await expect(thread(page).nod.first).to_contain_text("1 2 3")
    await expect(page.locator("[data-streaming]")).to_have_count(0)


async def test_continue_and_answer_again(page: Page, office: Office) -> None:
    await visit(page, office, "kim")
    await say(page, "@Nod 500까지 세어 줘")
    await thread(page).list.locator("[data-action-id=turn_continue]").click()
    await expect(thread(page).nod.last).to_contain_text("499 500")
    await expect(thread(page).list.locator("[data-action-id=turn_continue]")).to_have_count(0)

    last = thread(page).nod.last
    answers = await thread(page).nod.count()
    await last.locator(".overflow summary").click()
    await last.locator("[data-action-id=turn_regenerate]").click()
    await expect(thread(page).nod).to_have_count(answers + 1)
    await expect(thread(page).nod.nth(answers - 1)).to_contain_text("아래에 다시 답했습니다.")
    await expect(thread(page).nod.nth(answers - 1).locator(".overflow")).to_have_count(0)
    await expect(thread(page).nod.last).to_contain_text("499 500")


async def test_what_can_be_tried_is_listed(page: Page, office: Office) -> None:
    await visit(page, office, "lee", "nod")
    await page.locator("button[data-behind]").click()
    await page.locator("details[data-steering] summary").click()
    await page.locator("[data-try=refused] [data-prompt]").click()
    await expect(thread(page).nod).to_contain_text("I can't help with that")
