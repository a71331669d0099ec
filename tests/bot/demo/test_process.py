"""The real `nod run` as the demo's child: killed, started again, stopped."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.demo.process import BotProcess, at_home, bot_process, reason
from bot.demo.world import World, start_world

pytestmark = pytest.mark.e2e


def environment(world: World, guarded: Mapping[str, str], folder: Path) -> dict[str, str]:
    return {**guarded, **world.environment(), "NOD_DATABASE": str(folder / "nod.db")}


async def test_what_is_said_while_it_is_away_is_answered_after(
    tmp_path: Path, guarded_environment: Mapping[str, str]
) -> None:
    async with start_world(delta_seconds=0) as world:
        (tmp_path / "nod.toml").write_text(world.nod_toml(), encoding="utf-8")
        async with bot_process(environment(world, guarded_environment, tmp_path), tmp_path) as bot:
            await world.sockets.wait_connected()
            await bot.kill()
            await world.sockets.wait_disconnected()
            asked = await world.people.say("lee", "hr", "@Nod what is the average age?")
            await bot.start()
            answer = await world.workspace.wait_for(
                lambda workspace: [
                    each
                    for each in workspace.replies(asked.channel, asked.ts)
                    if each.bot_id and not each.streaming
                ],
                timeout=20,
            )
            assert "average age" in answer[0].markdown
            assert not bot.ended.is_set()
        await world.sockets.wait_disconnected()
        await bot.start()
        assert world.sockets.connections == 0


async def test_its_own_end_is_noticed(tmp_path: Path, guarded_environment: Mapping[str, str]) -> None:
    bot = BotProcess(guarded_environment, tmp_path)
    await bot.start()
    await bot.ended.wait()
    assert bot.how_it_ended == "exit status 2"
    assert bot.why_it_ended.startswith("SLACK_BOT_TOKEN, ")
    await bot.stop()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", ""),
        ("Traceback (most recent call last):\nKeyError: 'secret'\n", ""),
        (
            "WARNING slow\nnod: A function cannot be used. functions/bad.py\n",
            "A function cannot be used. functions/bad.py",
        ),
    ],
)
def test_only_its_own_sentence_is_told(said: str, why: str) -> None:
    assert reason(said) == why


PROXIES = {
    "HTTP_PROXY": "http://a:1",
    "https_proxy": "http://b:2",
    "ALL_PROXY": "socks5://c:3",
    "no_proxy": "corp",
}


@pytest.mark.parametrize(
    ("proxied", "expected"),
    [
        (False, {"NO_PROXY": "127.0.0.1,localhost"}),
        (True, {"NO_PROXY": "corp,127.0.0.1,localhost", "ALL_PROXY": "http://b:2"}),
    ],
)
def test_no_proxy_stands_between_the_bot_and_the_demo(proxied: bool, expected: dict[str, str]) -> None:
    home = at_home({"PATH": "/bin", **PROXIES}, proxied=proxied)
    assert home == {"PATH": "/bin", **expected, "no_proxy": expected["NO_PROXY"]}


async def test_it_connects_where_other_addresses_want_a_proxy(
    tmp_path: Path, guarded_environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with (
        start_world(delta_seconds=0) as world,
        bot_process(environment(world, guarded_environment, tmp_path), tmp_path),
    ):
        await world.sockets.wait_connected(within=20)


async def test_the_rules_of_the_demo_ask_for_four_eyes() -> None:
    async with start_world(seed=3) as world:
        ids = [world.workspace.user(name).id for name in ("kim", "lee", "park")]
        assert world.nod_toml() == (
            "# Four eyes: Kim, Lee, Park may confirm a hire, but never their own.\n"
            "[functions.create_employee]\n"
            f'confirm_by = ["{ids[0]}", "{ids[1]}", "{ids[2]}"]\n'
            "not_requester = true\n"
        )
