"""`nod db` beside a running Nod, and on a file that is damaged."""

import pytest

from tests.e2e.office import Office

pytestmark = pytest.mark.slow


async def test_a_running_nod_is_checked_and_copied_and_goes_on(office: Office) -> None:
    first = await office.ask("kim", "general", "@Nod delete employee 5")
    await first.card()
    assert await office.nod("db", "check") == (0, "fine\n")
    copy = str(office.folder / "copy.db")
    status, said = await office.nod("db", "backup", copy)
    assert status == 0, said
    assert await office.nod("db", "check", copy) == (0, "fine\n")
    status, said = await office.nod("db", "backup", copy)
    assert (status, "already" in said) == (2, True)
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    assert "42.13" in await thread.answer()


@pytest.mark.parametrize("command", ["check", "backup"])
async def test_a_damaged_file_is_told_without_a_stack(office: Office, command: str) -> None:
    assert await office.stop() == 0
    with (office.folder / "nod.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 20)
    arguments = ["db", command] if command == "check" else ["db", command, "copy.db"]
    status, said = await office.nod(*arguments)
    assert status == (1 if command == "check" else 2)
    assert "is damaged: restore a backup" in said
    assert "Traceback" not in said
    assert not (office.folder / "copy.db").exists()
