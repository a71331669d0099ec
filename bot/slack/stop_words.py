"""What a message has to say, and nothing else, to mean that a running answer should stop. Pure.

"Cancel" and 취소 are not among them: people take back a waiting action with these, which is the model's to do.
"""

from bot.slack.bare_words import bare

WORDS = frozenset(
    {
        *("stop", "stop it", "stop that", "stop now", "stop please", "please stop", "stop stop", "ok stop"),
        *("okay stop", "abort", "halt", "enough", "thats enough"),
        *("그만", "그만해", "그만해줘", "그만해 줘", "그만해요", "그만하세요", "그만해주세요", "그만해 주세요"),
        *("이제 그만", "이제 그만해", "그만 그만", "그만둬", "그만 둬", "그만하자", "멈춰", "멈춰줘", "멈춰 줘"),
        *("멈춰요", "멈춰주세요", "멈춰 주세요", "멈추세요", "중지", "중지해", "중지해줘", "중지해 줘"),
        *("중지해주세요", "중지해 주세요", "중단", "중단해", "중단해줘", "중단해 줘", "중단해주세요"),
        *("중단해 주세요", "정지", "스톱", "스탑"),
    }
)


def is_stop(text: str) -> bool:
    """Tell whether a message, without its mention of Nod, is a bare wish to stop."""
    return bare(text) in WORDS
