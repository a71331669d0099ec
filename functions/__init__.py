"""What a function's author imports: everything else in this package is Nod's own business."""

from functions.context import Context, Person
from functions.contract import Function, Label, function
from functions.errors import DeclarationError, FunctionProblem, OutcomeUnknown, Unavailable
from functions.moments import moment
from functions.preview import Preview

__all__ = [
    "Context",
    "DeclarationError",
    "Function",
    "FunctionProblem",
    "Label",
    "OutcomeUnknown",
    "Person",
    "Preview",
    "Unavailable",
    "function",
    "moment",
]
