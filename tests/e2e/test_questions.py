"""The questions of a first day, in both languages and through both of the model's APIs."""

import pytest

from tests.e2e.office import Office


@pytest.fixture(params=["responses", "chat"])
async def office(request: pytest.FixtureRequest, empty_office: Office) -> Office:
    empty_office.settings["NOD_MODEL_API"] = request.param
    await empty_office.start()
    return empty_office


async def test_a_day_of_kim(office: Office) -> None:
    thread = await office.ask("kim", "general", "@Nod 직원들 중에 제일 많은 연봉을 받는 사람은?")
    answer = await thread.answer()
    assert "Paul Byrd" in answer
    assert "725,000" in answer

    thread = await thread.then("kim", "그럼 제일 적은 사람은?")
    assert "Doris Wilder" in await thread.answer()

    thread = await thread.then("kim", "이름을 내림차순으로")
    table = await thread.answer()
    assert table.index("Yuri Berry") < table.index("Tiger Nixon") < table.index("Airi Satou")

    thread = await office.dm("kim", "오늘 서울의 날씨는?")
    assert "서울" in await thread.answer()


async def test_a_day_of_lee(office: Office) -> None:
    thread = await office.ask("lee", "hr", "@Nod what is the average age?")
    assert "42.13" in await thread.answer()
    thread = await office.dm("lee", "who earns the most?")
    assert "Paul Byrd" in await thread.answer()
    thread = await thread.then("lee", "and the lowest?")
    assert "Doris Wilder" in await thread.answer()


async def test_an_action_confirmed(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod raise Tiger Nixon's salary to 330000")
    card = await thread.card()
    assert office.world.employees.rows()[0]["salary"] == 320_800
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done. Confirmed by <@")
    assert "330,000" in await thread.answer()
    assert office.world.employees.rows()[0]["salary"] == 330_000
    changes = [request for request in office.world.employees_faults.requests if request.method != "GET"]
    assert len(changes) == 1
    assert changes[0].headers["Idempotency-Key"]


async def test_an_action_denied(office: Office) -> None:
    thread = await office.ask("kim", "general", "@Nod 5번 직원 삭제해줘")
    card = await thread.card()
    assert await thread.click("kim", card, "action_deny")
    await thread.settled(card, "거절했습니다")
    await thread.answer()
    assert len(office.world.employees.rows()) == 24
    assert not [request for request in office.world.employees_faults.requests if request.method != "GET"]


async def test_a_read_and_an_action_in_one_request(office: Office) -> None:
    thread = await office.ask("lee", "hr", "@Nod what's the average age, and delete employee 5")
    card = await thread.card()
    said = "\n".join(message.text for message in await thread.answers(3))
    assert "42.13" in said
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    await thread.answer()
    assert len(office.world.employees.rows()) == 23
