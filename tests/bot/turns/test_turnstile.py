"""A few files at a time, and one of each person."""

import asyncio

from bot.turns.turnstile import Turnstile


async def enter(turnstile: Turnstile, user: str, inside: list[str], leave: asyncio.Event) -> None:
    async with turnstile.turn_of("T1", user):
        inside.append(user)
        await leave.wait()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_person_takes_one_place() -> None:
    turnstile, inside, leave = Turnstile(2), list[str](), asyncio.Event()
    tasks = [asyncio.create_task(enter(turnstile, user, inside, leave)) for user in ("U1", "U1", "U1", "U2", "U3")]
    await settled()
    assert inside == ["U1", "U2"]
    leave.set()
    await asyncio.gather(*tasks)
    assert sorted(inside) == ["U1", "U1", "U1", "U2", "U3"]


async def test_who_gives_up_waiting_leaves_no_trace() -> None:
    turnstile, inside, leave = Turnstile(1), list[str](), asyncio.Event()
    first, *waiting = [
        asyncio.create_task(enter(turnstile, user, inside, leave)) for user in ("U1", "U1", "U2", "U3")
    ]
    await settled()
    for task in waiting[:2]:
        task.cancel()
    await asyncio.gather(*waiting[:2], return_exceptions=True)
    leave.set()
    await asyncio.gather(first, waiting[2])
    async with turnstile.turn_of("T1", "U1"):
        pass
    assert inside == ["U1", "U3"]
