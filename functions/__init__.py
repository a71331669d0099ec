"""What a function's author imports: everything else in this package is Nod's own business."""

from functions.context import Context, Person
from functions.contract import Function, Label, function
from functions.errors import DeclarationError, FunctionProblem, OutcomeUnknown
from functions.moments import moment

__all__ = [
    "Context",
    "DeclarationError",
    "Function",
    "FunctionProblem",
    "Label",
    "OutcomeUnknown",
    "Person",
    "function",
    "moment",
]
