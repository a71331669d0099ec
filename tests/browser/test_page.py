"""A newcomer's first half hour, clicked through."""

import re

from playwright.async_api import Page, expect

from tests.browser.driver import say, thread, visit
from tests.e2e.office import Office


async def test_ask_in_korean_and_go_on_in_the_thread(page: Page, office: Office) -> None:
    await visit(page, office, "kim")
    await say(page, "@Nod 직원들 중에 제일 많은 연봉을 받는 사람은?")
    await expect(thread(page).nod).to_contain_text("Paul Byrd")
    await say(page, "이름을 내림차순으로", "thread")
    await expect(thread(page).nod.last.locator("table tr")).to_have_count(25)
    await expect(thread(page).nod.last.locator("table tr").nth(1)).to_contain_text("Yuri Berry")


async def test_confirm_and_see_the_service_changed(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    await page.locator("button[data-behind]").click()
    row = page.locator("#behind tr[data-employee='1']")
    await expect(row).to_contain_text("320,800")
    await say(page, "@Nod raise Tiger Nixon's salary to 330000")
    await expect(thread(page).list).to_contain_text("Change an employee's record?")
    await thread(page).confirm.click()
    await expect(thread(page).list).to_contain_text("Done. Confirmed by @Lee.")
    await expect(thread(page).confirm).to_have_count(0)
    await expect(row).to_have_attribute("data-change", "changed")
    await expect(row).to_contain_text("330,000")


async def test_deny(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    await say(page, "@Nod delete employee 5")
    await thread(page).deny.click()
    await expect(thread(page).list).to_contain_text("Denied by @Lee. Nothing was done.")
    assert len(office.world.employees.rows()) == 24


async def test_another_person_cannot_confirm(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    await say(page, "@Nod delete employee 5")
    await expect(thread(page).confirm).to_be_visible()
    await page.locator("[data-person=kim]").first.click()
    await expect(page.locator("body")).to_have_attribute("data-person", "kim")
    await thread(page).confirm.click()
    await page.locator("dialog[open] [data-confirm=yes]").click()  # deleting is asked twice
    whisper = page.locator("article.message[data-ephemeral]")
    await expect(whisper).to_contain_text("결정할 수 있습니다")
    await expect(thread(page).confirm).to_be_visible()
    assert len(office.world.employees.rows()) == 24


async def test_a_slash_command_is_answered_to_its_asker_and_shared(page: Page, office: Office) -> None:
    await visit(page, office, "park")
    await say(page, "/nod what is the average age?")
    answer = page.locator("#list article.message[data-ephemeral]").last
    await expect(answer).to_contain_text("42.13")
    await answer.locator("[data-action-id=answer_share]").click()
    shared = page.locator("#list article.message[data-user=nod]:not([data-ephemeral])")
    await expect(shared).to_contain_text("42.13")


async def test_a_direct_message_suggests_what_to_ask(page: Page, office: Office) -> None:
    await visit(page, office, "kim", "nod")
    await expect(page.locator("#list")).to_contain_text("안녕하세요, Kim님!")
    await page.locator("[data-prompt='오늘 서울의 날씨는?']").first.click()
    await expect(thread(page).nod).to_contain_text("서울")


async def test_a_phone_in_the_dark(page: Page, office: Office) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.emulate_media(color_scheme="dark")
    await visit(page, office, "lee", "nod")
    await say(page, "who are the top 3 by salary?")
    await expect(thread(page).nod).to_contain_text("Paul Byrd")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    await expect(page.locator("body")).to_have_attribute("data-person", re.compile("lee"))


async def test_on_a_phone_the_home_tab_can_be_reached(page: Page, office: Office) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await visit(page, office, "lee", "nod")
    await page.locator("[data-home-tab]").click()
    await expect(page.locator("body")).to_have_attribute("data-tab", "home")
    await expect(page.locator("[data-live=home] .body")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_draft_waits_where_it_was_written(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    box = page.locator("#channel-text")
    await box.fill("half a thought")
    await page.locator(".places a[data-channel-key=hr]").click()
    await expect(page.locator("#channel-title")).to_contain_text("hr")
    await expect(box).to_have_value("")
    await page.locator(".places a[data-channel-key=general]").click()
    await expect(box).to_have_value("half a thought")


async def test_the_panel_keeps_its_name_and_tables_fit_on_a_small_laptop(page: Page, office: Office) -> None:
    await page.set_viewport_size({"width": 1024, "height": 720})
    await visit(page, office, "kim")
    await say(page, "@Nod 연봉 상위 5명 알려줘")
    frame = thread(page).nod.last.locator(".table-frame")
    await expect(frame.locator("tr")).to_have_count(6)
    await expect(page.get_by_role("button", name="무대 뒤")).to_be_visible()
    assert await frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
