import importlib
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

import functions
from functions import DeclarationError, employees, registry, weather
from functions.registry import ENTRY_POINT_GROUP, OWN, discover, offering_nothing
from tests.source import imports, modules

Drop = Callable[[str, str], Path]
Install = Callable[[str, Mapping[str, str]], None]

SHIPPED = [
    "create_employee",
    "delete_employee",
    "get_employee",
    "get_weather",
    "query_employees",
    "update_employee",
]
READ = """\
from functions import Context, function

@function(read_only=True)
async def {name}(context: Context) -> str:
    '''Read it.'''
    return ""
"""


@pytest.fixture(autouse=True)
def shipped_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Look at what Nod ships with: functions of one's own, dropped or installed here, must break no test."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    for module in (employees, weather):
        assert module.__file__
        shutil.copy(module.__file__, folder)
    monkeypatch.setattr(functions, "__path__", [str(folder)])
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints())


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Install]:
    """Make modules importable and name them in entry points, as installed packages do."""
    packages = tmp_path / "site"
    packages.mkdir()
    monkeypatch.syspath_prepend(str(packages))

    before = set(sys.modules)

    def install(value: str, sources: Mapping[str, str]) -> None:
        for name, source in sources.items():
            path = packages / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(source, "utf-8")
        found = EntryPoints([EntryPoint("corp", value, ENTRY_POINT_GROUP)])
        monkeypatch.setattr(registry, "entry_points", lambda group: found.select(group=group))

    yield install
    for name in set(sys.modules) - before:
        if name.startswith("corp_"):
            del sys.modules[name]


def test_the_shipped_functions_in_the_order_of_their_names() -> None:
    found = discover()
    assert list(found) == SHIPPED
    assert [name for name, function in found.items() if function.read_only] == [
        "get_employee",
        "get_weather",
        "query_employees",
    ]


def test_every_shipped_function_and_parameter_has_names_in_both_languages() -> None:
    for function in discover().values():
        assert set(function.titles) >= {"en", "ko"}
        for parameter, field in function.arguments.model_fields.items():
            assert set(function.labels[parameter]) >= {"en", "ko"}, parameter
            assert field.description, parameter


def test_a_dropped_file_is_found_without_an_edit_elsewhere(drop: Drop) -> None:
    drop("holidays.py", READ.format(name="list_holidays"))
    found = discover()
    assert list(found) == sorted([*SHIPPED, "list_holidays"])
    assert found["list_holidays"].read_only


def test_a_dropped_package_is_found_with_its_modules(drop: Drop) -> None:
    drop("hr/people.py", READ.format(name="list_people"))
    drop(
        "hr/__init__.py",
        "from functions.employees import get_employee\nfrom functions.hr.people import list_people\n",
    )
    assert list(discover()) == sorted([*SHIPPED, "list_people"])


def test_modules_without_a_function_and_imported_functions_do_no_harm(drop: Drop) -> None:
    drop("_notes.py", "TEXT = 'nothing here'\n")
    drop("again.py", "from functions.employees import get_employee\nalias = get_employee\n")
    assert list(discover()) == SHIPPED


def test_a_file_that_offers_nothing_is_named_unless_its_name_says_that_it_is_meant(drop: Drop) -> None:
    drop("forgotten.py", READ.format(name="days_off").replace("@function(read_only=True)", ""))
    drop("holidays.py", READ.format(name="list_holidays"))
    drop("_notes.py", "TEXT = 'nothing here'\n")
    assert "days_off" not in discover()
    assert offering_nothing() == ["functions/forgotten.py"]


def test_nods_own_files_are_known() -> None:
    folder = Path(registry.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} >= {*OWN, "employees", "schedules", "weather"}
    for name in OWN:
        assert not registry.declared_in(importlib.import_module(f"functions.{name}"))


def test_what_nod_itself_imports_of_the_functions_is_its_own() -> None:
    """Else every start would warn that it offers nothing."""
    nods = [name for name in modules() if name.startswith("bot.") or name.removeprefix("functions.") in OWN]
    used = {imported for name in nods for imported in imports(name) if imported.startswith("functions.")}
    shipped = {"functions.employees", "functions.schedules", "functions.weather"}
    assert {name.removeprefix("functions.") for name in used - shipped} - OWN == set()


