"""What functions say to a person whose Slack is Korean: beside a field, and on the card of what was not done."""

import pytest
from playwright.async_api import Page, expect

from bot.demo.services.faults import Status
from tests.browser.conftest import SHOTS
from tests.browser.driver import say, thread, visit
from tests.e2e.office import Office

pytestmark = pytest.mark.slow


async def test_a_korean_reads_no_english_in_a_dialog_or_on_a_card(page: Page, office: Office) -> None:
    await visit(page, office, "kim")
    await say(page, "@Nod 5번 직원 연봉을 440000으로 바꿔줘")
    card = thread(page)
    await card.action("edit").click()
    dialog = page.locator("#view")
    await dialog.locator("[data-block-id=name]").fill("가" * 101)
    await dialog.locator("[data-submit]").click()
    await expect(dialog.get_by_text("1~100자로 입력해 주세요.")).to_be_visible()
    await page.screenshot(path=SHOTS / "korean-dialog.png")
    await dialog.locator("[data-block-id=name]").fill("김민수")
    await dialog.locator("[data-submit]").click()
    await expect(card.list.get_by_text("김민수")).to_be_visible()
    office.world.employees_faults.add(Status(429), method="PUT", times=9)
    await card.confirm.click()
    await expect(card.list.get_by_text("이유: 직원 서비스에 요청이 몰려")).to_be_visible()
    await page.screenshot(path=SHOTS / "korean-failed.png")


async def test_a_korean_schedule_says_in_korean_where_and_what_is_wrong(page: Page, office: Office) -> None:
    await visit(page, office, "kim", "nod")
    await say(page, "평일 9시마다 서울 날씨 알려줘")
    card = thread(page)
    await expect(card.list.get_by_text("Nod와의 다이렉트 메시지")).to_be_visible()
    await card.action("edit").click()
    dialog = page.locator("#view")
    await dialog.locator("[data-block-id=when]").fill("* * * * *")
    await dialog.locator("[data-submit]").click()
    await expect(dialog.get_by_text("일정은 15분에 한 번까지만")).to_be_visible()
    await page.screenshot(path=SHOTS / "korean-schedule.png")
