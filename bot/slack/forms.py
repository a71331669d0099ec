"""The modal that changes an action's arguments before it is confirmed, and the way back from it. Pure.

A block's id is the parameter's JSON name, its element's action_id says how to read it: `number`, `date`, `choice`,
`text` or `json`. What a typed element could alter (a text with hidden characters, a number beyond 15 digits) is
edited as JSON, so that a form submitted unchanged gives the arguments that it was made from.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.slack.block_kit import Block, View, context, modal, plain, section
from bot.slack.form_elements import TYPED, Parameter, element, parameters, utf16
from bot.slack.values import labels, literal, parse, title
from bot.words.catalogue import DEFAULT, Words, words_for
from functions.arguments import freeze, own_problem
from functions.contract import Function
from functions.errors import FunctionProblem, Unavailable
from functions.sentences import spoken
from storage.records import Action

EDIT_SUBMIT = "action_edit_submit"

FORM = 12_000
"""Characters of all typed values of a form: Slack sends the form back together with them."""

VIEW = 200_000
"""Bytes of a form with all its options; Slack takes 250 kB a view."""

REASON = 500
"""Characters of a function's own words beside a field."""

PARAMETERS = 90
JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")

SENTENCES: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("form-at-least", "ge"),
    "greater_than": ("form-more-than", "gt"),
    "less_than_equal": ("form-at-most", "le"),
    "less_than": ("form-less-than", "lt"),
    "string_too_short": ("form-too-short", "min_length"),
    "string_too_long": ("form-too-long", "max_length"),
}
"""What pydantic says, by its error's type: the sentence, and where its limit stands."""

REQUIRED, NOT_A_NUMBER, NOT_JSON, NOT_VALID = "form-required", "form-number", "form-json", "form-not-valid"


class FormProblem(ValueError):
    """A form says something that is no JSON. `problems` has the key of a sentence for each block's id."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def editable(action: Action, function: Function | None) -> bool:
    """Tell whether a modal can show all arguments for editing."""
    if function is None or not 1 <= len(function.arguments.model_fields) <= PARAMETERS:
        return False
    if len(action.arguments_json) > 2 * FORM:
        return False  # before the form is built: that takes a while for what is long
    view = edit_modal(action, function, words_for(DEFAULT))
    sizes = [utf16(block.get("element", {}).get("initial_value", "")) for block in view["blocks"]]
    return max(sizes) <= TYPED and sum(sizes) <= FORM and len(json.dumps(view)) <= VIEW


def edit_modal(action: Action, function: Function, words: Words) -> View:
    """Build the form of an action's arguments, filled in; for an action that is `editable`."""
    values, known = parse(action.arguments_json), parameters(function)
    names = labels([parameter.name for parameter in known], function, words)
    blocks = [_block(each, function, names[each.name], values.get(each.name), words) for each in known]
    return modal(
        words("edit-title"),
        words("modal-close"),
        [section(plain(title(action, function, words))), context(words("edit-told")), *blocks],
        submit=words("edit-submit"),
        callback_id=EDIT_SUBMIT,
        private_metadata=action.id,
    )


def read_form(view_state: Mapping[str, Any], function: Function) -> str:
    """Read a submitted view's `state` as arguments (JSON) to be frozen. Raises FormProblem."""
    values = _mapping(view_state.get("values"))
    pieces: list[str] = []
    problems: dict[str, str] = {}
    for parameter in parameters(function):
        kind, entry = next(iter(_mapping(values.get(parameter.name)).items()), ("", {}))
        try:
            piece = _read(parameter, kind, _mapping(entry))
        except FormProblem as problem:
            problems.update(problem.problems)
        else:
            pieces.append(f"{json.dumps(parameter.name, ensure_ascii=False)}:{piece}")
    if problems:
        raise FormProblem(problems)
    return f"{{{','.join(pieces)}}}"


def form_errors(view_state: Mapping[str, Any], function: Function, words: Words) -> dict[str, str]:
    """Say what is wrong, by block id, as `response_action: errors` wants it; empty if the form can be frozen."""
    try:
        text = read_form(view_state, function)
    except FormProblem as problem:
        return {block: words(key) for block, key in problem.problems.items()}
    try:
        freeze(function, text)
    except FunctionProblem:
        return _problems(text, function, words)
    return {}


