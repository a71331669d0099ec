import pytest

from bot.errors import OperatorError
from bot.settings import load, model_environment

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "OPENAI_API_KEY": "sk-1"}


@pytest.fixture
def good(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_defaults(good: pytest.MonkeyPatch) -> None:
    settings = load()
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.confirm_ttl == 1800
    assert settings.employees_api_url == "https://dummy.restapiexample.com/api/v1"
    assert settings.model_api == "auto"


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_missing_setting_is_named(good: pytest.MonkeyPatch, missing: str, empty: bool) -> None:
    if empty:
        good.setenv(missing, "")
    else:
        good.delenv(missing)
    with pytest.raises(OperatorError, match=f"^{missing} is not set: "):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-secret"),
        ("SLACK_APP_TOKEN", "xoxb-secret"),
        ("SLACK_API_URL", "slack.com"),
        ("EMPLOYEES_API_URL", "ftp://secret"),
        ("NOD_CONFIRM_TTL", "sk-secret-that-was-pasted-here"),
    ],
)
def test_a_bad_setting_is_named_and_not_repeated(good: pytest.MonkeyPatch, name: str, value: str) -> None:
    good.setenv(name, value)
    with pytest.raises(OperatorError, match=f"^{name} is wrong: ") as caught:
        load()
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("NOD_CONFIRM_TTL", "abc", "NOD_CONFIRM_TTL is “abc”: write a whole number, such as 1800."),
        ("NOD_CONFIRM_TTL", "1.5", "NOD_CONFIRM_TTL is “1.5”: write a whole number, such as 1800."),
        ("NOD_CONFIRM_TTL", "0", "NOD_CONFIRM_TTL is “0”: write a whole number of at least 1."),
        ("NOD_SOCKETS", "11", "NOD_SOCKETS is “11”: write a whole number of at most 10."),
        ("NOD_CONTEXT_TOKENS", "many", "NOD_CONTEXT_TOKENS is “many”: write a whole number, such as 1800."),
        ("NOD_MODEL_API", "assistants", "NOD_MODEL_API is “assistants”: write auto, responses or chat."),
    ],
)
def test_a_bad_choice_or_number_is_told_with_what_to_write(
    good: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    good.setenv(name, value)
    with pytest.raises(OperatorError) as caught:
        load()
    assert str(caught.value) == sentence


def test_all_that_is_missing_is_told_at_once(good: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        good.delenv(name)
    with pytest.raises(OperatorError, match=r"^SLACK_BOT_TOKEN, SLACK_APP_TOKEN and OPENAI_API_KEY are not set: "):
        load()
    good.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    good.setenv("NOD_CONFIRM_TTL", "abc")
    with pytest.raises(OperatorError, match=r"^SLACK_BOT_TOKEN and SLACK_APP_TOKEN are not set: "):
        load()


def test_addresses_are_joined_with_one_slash(good: pytest.MonkeyPatch) -> None:
    good.setenv("SLACK_API_URL", "http://127.0.0.1:9000/api")
    good.setenv("WEATHER_API_URL", "http://127.0.0.1:9001/")
    settings = load()
    assert settings.slack_api_url == "http://127.0.0.1:9000/api/"
    assert settings.weather_api_url == "http://127.0.0.1:9001"


def test_a_file_is_read_and_the_environment_wins(good: pytest.MonkeyPatch, tmp_path: object) -> None:
    with open(".env", "w") as file:  # the test runs in a folder of its own
        file.write("NOD_MODEL=from-file\nNOD_CONFIRM_TTL=60\nSHOP_API_KEY=of-a-function\n")
    good.setenv("NOD_MODEL", "from-environment")
    settings = load()
    assert (settings.model, settings.confirm_ttl) == ("from-environment", 60)
    assert settings.for_functions["SHOP_API_KEY"] == "of-a-function"


def test_functions_do_not_see_tokens(good: pytest.MonkeyPatch) -> None:
    seen = load().for_functions
    assert not [name for name in seen if name.startswith(("SLACK_", "OPENAI_", "NOD_"))]
    assert not set(GOOD.values()) & set(seen.values())


def test_tokens_are_not_printed(good: pytest.MonkeyPatch) -> None:
    assert not [value for value in GOOD.values() if value in repr(load())]


def test_azure_wants_a_version_and_a_key(good: pytest.MonkeyPatch) -> None:
    good.setenv("AZURE_OPENAI_ENDPOINT", "https://example.openai.azure.com")
    with pytest.raises(OperatorError, match=r"^OPENAI_API_VERSION"):
        load()
    good.setenv("OPENAI_API_VERSION", "2026-05-01")
    assert load().azure_endpoint == "https://example.openai.azure.com"


def test_the_real_model_of_the_demo(good: pytest.MonkeyPatch) -> None:
    good.setenv("NOD_MODEL", "gpt-5.5")
    assert model_environment() == {"OPENAI_API_KEY": "sk-1", "NOD_MODEL": "gpt-5.5"}


def test_a_mistyped_setting_is_named(good: pytest.MonkeyPatch) -> None:
    good.setenv("NOD_CONFRIM_TTL", "5")
    with pytest.raises(
        OperatorError, match=r"^NOD_CONFRIM_TTL is no setting of Nod's: did you mean NOD_CONFIRM_TTL\?$"
    ):
        load()


@pytest.mark.parametrize(("written", "tokens"), [("", None), ("auto", None), (" Auto ", None), ("6000", 6_000)])
def test_the_context_follows_the_model_unless_it_is_said(
    good: pytest.MonkeyPatch, written: str, tokens: int | None
) -> None:
    good.setenv("NOD_CONTEXT_TOKENS", written)
    assert load().context_tokens == tokens


@pytest.mark.parametrize(("name", "value"), [("NOD_CONTEXT_TOKENS", "999"), ("NOD_COMPACTION", "forget")])
def test_a_memory_that_cannot_be_is_named(good: pytest.MonkeyPatch, name: str, value: str) -> None:
    good.setenv(name, value)
    with pytest.raises(OperatorError, match=f"^{name} is “{value}”: "):
        load()
