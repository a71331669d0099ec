"""What a function is: a typed coroutine whose signature and docstring are its schema.

    @function(read_only=True)
    async def get_weather(context: Context, city: Annotated[str, Field(description="City")]) -> Weather:
        '''Current weather and today's forecast for a city.'''

A function that does not say `read_only=True` is an action: it waits for a click. Forgetting to declare costs
a click, never an accident.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, overload

from pydantic import BaseModel, ConfigDict, PydanticUserError, ValidationError, create_model

from functions.context import Context
from functions.errors import DeclarationError

NAME = re.compile(r"^[a-z][a-z0-9_]{0,63}$")
"""OpenAI takes `^[a-zA-Z0-9_-]{1,64}$`; ours are Python names in lower case."""

MAX_TITLE = 100
"""Characters of a title or a label: what names an action must fit wherever Slack shows it, and is never cut."""

Implementation = Callable[..., Awaitable[Any]]


Kind = Literal["amount", "timing"]


class Label:
    """A parameter's human name by language, for cards: `Annotated[int, Label(en="Salary", ko="연봉")]`.

    `kind` says what people read in its value: an `amount` has its thousands separated (an id has not), a `timing`
    (cron or one time, as `functions/timing.py` reads it) is said in words as well.
    """

    def __init__(self, *, kind: Kind | None = None, **names: str) -> None:
        self.kind = kind
        self.names = names


@dataclass(frozen=True)
class Function:
    """A registered function. `titles` and `labels` go by language code (`en`, `ko`); `timeout` is in seconds.

    There are three tiers: `read_only` runs at once, `destructive` is asked twice and always alone, and whatever is
    neither is an action. `rememberable` lets a person waive the question for an hour in one thread. `attended` is
    never called in a scheduled run.
    """

    name: str
    description: str
    arguments: type[BaseModel]
    implementation: Implementation = field(repr=False)
    read_only: bool = False
    destructive: bool = False
    rememberable: bool = False
    idempotent: bool = False
    timeout: float = 20.0
    titles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    preview: Implementation | None = field(default=None, repr=False)
    check: Implementation | None = field(default=None, repr=False)
    attended: bool = False

    def title(self, language: str) -> str:
        """Name the function for people, in `language` if its author did, else in English or from its name."""
        return self.titles.get(language) or self.titles.get("en") or self.name.replace("_", " ").capitalize()

    def label(self, parameter: str, language: str) -> str:
        """Name a parameter for people, in the same way."""
        names = self.labels.get(parameter, {})
        return names.get(language) or names.get("en") or parameter.replace("_", " ").capitalize()

    @property
    def schema_digest(self) -> str:
        """Digest what was offered: an action frozen under another schema, or shown as of another tier, must not
        run."""
        offered = {"schema": self.arguments.model_json_schema(), "destructive": self.destructive}
        return hashlib.sha256(json.dumps(offered, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@overload
def function(implementation: Implementation, /) -> Function: ...


@overload
def function(
    *,
    read_only: bool = False,
    destructive: bool = False,
    rememberable: bool = False,
    idempotent: bool = False,
    timeout: float = 20.0,
    title: str | Mapping[str, str] = "",
    preview: Implementation | None = None,
    check: Implementation | None = None,
    attended: bool = False,
) -> Callable[[Implementation], Function]: ...


def function(
    implementation: Implementation | None = None,
    /,
    *,
    read_only: bool = False,
    destructive: bool = False,
    rememberable: bool = False,
    idempotent: bool = False,
    timeout: float = 20.0,
    title: str | Mapping[str, str] = "",
    preview: Implementation | None = None,
    check: Implementation | None = None,
    attended: bool = False,
) -> Function | Callable[[Implementation], Function]:
    """Declare a coroutine as a function of Nod's; a bare `@function` is an action with these defaults.

    `read_only`: it changes nothing anywhere, so it runs without a click. `destructive`: it deletes, pays or tells
    many people, so its button is red, asks a second time, and confirms nothing else with it. `rememberable`: who
    confirms it may choose not to be asked again in that thread for an hour. `idempotent`: it may be run again with
    the same `context.action_id` and has its effect once. `timeout`: seconds. `title`: what people read on the
    card, one text or one a language, at most 100 characters each. `preview`: a read-only coroutine with the same
    parameters that returns a `functions.Preview`, or one line, about what the arguments mean now, such as whose
    record it is; people see it on the card, and a time in a line that `functions.moment` wrote each in their own
    time zone. `check`: the same, but it raises FunctionProblem where an action could not be done anyhow, before
    anybody is asked. `attended`: only
    where a person has just asked for it, never in a scheduled run.

    Raises DeclarationError with a sentence that says what to write instead.
    """
    titles = {"en": title} if isinstance(title, str) and title else dict(title or {})

    def declare(implementation: Implementation) -> Function:
        name = getattr(implementation, "__name__", "?")
        if not NAME.match(name):
            raise DeclarationError(f"{name}: name the function in lower case, at most 64 letters, digits and _.")
        if not inspect.iscoroutinefunction(implementation):
            raise DeclarationError(f"{name}: write `async def {name}(…)`.")
        description = inspect.getdoc(implementation)
        if not description:
            raise DeclarationError(f"{name}: write a docstring; it tells the model what the function does.")
        if timeout <= 0:
            raise DeclarationError(f"{name}: write a time-out above 0 seconds.")
        if any(len(text) > MAX_TITLE for text in titles.values()):
            raise DeclarationError(f"{name}: write a title of at most {MAX_TITLE} characters.")
        _check_tier(name, read_only=read_only, destructive=destructive, rememberable=rememberable)
        parameters = _parameters(name, implementation)
        for hook, what in ((preview, "preview"), (check, "check")):
            if hook is not None:
                _check_hook(name, parameters, hook, what)
        return Function(
            name=name,
            description=description,
            arguments=_arguments_model(name, parameters),
            implementation=implementation,
            read_only=read_only,
            destructive=destructive,
            rememberable=rememberable,
            idempotent=idempotent,
            timeout=timeout,
            titles=titles,
            labels={parameter.name: _label(parameter.annotation).names for parameter in parameters},
            kinds={
                parameter.name: kind for parameter in parameters if (kind := _label(parameter.annotation).kind)
            },
            preview=preview,
            check=check,
            attended=attended,
        )

    if implementation is None:
        return declare
    if not callable(implementation):
        raise DeclarationError(f"@function({implementation!r}): write options by name, such as title=…")
    return declare(implementation)


def _check_tier(name: str, *, read_only: bool, destructive: bool, rememberable: bool) -> None:
    if read_only and destructive:
        raise DeclarationError(f"{name}: write read_only or destructive; what only reads destroys nothing.")
    if read_only and rememberable:
        raise DeclarationError(
            f"{name}: write read_only without rememberable; what only reads is never asked about."
        )
    if destructive and rememberable:
        raise DeclarationError(
            f"{name}: write destructive without rememberable; what destroys is asked each time."
        )


def _parameters(name: str, implementation: Implementation) -> list[inspect.Parameter]:
    try:
        parameters = list(inspect.signature(implementation, eval_str=True).parameters.values())
    except NameError as error:
        raise DeclarationError(f"{name}: the annotation {error.name!r} cannot be found; import it.") from error
    except (AttributeError, SyntaxError, TypeError) as error:
        raise DeclarationError(f"{name}: an annotation is no type; write types that can be imported.") from error
    if not parameters or parameters[0].annotation is not Context:
        raise DeclarationError(f"{name}: write `context: Context` as the first parameter.")
    for parameter in parameters[1:]:
        _check_parameter(name, parameter)
    return parameters[1:]


def _check_parameter(name: str, parameter: inspect.Parameter) -> None:
    where = f"{name}, parameter {parameter.name}"
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise DeclarationError(f"{where}: write named parameters instead of *args, **kwargs or positional-only.")
    if parameter.name.startswith("_"):
        raise DeclarationError(f"{where}: write a name without a leading underscore; pydantic hides such fields.")
    if hasattr(BaseModel, parameter.name):
        raise DeclarationError(
            f"{where}: the name clashes with pydantic's; write another, such as {parameter.name}_value."
        )
    if parameter.annotation is parameter.empty:
        raise DeclarationError(f"{where}: write a type.")
    if any(len(text) > MAX_TITLE for text in (parameter.name, *_label(parameter.annotation).names.values())):
        raise DeclarationError(f"{where}: write a name and labels of at most {MAX_TITLE} characters.")


def _check_hook(name: str, parameters: list[inspect.Parameter], hook: Implementation, what: str) -> None:
    wanted = [parameter.name for parameter in parameters]
    if not inspect.iscoroutinefunction(hook) or list(inspect.signature(hook).parameters)[1:] != wanted:
        signature = ", ".join(["context", *wanted])
        raise DeclarationError(f"{name}: write the {what} as `async def {what}({signature})`.")


def _arguments_model(name: str, parameters: list[inspect.Parameter]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        parameter.name: (
            parameter.annotation,
            ... if parameter.default is parameter.empty else parameter.default,
        )
        for parameter in parameters
    }
    config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
    try:
        model = create_model(name, __config__=config, **fields)
        schema = model.model_json_schema()
    except (PydanticUserError, NameError) as error:
        raise DeclarationError(
            f"{name}: a parameter's type has no JSON schema; write plain types or pydantic models."
        ) from error
    _check_defaults(name, model)
    for parameter, part in schema.get("properties", {}).items():
        if advice := _advice(part, schema.get("$defs", {}), set()):
            raise DeclarationError(f"{name}, parameter {parameter}: {advice}")
    return model


def _check_defaults(name: str, model: type[BaseModel]) -> None:
    try:
        model.model_validate({})
    except ValidationError as error:
        for problem in error.errors():
            if problem["type"] != "missing":
                where = f"{name}, parameter {problem['loc'][0]}"
                raise DeclarationError(f"{where}: write a default that the type itself admits.") from error


def _advice(part: Mapping[str, Any], definitions: Mapping[str, Any], seen: set[str]) -> str | None:
    """Say what to write instead of a type that a card cannot show whole or that does not keep its value in JSON.

    It looks at the schema and not at the annotation: that is what the model is offered, however it was written.
    """
    if "$ref" in part:
        name = part["$ref"].removeprefix("#/$defs/")
        if name in seen:
            return None
        seen.add(name)
        return _advice(definitions[name], definitions, seen)
    if part.get("writeOnly"):
        return "write str instead of a secret type; a card has to show what runs."
    if part.get("uniqueItems"):
        return "write a list instead of a set; a set has no order that can be shown and kept."
    if _is_open(part):
        return (
            "write a pydantic model with named fields instead of a dict, Any or object, and a list with the type "
            "of its items, so that a card can show all of it."
        )
    inner = [*part.get("properties", {}).values(), *part.get("prefixItems", ())]
    inner += [choice for key in ("anyOf", "oneOf", "allOf") for choice in part.get(key, ())]
    if part.get("items"):
        inner.append(part["items"])
    return next((advice for each in inner if (advice := _advice(each, definitions, seen))), None)


def _is_open(part: Mapping[str, Any]) -> bool:
    """Tell whether a schema admits what it does not name (OpenAI's converter lets open dicts pass)."""
    match part.get("type"):
        case "object":
            return bool(part.get("additionalProperties")) or "properties" not in part
        case "array":
            return not part.get("items") and not part.get("prefixItems")
        case None:
            return not any(key in part for key in ("anyOf", "oneOf", "allOf", "enum", "const"))
        case _:
            return False


def _label(annotation: Any) -> Label:
    return next((part for part in get_args(annotation) if isinstance(part, Label)), Label())