def refused(
    problem: FunctionProblem, arguments_json: str, action: Action, function: Function, words: Words
) -> dict[str, str]:
    """Say, by block id, what a function's check has against arguments that are valid by themselves: beside the
    parameter that it names, else beside the first that was changed, because before that it had nothing."""
    names = [parameter.name for parameter in parameters(function)]
    before, after = parse(action.arguments_json), parse(arguments_json)
    changed = (name for name in names if before.get(name) != after.get(name))
    block = problem.field if problem.field in names else next(changed, names[0])
    return {str(block): _own_words(problem, words)}


def _problems(text: str, function: Function, words: Words) -> dict[str, str]:
    names = [parameter.name for parameter in parameters(function)]
    found: dict[str, str] = {}
    try:
        function.arguments.model_validate_json(text)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            place = problem["loc"][0] if problem["loc"] else ""
            block = place if place in names else names[0]
            if own := own_problem(problem):
                found.setdefault(str(block), _own_words(own, words))
                continue
            key, limit = SENTENCES.get(problem["type"], (NOT_VALID, ""))
            values = {"limit": _limit(problem.get("ctx", {}).get(limit))} if limit else {}
            found.setdefault(str(block), words(key, **values))
    return found or {names[0]: words(NOT_VALID)}


def _own_words(problem: FunctionProblem, words: Words) -> str:
    """Write what a function says to people; what another service did not tell it is no fault of the value's."""
    if isinstance(problem, Unavailable):
        return words("form-unchecked")
    reason = literal(" ".join(spoken(problem.words, words.language).split()))[:REASON]
    if not reason:
        return words("form-invalid")
    return reason if words.language in problem.words else words("form-refused", reason=reason)


def _limit(limit: Any) -> str:
    """Write a limit as people do: 0 and not 0.0."""
    return str(int(limit) if isinstance(limit, float) and limit.is_integer() else limit)


def _block(parameter: Parameter, function: Function, name: str, value: Any, words: Words) -> Block:
    chosen = element(parameter, value, words)
    block: Block = {
        "type": "input",
        "block_id": parameter.name,
        "label": plain(literal(name)),
        "element": chosen,
        "optional": _may_be_empty(parameter, function, chosen["action_id"]),
    }
    if chosen["action_id"] == "json":
        block["hint"] = plain(words("form-json-hint"))
    elif function.kinds.get(parameter.name) == "timing":
        block["hint"] = plain(words("form-timing-hint"))
    return block


def _may_be_empty(parameter: Parameter, function: Function, kind: str) -> bool:
    """Tell whether Slack may submit the block empty. A choice names null itself, and an empty text is a text, if
    the function takes one."""
    if kind == "text":
        return parameter.nullable or _takes(function, parameter.name, "")
    return parameter.nullable and kind != "choice"


def _takes(function: Function, name: str, value: str) -> bool:
    """Try a value: what a validator has against it stands in no schema."""
    try:
        function.arguments.model_validate_json(json.dumps({name: value}))
    except ValidationError as error:
        return all(problem["loc"][:1] != (name,) for problem in error.errors(include_url=False))
    except (ArithmeticError, AttributeError, LookupError, TypeError):  # a validator that stumbles over it
        return False
    return True


def _read(parameter: Parameter, kind: str, entry: Mapping[str, Any]) -> str:
    """Read one element's entry as a piece of JSON."""
    match kind:
        case "choice":
            given = _mapping(entry.get("selected_option")).get("value")
        case "date":
            given = entry.get("selected_date")
        case _:
            given = entry.get("value")
    if not isinstance(given, str):
        given = None
    if kind == "text" and (given or not parameter.nullable):
        return json.dumps(given or "", ensure_ascii=False)
    if given is None or not given.strip():
        if parameter.nullable:
            return "null"
        raise FormProblem({parameter.name: REQUIRED})
    if kind == "date":
        return json.dumps(given)
    if kind == "number":
        return _typed_number(parameter, given)
    try:
        json.loads(given)
    except (ValueError, RecursionError) as error:
        raise FormProblem({parameter.name: NOT_JSON}) from error
    return str(given)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _typed_number(parameter: Parameter, given: str) -> str:
    """Read a number as people write it: `+5`, `05` and `5.` are no JSON."""
    text = given.strip().removeprefix("+")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    digits = digits.lstrip("0") if len(digits) > 1 else digits
    digits = f"0{digits}" if not digits[:1].isdecimal() else digits
    text = sign + digits.removesuffix(".")
    if not JSON_NUMBER.fullmatch(text):
        raise FormProblem({parameter.name: NOT_A_NUMBER})
    return text
