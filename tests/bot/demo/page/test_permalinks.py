import pytest

from bot.demo.page.mrkdwn import render_mrkdwn
from bot.demo.page.permalinks import place_of_link
from bot.demo.page.reader import Reader

READER = Reader(name="lee", rooms={"C1": "general", "D1": "nod"}, archives="https://nod-demo.slack.com/archives/")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://nod-demo.slack.com/archives/D1/p1795285512896807", "/?as=lee&in=nod&thread=1795285512.896807"),
        (
            "https://nod-demo.slack.com/archives/C1/p12000001?thread_ts=11.000001&cid=C1",
            "/?as=lee&in=general&thread=11.000001",
        ),
        ("https://nod-demo.slack.com/archives/D2/p1795285512896807", None),
        ("https://nod-demo.slack.com/archives/C1", None),
        ("https://nod-demo.slack.com.example/archives/C1/p1795285512896807", None),
        ("https://example.com/", None),
    ],
)
def test_the_place_of_a_link(url: str, place: str | None) -> None:
    assert place_of_link(url, READER) == place
    assert place_of_link(url, Reader()) is None


def test_it_opens_on_the_page() -> None:
    html = render_mrkdwn("open: <https://nod-demo.slack.com/archives/D1/p1795285512896807|go to it>.", READER)
    assert 'href="/?as=lee&amp;in=nod&amp;thread=1795285512.896807"' in html
    assert "data-nav" in html
    assert "_blank" not in html
    assert "_blank" in render_mrkdwn("<https://example.com/|out>", READER)
