"""The schemas that the model is offered."""

import json
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from bot.demo.model.tools import check_schema
from bot.model.options import Provider
from bot.model.schema import strict_parameters, tool_definition
from functions import Context, function


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


class Filter(BaseModel):
    title: str
    least: float | None = None


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Node(BaseModel):
    value: int
    children: list["Node"] = []


@function(read_only=True)
async def everything(
    context: Context,
    name: Annotated[str, Field(description="A name", min_length=1, max_length=9)],
    amount: Decimal,
    day: date,
    pet: Annotated[Cat | Dog, Field(discriminator="kind")],
    where: Annotated[Filter, Field(description="What to keep")],
    tree: Node,
    code: Annotated[str, Field(pattern=r"^[A-Z]+$")] = "A",
    direction: Direction = Direction.UP,
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    filters: Annotated[list[Filter], Field(max_length=3)] = [],  # noqa: B006 - the schema is what is looked at
    note: str | None = None,
) -> int:
    """Everything that authors use."""
    return 1


@function(read_only=True)
async def pair(context: Context, point: tuple[int, int]) -> int:
    """Something that strict mode cannot say."""
    return 1


def keywords(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(keywords, schema))
    if not isinstance(schema, dict):
        return set()
    found = set(schema)
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            found |= set().union(*map(keywords, value.values()))
        elif key in ("items", "anyOf"):
            found |= keywords(value)
    return found


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.AZURE])
def test_strict_holds_only_what_strict_mode_takes(provider: Provider) -> None:
    tool = tool_definition(everything, provider)
    assert tool["strict"] is True
    schema = tool["parameters"]
    check_schema("everything", schema, strict=True, param="")
    shape = {"type", "description", "properties", "required", "additionalProperties", "items", "anyOf", "enum"}
    constraints = {"pattern", "format", "minimum", "maximum", "maxItems"} if provider is Provider.OPENAI else set()
    assert keywords(schema) <= shape | {"const", "$ref", "$defs"} | constraints
    assert constraints <= keywords(schema)
    assert schema["required"] == list(everything.arguments.model_fields)
    assert schema["properties"]["name"]["description"] == "A name (maxLength: 9, minLength: 1)"
    assert "default: 10" in schema["properties"]["limit"]["description"]
    assert "description" not in schema["properties"]["note"]
    assert "title" in schema["$defs"]["Filter"]["properties"]


def test_what_strict_mode_cannot_say_is_offered_without() -> None:
    assert strict_parameters(pair.arguments, Provider.OPENAI) is None
    tool = tool_definition(pair, Provider.OPENAI)
    assert tool["strict"] is False
    assert tool["parameters"] == pair.arguments.model_json_schema()


def test_a_recursive_reference_with_a_description_is_offered_without() -> None:
    class Tree(BaseModel):
        below: Annotated["Tree | None", Field(description="More")]
        beside: Annotated["Tree", Field(description="More")]

    assert strict_parameters(Tree, Provider.OPENAI) is None


def test_unknown_servers_get_plain_schemas() -> None:
    tool = tool_definition(everything, Provider.OTHER)
    assert "strict" not in tool
    assert tool["parameters"] == everything.arguments.model_json_schema()


def test_definitions_are_the_same_every_time() -> None:
    first, second = (json.dumps(tool_definition(everything, Provider.OPENAI)) for _ in range(2))
    assert first == second


def test_a_function_without_parameters() -> None:
    @function(read_only=True)
    async def now(context: Context) -> int:
        """The time."""
        return 1

    tool = tool_definition(now, Provider.OPENAI)
    assert tool["parameters"] == {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    }
