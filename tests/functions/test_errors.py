import pytest

from functions import FunctionProblem, OutcomeUnknown, Unavailable
from functions.rest import Refused
from functions.sentences import Sentence

BOTH = {"en": "There is none.", "ko": "없습니다."}


@pytest.mark.parametrize("kind", [FunctionProblem, Unavailable])
@pytest.mark.parametrize(
    ("words", "hint", "model", "people"),
    [
        (BOTH, "Look it up.", "There is none. Look it up.", BOTH),
        (BOTH, "", "There is none.", BOTH),
        ("There is none.", "", "There is none.", {"en": "There is none."}),
        ({"ko": "없습니다."}, "", "없습니다.", {"ko": "없습니다."}),
    ],
)
def test_the_model_reads_the_english_and_the_hint_and_people_each_language(
    kind: type[FunctionProblem], words: Sentence, hint: str, model: str, people: dict[str, str]
) -> None:
    problem = kind(words, field="day", hint=hint)
    assert (str(problem), problem.words, problem.field) == (model, people, "day")


def test_a_refusal_keeps_its_status() -> None:
    refused = Refused(BOTH, 404, "Say so.")
    assert (str(refused), refused.words, refused.status) == ("There is none. Say so.", BOTH, 404)


def test_doubt_is_told_in_each_language() -> None:
    unknown = OutcomeUnknown({"en": "Look at it.", "ko": "확인해 주세요."})
    assert (str(unknown), unknown.words["ko"]) == ("Look at it.", "확인해 주세요.")
    assert str(OutcomeUnknown("Look at it.")) == "Look at it."
