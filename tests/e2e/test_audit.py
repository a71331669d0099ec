"""`nod audit` beside a running Nod: prints, filters, exports, verifies (property 19)."""

import json
import re
import sqlite3
from contextlib import closing

import pytest

from tests.e2e.office import Office, buttons
from tests.e2e.test_dialogs import raise_salary

pytestmark = pytest.mark.slow


async def worked(office: Office) -> tuple[str, str]:
    """Let Lee change a salary and Kim deny a deletion with a reason; the ids of both actions."""
    thread, card = await raise_salary(office)
    one = buttons(card)["action_confirm"]["value"]
    await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    await thread.answer()
    thread = await office.ask("kim", "general", "@Nod 5번 직원 삭제해줘")
    card = await thread.card()
    other = buttons(card)["action_confirm"]["value"]
    await thread.click("kim", card, "action_deny_reason")
    view = await office.modal("kim")
    reason = "wrong\n     9  2026-01-01 00:00:00Z  succeeded  \x1b[31mU0FORGED xoxb-123-secret"
    await office.world.people.submit_view("kim", view.id, {"reason": {"reason": reason}})
    await thread.settled(card, "거절했습니다")
    return one, other


async def audit(office: Office, *options: str) -> list[str]:
    status, said = await office.nod("audit", *options)
    assert status == 0, said
    return said.splitlines()


async def test_what_happened_is_printed_filtered_and_exported(office: Office) -> None:
    one, other = await worked(office)
    every = await audit(office)
    events = [line.split()[3] for line in every]
    assert events == ["proposed", "confirmed", "executing", "succeeded", "proposed", "denied"]
    assert all(one[:12] in line for line in every[:4])
    assert "330000" in every[0]
    assert not re.search("[0-9a-f]{64}", "".join(every)), "people read the first digits of a digest"
    assert "secret" not in every[5].replace("[secret]", "")
    assert "\x1b" not in "".join(every), "what people typed does not reach the terminal as it is"

    assert await audit(office, "--action", one) == every[:4]
    assert await audit(office, "--action", other[:8]) == every[4:]
    lee, kim = office.workspace.user("lee").id, office.workspace.user("kim").id
    assert await audit(office, "--user", lee) == every[:4]
    assert await audit(office, "--user", kim) == every[4:]
    assert await audit(office, "--since", "2999-01-01") == ["There is no such row."]
    assert await audit(office, "--since", "2000-01-01T00:00+09:00") == every

    exported = [json.loads(line) for line in await audit(office, "--export")]
    assert [row["event"] for row in exported] == events
    assert [row["previous"] for row in exported] == ["", *(row["hash"] for row in exported[:-1])]
    assert all(len(row["hash"]) == 64 for row in exported)
    assert exported[1]["details"]["digest"] == exported[0]["details"]["digest"]
    said = await audit(office, "--verify")
    assert said[:2] == ["Every row is as it was written.", f"The last row is 6:{exported[-1]['hash']}"]
    assert "Row 6 is the one that was noted." in await audit(office, "--noted", said[1].split()[-1])


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("UPDATE audit SET actor = 'U0SOMEBODY' WHERE id = 2", 2),
        ("UPDATE audit SET details = 'no JSON' WHERE id = 3", 3),
    ],
)
async def test_a_changed_row_is_named(office: Office, change: str, row: int) -> None:
    thread, card = await raise_salary(office)
    await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    with closing(sqlite3.connect(office.folder / "nod.db", isolation_level=None)) as db:
        with pytest.raises(sqlite3.DatabaseError, match="audit"):
            db.execute(change)
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
        for (name,) in triggers.fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(change)
    status, said = await office.nod("audit", "--verify")
    assert status == 1
    assert f"The chain breaks at row {row}:" in said
    status, said = await office.nod("audit")
    readable = "no JSON" not in change
    assert status == (0 if readable else 2)
    assert readable or said.splitlines()[-1].startswith("nod: The record cannot be read")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--since", "yesterday"], "--since wants a date"), ([], "NOD_DATABASE: there is no file")],
)
async def test_a_question_that_cannot_be_answered(empty_office: Office, options: list[str], words: str) -> None:
    if options:
        await empty_office.start()
    status, said = await empty_office.nod("audit", *options)
    assert status == 2
    assert words in said
    assert len(said.splitlines()) == 1