def test_an_alias_is_the_same_function(drop: Drop) -> None:
    drop("holidays.py", READ.format(name="list_holidays") + "\nalias = list_holidays\n")
    assert list(discover()) == sorted([*SHIPPED, "list_holidays"])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (READ.format(name="get_weather"), "zz.py: a function named get_weather is already in functions.weather."),
        (
            "import nothing_like_it",
            "zz.py cannot be imported: ModuleNotFoundError at zz.py, line 1: No module named 'nothing_like_it'",
        ),
        (
            "from functions import nothing",
            "zz.py cannot be imported: ImportError at zz.py, line 1: cannot import name 'nothing'",
        ),
        (
            READ.format(name="list_rooms").replace("read_only", "readonly"),
            "zz.py cannot be imported: TypeError at zz.py, line 3: function() got an unexpected keyword argument "
            "'readonly'",
        ),
        ("\n\ndef broken(:\n", "zz.py cannot be imported: SyntaxError: "),
        ("\n\n1 / 0\n", "zz.py cannot be imported: ZeroDivisionError at zz.py, line 3: division by zero"),
        (
            "import os\nos.environ['ROOMS_URL']\n",
            "zz.py cannot be imported: KeyError at zz.py, line 2: 'ROOMS_URL'",
        ),
        ("raise SystemExit", "zz.py cannot be imported: SystemExit at zz.py, line 1"),
        (
            "raise ValueError('one\\n\\x1b[2Jtwo ' + 'x' * 999)",
            "zz.py cannot be imported: ValueError at zz.py, line 1: one [2Jtwo xxx",
        ),
        ("x = '\0'", "zz.py cannot be imported: "),
        (READ.format(name="Shout"), "zz.py: Shout: name the function in lower case"),
    ],
    ids=lambda text: text.strip()[:25],
)
def test_a_broken_file_is_named_with_what_is_wrong(drop: Drop, source: str, words: str) -> None:
    drop("zz.py", source)
    with pytest.raises(DeclarationError) as refused:
        discover()
    assert str(refused.value).startswith(f"functions/{words}")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) <= registry.MAX_FAILURE + len("functions/zz.py cannot be imported: .")


@pytest.mark.parametrize("value", ["corp_hr", "corp_hr:list_holidays"])
def test_an_installed_package_is_found(install: Install, value: str) -> None:
    install(value, {"corp_hr.py": READ.format(name="list_holidays")})
    assert list(discover()) == sorted([*SHIPPED, "list_holidays"])


def test_a_package_may_gather_the_functions_of_its_modules(install: Install) -> None:
    install(
        "corp_pkg",
        {
            "corp_pkg/leave.py": READ.format(name="list_leave"),
            "corp_pkg/__init__.py": "from corp_pkg.leave import list_leave\n",
        },
    )
    assert "list_leave" in discover()


def test_an_entry_point_into_this_package_changes_nothing(install: Install) -> None:
    install("functions.weather", {})
    assert list(discover()) == SHIPPED


@pytest.mark.parametrize(
    ("value", "source", "words"),
    [
        ("corp_absent", None, "cannot be imported: ModuleNotFoundError"),
        (
            "corp_bad",
            "raise RuntimeError('no room')",
            "cannot be imported: RuntimeError at corp_bad.py, line 1: no room",
        ),
        ("corp_bad:missing", "x = 1", "cannot be imported: AttributeError"),
        ("corp_bad", "x = 1", "there is no function"),
        ("corp_bad:x", "x = 1", "there is no function"),
        (
            "corp_bad",
            READ.format(name="get_weather"),
            "a function named get_weather is already in functions.weather",
        ),
        ("corp_bad", READ.format(name="Shout"), "Shout: name the function in lower case"),
    ],
)
def test_a_broken_entry_point_is_named(install: Install, value: str, source: str | None, words: str) -> None:
    install(value, {} if source is None else {"corp_bad.py": source})
    with pytest.raises(DeclarationError) as refused:
        discover()
    assert str(refused.value).startswith(f"entry point corp = {value}")
    assert words in str(refused.value)
