import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from functions import Context, Function, FunctionProblem, function
from functions.arguments import MAX_ARGUMENTS, freeze, thaw
from functions.registry import discover

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    day: date
    count: int


class Node(BaseModel):
    name: str
    children: "list[Node]" = []


@function()
async def everything(
    context: Context,
    name: str,
    count: int,
    ratio: float = 1,
    price: Decimal | None = None,
    value: str | int | float | bool | None = None,
    day: date | None = None,
    colour: Colour = Colour.RED,
    kind: Literal["a", 1] = "a",
    tags: tuple[str, ...] = (),
    pair: tuple[int, str] | None = None,
    node: Node | None = None,
    strict: Strict | None = None,
    sender: Annotated[str, Field(alias="from")] = "",
) -> None:
    """Take everything."""


ALL = [everything, *discover().values()]

text = st.text(st.characters(codec="utf-8"), max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=12
)
names = st.sampled_from(sorted({name for one in ALL for name in one.arguments.model_fields}))
valid = st.fixed_dictionaries(
    {"name": text, "count": st.integers()},
    optional={
        "ratio": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6),
        "price": st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
        "value": st.none()
        | st.booleans()
        | st.integers()
        | text
        | st.floats(allow_nan=False, allow_infinity=False),
        "day": st.dates().map(str),
        "colour": st.sampled_from(["red", "blue"]),
        "kind": st.sampled_from(["a", 1]),
        "tags": st.lists(text, max_size=3),
        "pair": st.tuples(st.integers(), text),
        "node": st.recursive(
            st.fixed_dictionaries({"name": text}),
            lambda inner: st.fixed_dictionaries({"name": text, "children": st.lists(inner, max_size=2)}),
            max_leaves=4,
        ),
        "strict": st.fixed_dictionaries({"day": st.dates().map(str), "count": st.integers()}),
        "from": text,
    },
)


def attempt(step: Callable[[Function, str], T], offered: Function, text: str) -> tuple[T | None, str]:
    """Return what a step gives, or its words; anything but FunctionProblem fails the test."""
    try:
        return step(offered, text), ""
    except FunctionProblem as problem:
        return None, str(problem)


@settings(deadline=None)
@given(valid)
def test_what_is_frozen_is_what_runs(values: dict[str, Any]) -> None:
    frozen = freeze(everything, json.dumps(values))
    keywords = thaw(everything, frozen)
    assert freeze(everything, frozen) == frozen
    assert set(keywords) == set(everything.arguments.model_fields)
    assert keywords["name"] == values["name"]
    assert keywords["count"] == values["count"]
    assert set(json.loads(frozen)) == {"from" if name == "sender" else name for name in keywords}
    frozen.encode()


@settings(deadline=None)
@given(valid)
def test_the_order_and_the_spaces_of_the_models_text_do_not_matter(values: dict[str, Any]) -> None:
    backwards = dict(reversed(values.items()))
    assert freeze(everything, json.dumps(values)) == freeze(everything, json.dumps(backwards, indent=3))


@settings(deadline=None)
@given(
    st.sampled_from(ALL),
    st.text(max_size=60)
    | json_values.map(json.dumps)
    | st.dictionaries(names | text, json_values, max_size=5).map(json.dumps),
)
def test_hostile_text_is_a_problem_or_is_taken(offered: Function, text: str) -> None:
    frozen, words = attempt(freeze, offered, text)
    assert len(words) < 10_000
    words.encode()
    if frozen is not None:
        assert freeze(offered, frozen) == frozen
        thaw(offered, frozen)


@settings(deadline=None)
@given(st.sampled_from(ALL), st.text(max_size=60) | json_values.map(json.dumps))
def test_a_hostile_frozen_text_is_a_problem_or_is_taken(offered: Function, text: str) -> None:
    keywords, words = attempt(thaw, offered, text)
    assert (keywords is None) == (words != "")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        '{"name": ' * 8_000,
        '{"name":"a","count":1,"node":' + '{"name":"n","children":[' * 2_000 + "]}" * 2_000 + "}",
        '{"name":"a","count":' + "9" * 5_000 + "}",
        '{"name":"a","count":1,"ratio":1e999}',
        '{"name":"a","count":1,"ratio":NaN}',
        '{"name":"a","count":1,"ratio":-Infinity}',
        '{"name":"a","count":1,"count":2}',
        '{"name":"a","count":1,"node":{"name":"x","name":"y"}}',
        '{"name":"\\ud800","count":1}',
        '{"name":"a","count":1,"\\udfff":1}',
        '{"name":"a","count":1,"sender":"by its inner name"}',
        '{"name":"a","count":1}x',
        "null",
        "[]",
        '"{}"',
        "{",
        " ",
        "\ud800",
        "\x00",
        '{"name":"' + "a" * MAX_ARGUMENTS + '","count":1}',
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_broken_text_is_a_problem(text: str) -> None:
    with pytest.raises(FunctionProblem):
        freeze(everything, text)


def test_no_text_means_no_arguments() -> None:
    @function()
    async def ping(context: Context, times: float = 1) -> None:
        """Ping."""

    assert freeze(ping, "") == '{"times":1.0}'
    assert thaw(ping, freeze(ping, "")) == {"times": 1.0}


def test_words_name_the_place_and_the_wish_but_not_the_value() -> None:
    with pytest.raises(FunctionProblem) as problem:
        freeze(everything, '{"name":"a","count":"s3cret","node":{"name":1},"extra":2}')
    words = str(problem.value)
    assert words.startswith("The arguments of everything are not valid: ")
    assert "count: Input should be a valid integer" in words
    assert "node.name: Input should be a valid string" in words
    assert "extra: Extra inputs are not permitted" in words
    assert "s3cret" not in words


def test_words_stay_short_whatever_the_model_makes_up() -> None:
    values = {f"{number}{'x' * 900}": 1 for number in range(90)}
    with pytest.raises(FunctionProblem) as problem:
        freeze(everything, json.dumps(values))
    assert len(str(problem.value)) < 3_000


def test_frozen_arguments_of_a_changed_function_do_not_run() -> None:
    def declare(annotation: Any, name: str = "amount") -> Function:
        async def pay(context: Context, **_: Any) -> None:
            """Pay."""

        parameters = {name: annotation}
        source = type(
            "Arguments", (BaseModel,), {"__annotations__": parameters, "model_config": {"extra": "forbid"}}
        )
        return Function("pay", "Pay.", source, pay)

    frozen = freeze(declare(int), '{"amount":5}')
    assert frozen == '{"amount":5}'
    assert thaw(declare(int), frozen) == {"amount": 5}
    with pytest.raises(FunctionProblem, match="no longer takes"):
        thaw(declare(int, "sum"), frozen)
    with pytest.raises(FunctionProblem, match="no longer takes"):
        thaw(declare(str), frozen)
    with pytest.raises(FunctionProblem, match="in another way"):
        thaw(declare(float), frozen)
    with pytest.raises(FunctionProblem, match="in another way"):
        thaw(declare(int), '{"amount": 5}')


def test_a_validator_s_own_words_are_told_as_they_are() -> None:
    def even(number: int) -> int:
        raise FunctionProblem("Write an even number.")

    @function()
    async def pair(context: Context, number: Annotated[int, AfterValidator(even)]) -> None:
        """Pair."""

    with pytest.raises(FunctionProblem, match=r"not valid: number: Write an even number\.$"):
        freeze(pair, '{"number": 3}')
