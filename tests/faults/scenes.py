"""What is asked of Nod, and by what its whole answer is known."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """`whole` is found in the whole answer, or in an action's card; `told` in the words about its outcome."""

    question: str
    whole: re.Pattern[str]
    action: bool = False
    told: re.Pattern[str] | None = None


QUESTION = Scene("@Nod who is employee 5?", re.compile(r"Airi Satou.* is 33 years old and earns 162,700\."))
READING = Scene(QUESTION.question, re.compile(r"Airi Satou.* is 33 years old|I couldn't get the employee"))
"""Its function may fail, and then it is the model that says so."""
COUNT = Scene("@Nod how many employees are there?", re.compile(r"There are \**24\** employees\."))
LONG = Scene("@Nod list all employees by salary", re.compile(r"24 employees by salary[\s\S]*Tiger Nixon"))
ACTION = Scene(
    "@Nod change employee 5's salary to 100017",
    re.compile(r"100,?017"),
    action=True,
    told=re.compile(r"is now 100,017\.|took effect, and I won't try it again|That did not work"),
)
