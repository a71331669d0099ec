"""What the tests do on the page again and again."""

from playwright.async_api import Locator, Page, expect

from tests.e2e.office import Office


async def visit(page: Page, office: Office, person: str, place: str = "general") -> None:
    await page.goto(f"{office.world.page_url}?as={person}&in={place}")


async def become(page: Page, person: str) -> None:
    """Switch to another person, in the same place."""
    await page.locator(f".persons a[data-person={person}]").click()
    await expect(page.locator("body")).to_have_attribute("data-person", person)


async def say(page: Page, text: str, where: str = "channel") -> None:
    box = page.locator(f"form[data-composer={where}] textarea")
    await box.fill(text)
    await box.press("Enter")


def thread(page: Page) -> "Thread":
    return Thread(page)


class Thread:
    def __init__(self, page: Page) -> None:
        self.list = page.locator("#thread-list")
        self.nod = self.list.locator("article.message[data-user=nod]")
        self.confirm = self.action("confirm")
        self.deny = self.action("deny")

    def action(self, name: str) -> Locator:
        return self.list.locator(f"[data-action-id=action_{name}]")
