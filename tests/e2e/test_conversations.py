"""Who is answered, where, how often, and what is remembered."""

from tests.e2e.office import Office


async def test_one_mention_that_comes_twice_is_answered_once(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    await thread.answer()
    await office.world.sockets.wait_acked()
    thread = await thread.then("lee", "and the lowest?")
    await thread.answer()
    assert len(thread.replies) == 2


async def test_threads_do_not_mix(office: Office) -> None:
    one = await office.ask("lee", "general", "@Nod what is the average age?")
    other = await office.ask("park", "general", "@Nod who earns the most?")
    await one.answer()
    await other.answer()
    one = await one.then("lee", "what did I ask first?")
    other = await other.then("park", "what did I ask first?")
    assert "average age" in await one.answer()
    assert "earns the most" in await other.answer()


async def test_history_survives_a_restart(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    await thread.answer()
    assert await office.stop() == 0
    await office.start()
    thread = await thread.then("lee", "what did I ask first?")
    assert "average age" in await thread.answer()


async def test_what_comes_while_nod_is_away_is_answered_when_it_is_back(office: Office) -> None:
    await office.kill()
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    await office.start()
    assert "42.13" in await thread.answer()
    assert len(thread.replies) == 1


async def test_nobody_is_answered_who_did_not_ask(office: Office) -> None:
    people = office.world.people
    silent = [
        await office.ask("lee", "general", "what is the average age?"),
        await office.ask("park", "general", "no mention here", None),
    ]
    await people.edit("lee", "general", silent[0].ts, "@Nod what is the average age?")
    asked = await office.ask("kim", "general", "@Nod 평균 나이는?")
    await asked.answer()
    await office.world.sockets.wait_acked()
    await (await asked.then("kim", "그럼 최고령은?")).answer()
    assert [thread.replies for thread in silent] == [[], []]


async def test_an_empty_mention_is_greeted(office: Office) -> None:
    thread = await office.ask("kim", "general", "@Nod")
    assert "안녕하세요, Kim님" in await thread.answer()
    assert office.world.script.requests == []


async def test_others_in_the_thread_are_answered_and_named(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    await thread.answer()
    thread = await thread.then("kim", "최저 연봉은?")
    await thread.answer()
    shown = str(office.world.script.requests[-1])
    assert "[Lee] what is the average age?" in shown
    assert "[Kim] 최저 연봉은?" in shown


async def test_a_dm_opens_with_prompts_and_one_greeting(office: Office) -> None:
    channel = await office.world.people.open_dm("kim")
    prompts = await office.workspace.wait_for(lambda workspace: workspace.prompts.get(channel.id))
    assert "연봉" in prompts[0]["message"]
    await office.workspace.wait_for(lambda workspace: workspace.messages(channel.id))
    await office.world.people.open_dm("kim")
    await office.world.sockets.wait_acked()
    thread = await office.dm("kim", prompts[0]["message"])
    assert "Paul Byrd" in await thread.answer()
    greetings = [message for message in office.workspace.messages(channel.id) if "안녕하세요" in message.text]
    assert len(greetings) == 1


async def test_a_command_is_answered_to_its_asker_until_it_is_shared(office: Office) -> None:
    assert await office.world.people.command("lee", "general", "what is the average age?")
    echo = await office.private("lee")
    assert "what is the average age?" in echo.text
    answer = await office.private("lee", after=1)
    assert "42.13" in answer.text
    assert office.privates("kim") == []
    assert await office.world.people.click("lee", "general", answer.ts, "answer_share")
    shared = await office.workspace.wait_for(
        lambda workspace: [m for m in workspace.messages(answer.channel) if m.ephemeral_to is None]
    )
    assert "42.13" in shared[0].text
    await office.workspace.wait_for(lambda _: "Shared" in office.privates("lee")[-1].text)


async def test_an_action_of_a_command_is_confirmed_where_only_its_asker_sees_it(office: Office) -> None:
    await office.world.people.command("lee", "general", "delete employee 5")
    card = await office.private("lee", after=1)
    assert await office.world.people.click("lee", "general", card.ts, "action_confirm")
    await office.private("lee", after=2)
    await office.workspace.wait_for(lambda _: len(office.world.employees.rows()) == 23)
    assert not [m for m in office.workspace.messages(card.channel) if m.ephemeral_to is None]


async def test_help(office: Office) -> None:
    await office.world.people.command("kim", "general", "help")
    assert "/nod" in (await office.private("kim")).text
    await office.world.people.command("lee", "general", "")
    assert "Mention me in a channel" in (await office.private("lee")).text
    assert office.world.script.requests == []
