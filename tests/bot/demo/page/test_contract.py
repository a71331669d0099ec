"""The steps to try: the same in every language, and what they ask is what the stand-in model understands."""

import re

import pytest

from bot.demo.model.conversation import Tool, UserMessage
from bot.demo.model.rules import reply
from bot.demo.model.rules.calls import KNOWN
from bot.demo.page.contract import STEPS
from tests.bot.demo.page.conftest import Stage

TOOLS = tuple(Tool(name) for name in sorted(KNOWN | {"create_schedule"}))
ASKED = {
    "four_eyes": ["create_employee"],
    "edit": ["update_employee"],
    "destructive": ["delete_employee"] * 2,
    "several": ["update_employee"] * 2,
    "reason": ["query_employees"],  # by name: it is looked up first
    "withdraw": ["update_employee"],
    "restart": ["update_employee"],
    "schedule": ["create_schedule"],
    "expiry": [],
}


@pytest.mark.parametrize("language", STEPS)
def test_what_a_step_asks_is_understood(language: str) -> None:
    asked = {
        step.name: [call.name for call in reply((UserMessage(step.prompt),), TOOLS).calls] if step.prompt else []
        for step in STEPS[language]
    }
    assert asked == ASKED


async def test_the_panel_lists_them_with_another_person(stage: Stage) -> None:
    for person, other in (("lee", "Switch to Park"), ("park", "Switch to Lee"), ("kim", "Park님으로")):
        html = await (await stage.client.get(f"/?as={person}&in=hr")).text()
        assert re.findall(r'data-step="(\w+)"', html) == list(ASKED)
        assert other in html
    assert 'data-prompt="@Nod 5번과 6번 직원 삭제해줘"' in html
    assert 'data-prompt="5번과 6번 직원 삭제해줘"' in await (await stage.client.get("/?as=kim&in=nod")).text()
