"""The steps by which a person sees what a confirmation is worth, as mrkdwn; `{other}` is another person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Step:
    """One thing to try; `prompt` is what to ask Nod for it, where there is something to ask."""

    name: str
    text: str
    prompt: str = ""


STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    "en": (
        Step(
            "four_eyes",
            "*Two people.* Ask for a hire in a channel: you can't confirm it yourself. Switch to {other} and "
            "confirm.",
            "hire Minsu Kim, age 29, salary 91000",
        ),
        Step(
            "edit",
            "*Edit first.* Press “Edit” on the card, change a value, and confirm the new card.",
            "set employee 3's age to 40",
        ),
        Step(
            "destructive",
            "*Deletions* stand alone, one card each, and ask you twice.",
            "delete employees 5 and 6",
        ),
        Step(
            "several",
            "*Several at once.* Look at both, then press “Confirm all 2” on the card below them.",
            "change employees 3 and 4's age to 40",
        ),
        Step(
            "reason",
            "*Say no.* Press “Deny with a reason…” and see what Nod makes of it.",
            "raise Tiger Nixon's salary to 330000",
        ),
        Step(
            "withdraw",
            "*Change your mind.* Answer “never mind” in the thread, or press “Withdraw”.",
            "set employee 7's age to 50",
        ),
        Step(
            "restart",
            "*Restart.* While a card waits, restart Nod above, then confirm: the first click works.",
            "set employee 8's age to 51",
        ),
        Step(
            "schedule",
            "*Again and again.* Confirm the schedule, type `/nod schedules`, and press “Run now”.",
            "every weekday at nine, tell #general the weather in Seoul",
        ),
        Step("expiry", "*Expiry.* Start with `nod demo --confirm-ttl 20` and wait until a card expires."),
    ),
    "ko": (
        Step(
            "four_eyes",
            "*두 사람이 승인.* 채널에서 채용을 요청해 보세요. 요청한 사람은 승인할 수 없습니다. "
            "{other}님으로 바꿔서 승인하세요.",
            "29살 김민수를 연봉 91000으로 채용해줘",
        ),
        Step(
            "edit",
            "*고쳐서 승인.* 카드에서 “수정”을 눌러 값을 바꾸고 새 카드를 승인하세요.",
            "3번 직원 나이를 40으로 바꿔줘",
        ),
        Step(
            "destructive",
            "*삭제는* 한 건마다 카드가 따로 나오고, 누를 때 한 번 더 묻습니다.",
            "5번과 6번 직원 삭제해줘",
        ),
        Step(
            "several",
            "*한꺼번에.* 두 건을 살펴본 뒤 아래 카드에서 “2개 모두 승인”을 누르세요.",
            "3번과 4번 직원 나이를 40으로 바꿔줘",
        ),
        Step(
            "reason",
            "*거절.* “이유를 적고 거절…”을 누르고 Nod가 어떻게 답하는지 보세요.",
            "Tiger Nixon의 연봉을 330000으로 올려줘",
        ),
        Step(
            "withdraw",
            "*마음이 바뀌면.* 스레드에 “됐어”라고 답하거나 “철회”를 누르세요.",
            "7번 직원 나이를 50으로 바꿔줘",
        ),
        Step(
            "restart",
            "*다시 시작.* 카드가 기다리는 동안 위에서 Nod를 다시 시작한 뒤 승인하세요. 첫 클릭에 바로 실행됩니다.",
            "8번 직원 나이를 51로 바꿔줘",
        ),
        Step(
            "schedule",
            "*되풀이.* 일정을 승인한 뒤 `/nod 일정`을 입력하고 “지금 실행”을 누르세요.",
            "평일 아침 9시마다 #general 채널에 서울 날씨 알려줘",
        ),
        Step("expiry", "*만료.* `nod demo --confirm-ttl 20`으로 시작하고 카드가 만료될 때까지 기다려 보세요."),
    ),
}
