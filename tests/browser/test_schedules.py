"""A schedule on the page: made by asking, confirmed, listed, run, paused and deleted by clicks."""

from playwright.async_api import Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.driver import say, thread, visit
from tests.e2e.office import Office


async def test_a_schedule_is_made_run_paused_and_deleted(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    await say(page, "@Nod every weekday at nine, tell #general the weather in Seoul")
    card = thread(page)
    await expect(card.list.get_by_text("Next runs, in your own time zone")).to_be_visible()
    await expect(card.list.get_by_text("on weekdays at 09:00 (America/New_York)")).to_be_visible()
    await page.screenshot(path=SHOTS / "schedule-card.png")
    await card.confirm.click()
    await expect(card.list.get_by_text("schedule 1 is made, for #general")).to_be_visible()

    await visit(page, office, "lee", "nod")
    await page.locator("[data-home-tab]").click()
    home = page.locator("[data-live=home]")
    await expect(home.get_by_text("the weather in Seoul", exact=True)).to_be_visible()
    await home.locator("[data-action-id=schedule_run]").click()
    await expect(home.get_by_text("Running now")).to_be_visible()
    await home.locator("[data-action-id=schedule_pause]").click()
    await expect(home.get_by_text("Paused.")).to_be_visible()
    await page.screenshot(path=SHOTS / "schedule-home.png")
    await home.locator("[data-action-id=schedule_delete]").click()
    await page.locator("dialog[open] [data-confirm=yes]").click()
    await expect(home.get_by_text("There are no schedules")).to_be_visible()

    await visit(page, office, "lee")
    await expect(page.locator("#list").get_by_text("run by hand")).to_be_visible()
