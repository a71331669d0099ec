"""An office whose process comes out of the forge, at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.demo.world import World
from tests.e2e.office import Office, ended_with
from tests.forge.opening import forge_process


@dataclass
class ForgedOffice(Office):
    """See Office. `door` is the forge's; without one a process starts as any other does."""

    door: str = ""

    async def begin(self, command: tuple[str, ...]) -> asyncio.subprocess.Process:
        if not self.door or self.dropped_in:  # the forge has imported the packages without what was dropped in
            return await super().begin(command)
        log = self.folder / "nod.log"
        forged = await forge_process(self.door, command, self.environment, self.folder, log)
        return cast(asyncio.subprocess.Process, forged)


@asynccontextmanager
async def open_forged(
    world: World, folder: Path, guarded: Mapping[str, str], door: str
) -> AsyncIterator[ForgedOffice]:
    """Make an office, not started yet; whatever runs in it at the end is ended."""
    async with ended_with(ForgedOffice(world, folder, guarded, door=door)) as office:
        yield office
