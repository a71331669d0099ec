"""Files are read elsewhere: in a process that may fail in every way without costing Nod more than its bounds."""

import asyncio
import json
import os
import random
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from bot.files.contents import Content, Image, LeftOut, Limits, Reason, Text, Unit, Unreadable
from bot.files.reader import Reader
from tests.bot.files.sample import bomb, excel, pdf, pdf_writer, png, repacked, saved, text_of, word

pytestmark = pytest.mark.slow

PATIENT = Limits(seconds=60)
"""For what must end by itself, on a machine that may be busy."""
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


async def read(name: str, content: bytes, limits: Limits | None = None) -> Content:
    return await Reader(limits or PATIENT).read(name, "", content)


def children() -> list[str]:
    """List the processes that this one has started and that still are, zombies too (Linux)."""
    found = Path(f"/proc/self/task/{os.getpid()}/children")
    return found.read_text().split() if found.exists() else []


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Run this Python in place of the reading process: what a hostile file could make of it."""
    start = asyncio.create_subprocess_exec

    async def another(program: str, *arguments: str, **options: Any) -> asyncio.subprocess.Process:
        assert arguments == ("-I", "-m", "bot.files.child")
        return await start(program, "-I", "-c", code, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", another)


async def test_every_kind_is_read() -> None:
    reader = Reader()
    assert await reader.read("메모.txt", "text/plain", "안녕".encode("cp949")) == Text("안녕")
    assert await reader.read("그림.txt", "", png(4, 5)) == Image(png(4, 5), "image/png", 4, 5)
    assert text_of(await reader.read("견적.pdf", "", pdf("합계 3원"))) == "## Page 1\n합계 3원"
    assert text_of(await reader.read("계약.docx", "", word("제1조"))) == "제1조"
    assert text_of(await reader.read("표.xlsx", "", excel(["가", 1]))).endswith("\n1,가,1")
    assert children() == []


async def test_a_long_text_is_read_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b"x\n" * 600_000
    answer = await read("x.txt", lines)
    assert isinstance(answer, Text)
    (left_out,) = answer.left_out
    assert left_out == LeftOut(Unit.LINES, left_out.first, 600_000)
    assert answer.text.startswith("x\n" * (left_out.first - 2) + "x\n[lines ")
    stand_in(monkeypatch, "raise SystemExit(1)")
    assert await read("x.txt", lines) == Unreadable(Reason.BROKEN)


async def test_a_file_over_the_size_is_not_looked_at() -> None:
    assert await read("x.pdf", bytes(101), Limits(size=100)) == Unreadable(Reason.TOO_LARGE, limit=100)


async def test_what_needs_no_process_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "raise SystemExit('started')")
    assert await read("x.txt", b"x") == Text("x")
    assert isinstance(await read("x.png", png()), Image)
    assert await read("x.doc", b"") == Unreadable(Reason.EMPTY)


async def test_the_process_knows_no_setting_and_keeps_its_bounds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The code below stands in for a file that has taken the process over, after it was bounded."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    stand_in(
        monkeypatch,
        "import json, os, resource, sys\n"
        "from bot.files import child, wire\n"
        "request = wire.read_request(sys.stdin.buffer.readline())\n"
        "child.bound(request.limits)\n"
        "sys.stdin.buffer.read()\n"
        "bounds = {name: resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[1]\n"
        "          for name in ('AS', 'CPU', 'FSIZE', 'NOFILE', 'CORE', 'NPROC')}\n"
        "text = json.dumps([dict(os.environ), bounds, sorted(sys.modules)])\n"
        "sys.stdout.buffer.write(wire.write_answer(wire.Text(text)))",
    )
    environment, bounds, loaded = json.loads(text_of(await read("x.pdf", pdf("x"))))
    assert {name for name in environment if name != "LC_CTYPE"} == set()
    kept = {"CPU": 61, "FSIZE": 0, "NOFILE": 32, "CORE": 0, "NPROC": 0}
    assert {name: bounds[name] for name in kept} == kept
    if sys.platform == "linux":
        assert bounds["AS"] == PATIENT.memory
    assert {name for name in loaded if name.startswith("bot.")} - {"bot.files"} == {
        name for name in loaded if name.startswith("bot.files.")
    }


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("while True: pass", Reason.TOOK_TOO_LONG),
        (
            "import sys; sys.stdin.buffer.read(); sys.stdin.close(); import time; time.sleep(600)",
            Reason.TOOK_TOO_LONG,
        ),
        ("import os; os.kill(os.getpid(), 9)", Reason.TOO_MUCH),
        ("import os; os.abort()", Reason.TOO_MUCH),
        ("raise SystemExit(3)", Reason.TOO_MUCH),
        (
            "from bot.files import child\ndef read(*_): raise MemoryError\nchild.read = read\nchild.main()",
            Reason.TOO_MUCH,
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", Reason.TOOK_TOO_LONG),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Reason.BROKEN),
        ("raise SystemExit(1)", Reason.BROKEN),
        ("pass", Reason.BROKEN),
        ("print('hello')", Reason.BROKEN),
        ("import sys; sys.stdin.buffer.read()\nwhile True: sys.stdout.write('x' * 65536)", Reason.BROKEN),
        ("import sys; sys.stdin.buffer.read()\nwhile True: sys.stderr.write('x' * 65536)", Reason.TOOK_TOO_LONG),
    ],
)
async def test_however_the_process_ends_the_file_has_an_answer(
    monkeypatch: pytest.MonkeyPatch, code: str, reason: Reason
) -> None:
    stand_in(monkeypatch, code)
    content = b"%PDF-" + bytes(3_000_000)  # more than a pipe holds
    seconds = 0.5 if "while True: pass" in code or "sleep" in code or "stderr" in code else PATIENT.seconds
    assert await read("x.pdf", content, Limits(seconds=seconds)) == Unreadable(reason)
    assert children() == []


async def test_memory_is_bounded_where_the_system_does_not_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, which has no RLIMIT_AS: the process looks at itself."""
    stand_in(
        monkeypatch,
        "import sys\n"
        "from bot.files import child\n"
        "sys.platform = 'darwin'\n"
        "child.bound(child.Limits(memory=100_000_000))\n"
        "kept = [b'x' * 1_000_000 for _ in range(500)]\n"
        "while True: pass",
    )
    assert await read("x.pdf", pdf("x"), Limits(seconds=20)) == Unreadable(Reason.TOO_MUCH)


