"""The steps of the panel behind the scenes, clicked through: what a confirmation is worth."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.driver import become, say, thread, visit
from tests.e2e.office import Office

pytestmark = pytest.mark.slow


async def test_a_card_is_edited_and_the_new_one_counts(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    await say(page, "@Nod set employee 3's age to 40")
    await thread(page).action("edit").click()
    age = page.locator("#view input[name='age:number']")
    await expect(age).to_have_value("40")
    await age.fill("12")
    await page.locator("#view [data-submit]").click()
    await expect(page.locator("#view .error")).to_contain_text("At least 16")
    await age.fill("41")
    await page.locator("#view [data-submit]").click()
    await expect(page.locator("#view")).to_have_count(0)
    new_card = thread(page).nod.filter(has_text="41", has=page.locator("[data-action-id=action_confirm]"))
    await expect(new_card).to_have_count(1)
    await expect(thread(page).confirm).to_have_count(1)
    await thread(page).confirm.click()
    await expect(thread(page).list).to_contain_text("the age of Ashton Cox is now 41")
    assert office.world.employees.rows()[2]["age"] == 41


async def test_a_denial_tells_its_reason(page: Page, office: Office) -> None:
    await visit(page, office, "kim")
    await say(page, "@Nod Tiger Nixon의 연봉을 330000으로 올려줘")
    await thread(page).action("deny_reason").click()
    await page.locator("#view textarea[name='reason:reason']").fill("예산이 없어요")
    await page.locator("#view [data-submit]").click()
    await expect(thread(page).list).to_contain_text("@Kim님이 거절했습니다.")
    await expect(thread(page).nod.last).to_contain_text("거절 사유: “예산이 없어요”")
    await expect(thread(page).confirm).to_have_count(0)
    assert office.world.employees.rows()[0]["salary"] == 320800


async def test_several_are_confirmed_at_once(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    await page.locator("button[data-behind]").click()
    await page.locator("[data-contract] summary").click()
    await page.locator("li[data-step=several] [data-prompt]").click()
    confirm_all = thread(page).action("confirm_all")
    await expect(confirm_all).to_have_text("Confirm all 2")
    await confirm_all.click()
    await expect(thread(page).list).to_contain_text("All of these are decided.")
    for number in (3, 4):
        row = page.locator(f"#behind tr[data-employee='{number}']")
        await expect(row).to_have_attribute("data-change", "changed")
        await expect(row).to_contain_text("40")


async def test_a_hire_takes_four_eyes(page: Page, office: Office) -> None:
    await visit(page, office, "kim")
    await say(page, "@Nod 29살 김민수를 연봉 91000으로 채용해줘")
    await expect(thread(page).list).to_contain_text("다른 분이")
    await thread(page).confirm.click()
    await expect(page.locator("article.message[data-ephemeral]")).to_contain_text("본인이 승인할 수 없어")
    assert len(office.world.employees.rows()) == 24
    await become(page, "park")
    await thread(page).confirm.click()
    await expect(thread(page).list).to_contain_text("완료했습니다. @Park님이 승인했습니다.")
    assert office.world.employees.rows()[-1]["name"] == "김민수"


async def test_a_card_from_before_a_restart_works_at_the_first_click(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    await say(page, "@Nod set employee 8's age to 51")
    await expect(thread(page).confirm).to_be_visible()
    await page.locator("button[data-behind]").click()
    state = page.locator("#behind [data-process]")
    await expect(state).to_have_attribute("data-process", "running")
    before = office.process
    await page.locator("button[data-restart]").click()
    await expect(page.locator("button[data-restart]")).not_to_have_attribute("aria-busy", "true")
    await expect(state).to_have_attribute("data-process", "running")
    assert office.process is not before
    await thread(page).confirm.click()
    await expect(thread(page).list).to_contain_text("Done. Confirmed by @Lee.")
    await expect(page.locator("#behind tr[data-employee='8']")).to_have_attribute("data-change", "changed")
    assert office.world.employees.rows()[7]["age"] == 51


async def test_a_yes_in_words_is_no_click(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    await say(page, "@Nod set employee 8's age to 51")
    await expect(thread(page).confirm).to_be_visible()
    await say(page, "yes, do it", "thread")
    await expect(thread(page).nod.last).to_contain_text("please press the Confirm button")
    assert office.world.employees.rows()[7]["age"] != 51
