"""The stand-in model sums up what it is given, within what it is allowed, and knows its notes again."""

import json

from bot.demo.model.conversation import AssistantMessage, Instruction, UserMessage
from bot.demo.model.rules import reply
from bot.demo.model.rules.notes import OPENING, remembered, summary
from bot.model.neutral import SUMMARY_MARK
from bot.turns.summary import INSTRUCTIONS

TOLD = "\n".join(
    json.dumps(line, ensure_ascii=False)
    for line in (
        {"notes": "- Park: hello"},
        {"person": "Lee", "said": "what is the average age?"},
        {"nod_called": "query_employees", "with": "{}"},
        {"returned": "{}"},
        {"nod_said": "The average age is 42.13."},
    )
)


def asked(characters: int, told: str = TOLD) -> str:
    conversation = (Instruction(INSTRUCTIONS.format(characters=characters)), UserMessage(told))
    assert reply(conversation, ()).text == summary(conversation)
    return reply(conversation, ()).text


def test_it_sums_up_who_said_what() -> None:
    notes = "- Park: hello\n- Lee: what is the average age?\n- Nod: The average age is 42.13."
    assert asked(1_000) == notes
    assert remembered(notes) == [("Park", "hello"), ("Lee", "what is the average age?")]


def test_it_keeps_the_first_and_the_last_of_what_does_not_fit() -> None:
    lines = [json.dumps({"person": "U0LEE1234", "said": f"question {number}"}) for number in range(100)]
    notes = asked(300, "\n".join(lines))
    assert len(notes) <= 300
    assert "question 0" in notes
    assert "question 99" in notes
    assert remembered(notes)[0] == (None, "question 0")


def test_its_notes_are_no_question() -> None:
    assert SUMMARY_MARK.startswith(OPENING)
    notes = UserMessage(f"{SUMMARY_MARK}\n- Lee: who is the oldest?\n- Nod: Tiger.")
    said = reply((notes, UserMessage("[Lee] what did I ask first?")), ())
    assert "who is the oldest?" in said.text
    assert reply((Instruction("Be kind."), UserMessage("hello"), AssistantMessage("hi")), ()).text