async def test_memory_that_nod_itself_has_taken_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(
        monkeypatch,
        "from bot.files import child\n"
        "ballast = b'x' * (child.Limits().memory + 10_000_000)\n"
        "del ballast\n"
        "child.main()",
    )
    assert text_of(await read("x.pdf", pdf("하나"))) == "## Page 1\n하나"


async def test_a_cancelled_reading_leaves_no_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    stand_in(monkeypatch, f"open({str(started)!r}, 'w').close()\nwhile True: pass")
    reading = asyncio.create_task(read("x.pdf", b"%PDF-"))
    await asyncio.to_thread(started.read_bytes)  # returns when the process has opened it, and is running
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert children() == []


async def test_no_more_processes_run_at_once_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    running = most = 0
    original = Reader._read_elsewhere

    async def counted(self: Reader, request: Any, content: bytes) -> Content:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return await original(self, request, content)
        finally:
            running -= 1

    monkeypatch.setattr(Reader, "_read_elsewhere", counted)
    reader = Reader(at_once=2)
    answers = await asyncio.gather(*(reader.read("x.docx", "", word(f"{number}")) for number in range(5)))
    assert [text_of(answer) for answer in answers] == ["0", "1", "2", "3", "4"]
    assert most == 2


async def test_the_loop_goes_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "while True: pass")
    reading = asyncio.create_task(read("x.pdf", b"%PDF-" + bytes(15_000_000), Limits(seconds=1)))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert await reading == Unreadable(Reason.TOOK_TOO_LONG)
    assert turns > 100


