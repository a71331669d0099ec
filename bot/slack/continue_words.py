"""What a message has to say, and nothing else, to mean that an answer which was cut should go on. Pure.

None of these does anything where no answer was cut: so they may be everyday words.
"""

from bot.slack.bare_words import bare

WORDS = frozenset(
    {
        *("continue", "continue please", "please continue", "continue it", "ok continue", "okay continue"),
        *("yes continue", "yes please continue", "go on", "please go on", "go on please", "keep going"),
        *("please keep going", "carry on", "please carry on", "the rest", "the rest please", "and the rest"),
        *("계속", "계속해", "계속해줘", "계속해 줘", "계속해요", "계속하세요", "계속해주세요", "계속해 주세요"),
        *("계속해주십시오", "계속해 주십시오", "계속 해줘", "계속 해 줘", "계속 해주세요", "계속 해 주세요"),
        *("계속 써줘", "계속 써 줘", "계속 써주세요", "계속 써 주세요", "계속 말해줘", "계속 말해 줘"),
        *("계속 말해주세요", "계속 말해 주세요", "계속 답해줘", "계속 답해 줘", "계속 계속", "응 계속", "네 계속"),
        *("응 계속해", "응 계속해줘", "응 계속해 줘", "네 계속해주세요", "네 계속해 주세요", "계속 부탁해"),
        *("계속 부탁해요", "계속 부탁드려요", "계속 부탁드립니다", "이어서", "이어서 해줘", "이어서 해 줘"),
        *("이어서 해주세요", "이어서 해 주세요", "이어서 써줘", "이어서 써 줘", "이어서 써주세요"),
        *("이어서 써 주세요", "이어서 말해줘", "이어서 말해 줘", "이어서 말해주세요", "이어서 말해 주세요"),
        *("이어서 답해줘", "이어서 답해 줘", "이어서 답해주세요", "이어서 답해 주세요", "이어서 답하기"),
        *("이어서 계속", "이어서 계속해줘", "이어서 계속해 줘", "나머지", "나머지도", "나머지 줘", "나머지도 줘"),
        *(
            "나머지 보여줘",
            "나머지 보여 줘",
            "나머지도 보여줘",
            "나머지도 보여 줘",
            "마저",
            "마저 해줘",
            "마저 해 줘",
        ),
        *("마저 해주세요", "마저 해 주세요", "마저 써줘", "마저 써 줘", "마저 답해줘", "마저 답해 줘"),
    }
)


def is_continue(text: str) -> bool:
    """Tell whether a message, without its mention of Nod, is a bare wish that an answer go on."""
    return bare(text) in WORDS
