"""The panel that makes the workspace unkind: a click asks for a fault, Nod meets it, it is counted; and calm."""

from itertools import pairwise

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.driver import become, say, thread, visit
from tests.e2e.office import Office

pytestmark = pytest.mark.slow


async def open_panel(page: Page) -> Locator:
    await page.locator("[data-behind]").click()
    panel = page.locator("[data-unkind]")
    await panel.locator("summary").click()
    return panel


async def test_a_message_that_is_delivered_twice_is_answered_once(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    panel = await open_panel(page)
    count = panel.locator(".unkind-count")
    await expect(count).to_have_text("Nothing has gone wrong yet.")
    await panel.locator("[data-fault=doubled]").click()
    await expect(count).to_have_text("0 happened · 1 waiting")
    await say(page, "@Nod what is the average age?")
    await expect(thread(page).list).to_contain_text("42.13")
    await expect(count).to_have_text("2 happened · 0 waiting")
    await office.world.sockets.wait_acked()
    await expect(thread(page).nod).to_have_count(1)


async def test_what_waits_is_forgotten_when_calm_is_asked_for(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    panel = await open_panel(page)
    for name in ("rate_limit", "after", "model_429"):
        await panel.locator(f"[data-fault={name}]").click()
    await expect(panel.locator(".unkind-count")).to_have_text("0 happened · 3 waiting")
    await become(page, "kim")  # the panel stays open, in another language
    await expect(panel.locator(".unkind-count")).to_have_text("0건 일어남 · 3건 대기 중")
    await panel.locator("[data-calm]").click()
    await expect(panel.locator(".unkind-count")).to_have_text("아직 아무 일도 없었습니다.")
    assert office.world.unkind.scripted == []


async def test_dropped_sockets_are_opened_again_and_nothing_is_lost(page: Page, office: Office) -> None:
    await visit(page, office, "lee")
    panel = await open_panel(page)
    await panel.locator("[data-fault=gap]").click()
    await say(page, "@Nod what is the average age?")
    await expect(thread(page).list).to_contain_text("42.13")
    assert office.world.unkind.injected["socket.gap"] == 1


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
@pytest.mark.parametrize("person", ["lee", "kim"])
async def test_the_panel_fits(page: Page, office: Office, person: str, width: int, height: int) -> None:
    await page.set_viewport_size({"width": width, "height": height})
    await visit(page, office, person)
    panel = await open_panel(page)
    await panel.locator("[data-fault=after]").click()
    await expect(panel.locator(".unkind-count.some")).to_be_visible()
    wide = (
        "[...document.querySelectorAll('#behind, #behind *')].filter((each) => each.scrollWidth > each.clientWidth"
    )
    wide += " + 1 && getComputedStyle(each).display !== 'inline').map((each) => each.className)"
    assert await page.evaluate(wide) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    await panel.locator("[data-fault=model_cut]").scroll_into_view_if_needed()
    boxes = [await button.bounding_box() for button in await panel.locator("button").all()]
    edges = [(box["y"], box["y"] + box["height"]) for box in boxes if box]
    assert len(edges) == 8
    assert all(upper[1] <= lower[0] for upper, lower in pairwise(edges))