@pytest.mark.parametrize("content", [png(), b"words", bytes.fromhex("d0cf11e0a1b11ae1") * 1_000])
async def test_looking_at_a_file_takes_no_thread_of_the_loops_own(content: bytes) -> None:
    """These look up the addresses of Slack and of the model."""
    asked: list[object] = []

    class Noted(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            asked.append(fn)
            return super().submit(fn, *args, **kwargs)

    asyncio.get_running_loop().set_default_executor(Noted())
    assert await read("x", content)
    assert asked == []


async def test_what_a_library_says_of_a_file_stays_out_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in(
        monkeypatch,
        "from bot.files import child\n"
        "def fail(*_): raise LookupError('words of the file')\n"
        "child.read = fail\nchild.main()",
    )
    assert await read("x.pdf", pdf("x")) == Unreadable(Reason.BROKEN)
    assert "words of the file" not in caplog.text
    assert re.search(r"status 1: LookupError in __main__:\d", caplog.text)


async def test_zip_bombs_are_too_much() -> None:
    assert await read("x.docx", bomb("word/document.xml", word("x"))) == Unreadable(Reason.TOO_MUCH)
    assert await read("x.xlsx", bomb(SHEET, excel([1]))) == Unreadable(Reason.TOO_MUCH)


async def test_two_cells_a_whole_sheet_apart_cost_no_whole_sheet() -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    assert await read("x.xlsx", repacked(excel([1]), {SHEET: xml.encode()})) == Unreadable(Reason.TOO_MUCH)


async def test_a_claimed_size_of_a_sheet_costs_nothing() -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row>'
    xml = f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>{cells}</sheetData></worksheet>'
    assert text_of(await read("x.xlsx", repacked(excel([1]), {SHEET: xml.encode()}))).endswith("\n1,1")


async def test_laughs_in_a_sheet_stay_few() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY l0 "{"ha" * 100}">{laughs}]>'
    cell = '<row r="1"><c r="A1" t="str"><v>&l9;</v></c></row>'
    xml = f'{doctype}<worksheet xmlns="{MAIN}"><sheetData>{cell}</sheetData></worksheet>'
    answer = await read("x.xlsx", repacked(excel([1]), {SHEET: xml.encode()}))
    assert isinstance(answer, Unreadable) or "haha" not in text_of(answer)


async def test_ten_thousand_pages_are_read_as_far_as_may_be() -> None:
    writer = pdf_writer(["한 쪽"])
    (page,) = writer.pages
    kids = ArrayObject([page.indirect_reference] * 10_000)
    tree = writer._root_object["/Pages"].get_object()
    assert isinstance(tree, DictionaryObject)
    tree[NameObject("/Kids")] = kids
    tree[NameObject("/Count")] = NumberObject(10_000)
    answer = await read("x.pdf", saved(writer), Limits(pages=5))
    assert answer == Text(
        answer.text if isinstance(answer, Text) else "", "pdf", (LeftOut(Unit.PAGES, 6, 10_000),)
    )


async def test_objects_nested_without_end_are_refused() -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    content = pdf("x").replace(b"/Count 1", b"/Count 1 /Deep " + deep)
    assert isinstance(await read("x.pdf", content), Unreadable | Text)
    loop = (
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[2 0 R]>>"
    )
    answer = await read("x.pdf", loop + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF")
    assert answer in (Unreadable(Reason.BROKEN), Unreadable(Reason.EMPTY))


async def test_a_page_that_unpacks_without_end_is_bounded() -> None:
    writer = pdf_writer(["x"])
    stream = StreamObject()
    stream.set_data(b"(ha) Tj " * 20_000_000)
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    content = saved(writer)
    assert len(content) < 1_000_000
    assert isinstance(await read("x.pdf", content, Limits(seconds=3)), Unreadable)


@pytest.mark.parametrize("seed", range(6))
async def test_changed_bytes_have_an_answer(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 the same changes each time
    whole = [pdf("하나", "둘"), word("하나"), excel(["하나", 1])][seed % 3]
    content = bytearray(whole)
    for _ in range(chance.randint(1, 30)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    assert isinstance(await read("x", bytes(content)), Text | Unreadable)
    assert children() == []


def test_limits_leave_room_to_say_what_was_left_out() -> None:
    with pytest.raises(ValueError, match="room"):
        Limits(characters=999)
