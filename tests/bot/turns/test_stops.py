"""Waits that a stop ends."""

import asyncio

import pytest

from bot.turns.stops import Halt, Stopped, Stops


async def test_what_is_waited_for_ends_at_once() -> None:
    halt, begun = Halt(), asyncio.Event()

    async def waits() -> None:
        async with halt.within():
            begun.set()
            await asyncio.Event().wait()

    waiting = asyncio.create_task(waits())
    await begun.wait()
    halt.call()
    with pytest.raises(Stopped):
        await waiting


async def test_nothing_is_waited_for_afterwards() -> None:
    halt = Halt()
    halt.call()
    with pytest.raises(Stopped):
        async with halt.within():
            raise AssertionError("it was begun")


async def test_what_has_ended_by_itself_is_kept() -> None:
    halt = Halt()
    async with halt.within():
        halt.call()
        found = 1
    assert found == 1


async def test_the_end_of_the_time_is_no_stop() -> None:
    halt = Halt()
    wait = halt.within(asyncio.get_running_loop().time())
    with pytest.raises(TimeoutError):
        async with wait:
            await asyncio.Event().wait()
    assert wait.expired
    halt.call()


async def test_a_time_out_of_what_is_awaited_is_its_own() -> None:
    halt = Halt()
    wait = halt.within()
    with pytest.raises(TimeoutError):
        async with wait:
            raise TimeoutError
    assert not wait.expired


async def test_only_running_turns_are_called() -> None:
    stops = Stops()
    halt = stops.of(1)
    stops.call(2)
    assert not stops.of(2).called
    stops.call(1)
    assert halt.called
    stops.forget(1)
    assert not stops.of(1).called
