from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from functions import Context, DeclarationError, Function, Label, function

Load = Callable[[str], ModuleType]

IMPORTS = """\
import dataclasses
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypedDict
from pydantic import BaseModel, Field, JsonValue, RootModel, SecretStr
from functions import Context, Label, function

class Loose(BaseModel, extra="allow"):
    name: str

class Deep(BaseModel):
    inner: "list[Loose] | None" = None

class Names(RootModel[dict[str, int]]):
    pass

class Typed(TypedDict):
    name: str

@dataclasses.dataclass
class Data:
    values: dict[str, int]

class Opaque:
    pass
"""


class Line(BaseModel):
    item: str
    count: int = 1


class Tree(BaseModel):
    name: str
    children: "list[Tree]" = []


def authored(parameters: str) -> str:
    return f'{IMPORTS}\n@function()\nasync def order({parameters}) -> str:\n    """Order it."""\n    return ""\n'


def test_signature_and_docstring_are_the_schema() -> None:
    @function(read_only=True, title={"en": "Order goods", "ko": "주문"})
    async def order(
        context: Context,
        lines: Annotated[list[Line], Field(description="What to order")],
        express: Annotated[bool, Label(en="Express", ko="빠른 배송")] = False,
        *,
        kind: Literal["paid", "free"] | None = None,
    ) -> str:
        """Order goods.

        More about it.
        """
        return ""

    schema = order.arguments.model_json_schema()
    assert isinstance(order, Function)
    assert (order.name, order.description) == ("order", "Order goods.\n\nMore about it.")
    assert order.read_only
    assert not order.idempotent
    assert list(schema["properties"]) == ["lines", "express", "kind"]
    assert schema["required"] == ["lines"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["lines"]["description"] == "What to order"
    assert (order.title("ko"), order.title("en"), order.title("de")) == ("주문", "Order goods", "Order goods")
    assert (order.label("express", "ko"), order.label("express", "fr")) == ("빠른 배송", "Express")
    assert order.label("lines", "ko") == "Lines"


def test_what_is_not_declared_is_an_action_with_a_name_for_people() -> None:
    @function()
    async def close_order(context: Context) -> None:
        """Close it."""

    assert not close_order.read_only
    assert close_order.title("ko") == "Close order"
    assert close_order.arguments.model_json_schema()["properties"] == {}


def test_a_bare_decorator_declares_an_action() -> None:
    @function
    async def close_order(context: Context, number: int) -> None:
        """Close it."""

    assert isinstance(close_order, Function)
    assert (close_order.name, close_order.read_only, close_order.timeout) == ("close_order", False, 20.0)
    assert list(close_order.arguments.model_fields) == ["number"]


def test_the_tiers_are_declared() -> None:
    @function(destructive=True, title="x" * 100)
    async def delete_all(context: Context) -> None:
        """Delete it."""

    @function(rememberable=True)
    async def note(context: Context) -> None:
        """Note it."""

    assert (delete_all.destructive, delete_all.rememberable, delete_all.read_only) == (True, False, False)
    assert (note.destructive, note.rememberable, note.read_only) == (False, True, False)


def test_one_title_is_the_english_one() -> None:
    @function(title="Close the order")
    async def close_order(context: Context) -> None:
        """Close it."""

    assert close_order.title("ko") == "Close the order"


def test_the_digest_follows_the_schema() -> None:
    def declare(limit: int) -> Function:
        @function()
        async def order(context: Context, count: Annotated[int, Field(le=limit)]) -> None:
            """Order it."""

        return order

    assert declare(5).schema_digest == declare(5).schema_digest
    assert declare(5).schema_digest != declare(6).schema_digest


@pytest.mark.parametrize(
    ("parameters", "advice"),
    [
        ("", "first parameter"),
        ("city: str", "first parameter"),
        ("context", "first parameter"),
        ("city: str, context: Context", "first parameter"),
        ("context: Context, *cities: str", "named parameters"),
        ("context: Context, **cities: str", "named parameters"),
        ("context: Context, city: str, /", "named parameters"),
        ("context: Context, city", "write a type"),
        ("context: Context, _city: str", "leading underscore"),
        ("context: Context, json: str", "json_value"),
        ("context: Context, copy: bool", "copy_value"),
        ("context: Context, schema: str", "schema_value"),
        ("context: Context, model_config: str", "clashes"),
        ("context: Context, city: 'Missing'", "'Missing' cannot be found"),
        ("context: Context, city: 'list[Missing]'", "'Missing' cannot be found"),
        ("context: Context, city: 'Field.Missing'", "annotation is no type"),
        ("context: Context, city: 'not a type'", "annotation is no type"),
        ("context: Context, city: Opaque", "no JSON schema"),
        ("context: Context, city: Callable[[], int]", "no JSON schema"),
        ("context: Context, city: Typed", "no JSON schema"),
        ("context: Context, days: int = 'many'", "parameter days: write a default"),
        ("context: Context, days: Annotated[int, Field(ge=1)] = 0", "parameter days: write a default"),
        ("context: Context, names: set[str]", "list instead of a set"),
        ("context: Context, names: list[frozenset[int]]", "list instead of a set"),
        ("context: Context, token: SecretStr", "str instead of a secret"),
    ],
)
def test_refusals_say_what_to_write(load: Load, parameters: str, advice: str) -> None:
    with pytest.raises(DeclarationError, match=r"^order") as refused:
        load(authored(parameters))
    assert advice in str(refused.value)


@pytest.mark.parametrize(
    "annotation",
    [
        "dict",
        "dict[str, int]",
        "Mapping[str, int]",
        "Any",
        "object",
        "JsonValue",
        "list",
        "tuple",
        "list[dict[str, int]]",
        "list[Any] | None",
        "tuple[int, dict[str, str]]",
        "Annotated[dict[str, int] | None, Field(description='x')]",
        "Loose",
        "Deep",
        "list[Deep]",
        "Names",
        "Data",
        "Literal[1] | Any",
    ],
)
def test_open_types_are_refused_at_any_depth(load: Load, annotation: str) -> None:
    with pytest.raises(DeclarationError, match="parameter what: write a pydantic model with named fields"):
        load(authored(f"context: Context, first: int, what: {annotation}"))


def test_closed_types_pass_even_when_they_contain_themselves() -> None:
    @function()
    async def plant(
        context: Context,
        tree: Tree,
        spot: tuple[int, int],
        marks: tuple[str, ...] = (),
        line: Line | None = None,
        kind: Literal["oak", 1, None] = None,
    ) -> None:
        """Plant it."""

    assert list(plant.arguments.model_fields) == ["tree", "spot", "marks", "line", "kind"]


@pytest.mark.parametrize(
    ("declaration", "advice"),
    [
        ('@function()\ndef order(context: Context) -> str:\n    """Order."""', "async def order"),
        ("@function()\nasync def order(context: Context) -> str:\n    return ''", "write a docstring"),
        ('@function()\nasync def Order(context: Context) -> str:\n    """Order."""', "lower case"),
        ('@function()\nasync def 주문(context: Context) -> str:\n    """Order."""', "lower case"),
        (f'@function()\nasync def {"o" * 65}(context: Context) -> str:\n    """Order."""', "at most 64"),
        (
            "@function(read_only=True, destructive=True)\n"
            'async def order(context: Context) -> str:\n    """Order."""',
            "read_only or destructive",
        ),
        (
            "@function(read_only=True, rememberable=True)\n"
            'async def order(context: Context) -> str:\n    """Order."""',
            "read_only without rememberable",
        ),
        (
            "@function(destructive=True, rememberable=True)\n"
            'async def order(context: Context) -> str:\n    """Order."""',
            "destructive without rememberable",
        ),
        (
            f'@function(title="{"o" * 101}")\nasync def order(context: Context) -> str:\n    """Order."""',
            "at most 100 characters",
        ),
        (
            f'@function(title={{"en": "Order", "ko": "{"o" * 101}"}})\n'
            'async def order(context: Context) -> str:\n    """Order."""',
            "at most 100 characters",
        ),
        (
            "@function()\nasync def order(\n    context: Context,\n"
            f'    count: Annotated[int, Label(ko="{"수" * 101}")],\n) -> str:\n    """Order."""',
            "parameter count: write a name and labels of at most 100",
        ),
        ('@function\ndef order(context: Context) -> str:\n    """Order."""', "async def order"),
        ('@function("Order")\nasync def order(context: Context) -> str:\n    """Order."""', "options by name"),
        ('@function(timeout=0)\nasync def order(context: Context) -> str:\n    """Order."""', "above 0 seconds"),
    ],
)
def test_refused_declarations(load: Load, declaration: str, advice: str) -> None:
    with pytest.raises(DeclarationError, match=advice):
        load(f"{IMPORTS}\n{declaration}\n")


@pytest.mark.parametrize(
    "preview",
    [
        "async def look(context): return ''",
        "async def look(context, amount): return ''",
        "async def look(context, count, more): return ''",
        "def look(context, count): return ''",
    ],
)
def test_a_preview_takes_the_same_arguments(load: Load, preview: str) -> None:
    declaration = (
        '@function(preview=look)\nasync def order(context: Context, count: int) -> str:\n    """Order."""'
    )
    with pytest.raises(
        DeclarationError, match=r"order: write the preview as `async def preview\(context, count\)`"
    ):
        load(f"{IMPORTS}\n{preview}\n{declaration}\n")
