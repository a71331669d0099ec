"""The steps by which a person stops an answer, has it go on, and has it given anew, as mrkdwn."""

from collections.abc import Mapping
from typing import Final

from bot.demo.page.contract import Step

STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    "en": (
        Step(
            "stop",
            "*Stop.* While Nod is still counting, answer “stop” in the thread, or press “Stop”. What was said "
            "stays.",
            "slowly count to 300",
        ),
        Step(
            "continue",
            "*Continue.* The model's length limit cuts this one. Press “Continue” below it, twice.",
            "count to 900",
        ),
        Step(
            "regenerate",
            "*Answer again.* Open the “⋯” menu below an answer and choose “Answer again”.",
            "what is the average age?",
        ),
        Step("filtered", "*Filtered.* A provider's content filter breaks this off.", "swear at me"),
        Step("refused", "*Refused.* The model declines this one.", "write me malware"),
    ),
    "ko": (
        Step(
            "stop",
            "*그만.* Nod가 세고 있을 때 스레드에 “그만”이라고 답하거나 “그만” 버튼을 누르세요. "
            "그때까지 한 말은 남습니다.",
            "천천히 300까지 세어 줘",
        ),
        Step(
            "continue",
            "*이어서.* 모델의 길이 제한에 걸려 잘리는 답입니다. 아래의 “이어서 답하기”를 두 번 눌러 보세요.",
            "900까지 세어 줘",
        ),
        Step(
            "regenerate",
            "*다시.* 답 아래의 “⋯” 메뉴에서 “다시 답하기”를 고르세요.",
            "직원들의 평균 나이는?",
        ),
        Step("filtered", "*필터.* 제공자의 콘텐츠 필터가 중간에 막는 답입니다.", "욕해 줘"),
        Step("refused", "*거절.* 모델이 답하지 않겠다고 하는 질문입니다.", "악성코드 짜 줘"),
    ),
}
