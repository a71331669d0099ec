import pytest

from bot.demo.workspace.errors import ResponseUrlError, SlackError
from bot.demo.workspace.interactivity import ResponseUrls, Triggers


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_trigger_is_good_for_three_seconds_and_one_use() -> None:
    time = Time()
    triggers = Triggers(time)
    used, late = triggers.issue("U1"), triggers.issue("U2")
    assert triggers.exchange(used) == "U1"
    with pytest.raises(SlackError, match="exchanged_trigger_id"):
        triggers.exchange(used)
    time.now = 3.1
    with pytest.raises(SlackError, match="expired_trigger_id"):
        triggers.exchange(late)
    with pytest.raises(SlackError, match="invalid_trigger_id"):
        triggers.exchange("1.2.3")


def test_a_response_url_is_good_for_five_uses_in_thirty_minutes() -> None:
    time = Time()
    urls = ResponseUrls(time)
    often, late = (
        urls.issue("http://x", "T1", "C1", "U1"),
        urls.issue("http://x", "T1", "C1", "U1", command="/nod"),
    )
    assert often.url.startswith("http://x/actions/T1/")
    assert late.url.startswith("http://x/commands/T1/")
    for _ in range(5):
        assert urls.use(often.path) is often
    with pytest.raises(ResponseUrlError, match="used_url"):
        urls.use(often.path)
    time.now = 30 * 60 + 1
    with pytest.raises(ResponseUrlError, match="expired_url"):
        urls.use(late.path)
    with pytest.raises(ResponseUrlError, match="no_such_url"):
        urls.use("/actions/T1/1/x")
