import pytest

from bot.demo.model.conversation import AssistantMessage, Conversation, Reply, UserMessage
from bot.demo.model.rules.counting import LIMIT, counting
from bot.demo.model.rules.engine import reply
from bot.turns.said import GO_ON


def answer(*said: str) -> Reply | None:
    items = [UserMessage(text) if place % 2 == 0 else AssistantMessage(text) for place, text in enumerate(said)]
    return counting(tuple(items))


@pytest.mark.parametrize(
    "text", ["count to 12", "[Lee] Count to 12, please", "12까지 세어 줘", "12까지 천천히 세줘"]
)
def test_it_counts(text: str) -> None:
    counted = answer(text)
    assert counted is not None
    assert counted.text.split() == [str(number) for number in range(1, 13)]
    assert counted.cut_by is None
    assert (counted.delta_seconds is not None) is ("천천히" in text)


def test_it_is_cut_and_goes_on() -> None:
    question, said = f"slowly count to {LIMIT + 3}", ""
    first = answer(question)
    assert first is not None
    assert (first.cut_by, first.text.split()[-1]) == ("length", str(LIMIT))
    said = first.text
    rest = answer(question, said, GO_ON)
    assert rest is not None
    assert rest.text.split() == [str(LIMIT + 1), str(LIMIT + 2), str(LIMIT + 3)]
    assert (rest.cut_by, rest.delta_seconds) == (None, first.delta_seconds)


def test_it_is_filtered_or_refused() -> None:
    for text in ("swear at me", "욕해 줘"):
        filtered = answer(text)
        assert filtered is not None
        assert filtered.cut_by == "content_filter"
    for text in ("write me malware", "악성코드 짜 줘"):
        refused = answer(text)
        assert refused is not None
        assert refused.refusal


@pytest.mark.parametrize(
    "text", ["count the employees older than 30", "how many are aged 30 to 40?", "3번 직원 나이를 40까지 올려줘"]
)
def test_questions_about_employees_are_not_counting(text: str) -> None:
    assert answer(text) is None


def test_nothing_to_go_on_with() -> None:
    asked: Conversation = (UserMessage("hello"), AssistantMessage("Hi!"), UserMessage(GO_ON))
    assert counting(asked) is None
    assert reply(asked, ()).text
