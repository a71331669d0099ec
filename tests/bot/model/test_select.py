"""From settings to the adapter and its client."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import OperatorError
from bot.model.chat import ChatModel
from bot.model.options import ModelOptions, Provider, provider_of
from bot.model.protocol import Model
from bot.model.responses import ResponsesModel
from bot.model.select import build_model

AZURE = {"azure_endpoint": "https://nod.openai.azure.com", "azure_api_version": "2026-05-01"}


@pytest.mark.parametrize(
    ("options", "provider", "adapter"),
    [
        ({}, Provider.OPENAI, ResponsesModel),
        ({"base_url": "https://api.openai.com/v1"}, Provider.OPENAI, ResponsesModel),
        ({"base_url": "https://eu.api.openai.com/v1/"}, Provider.OPENAI, ResponsesModel),
        ({"base_url": "https://API.openai.com/v1"}, Provider.OPENAI, ResponsesModel),
        (AZURE, Provider.AZURE, ResponsesModel),
        ({"base_url": "https://nod.openai.azure.com/openai/v1/"}, Provider.AZURE, ResponsesModel),
        ({"base_url": "http://127.0.0.1:11434/v1"}, Provider.OTHER, ChatModel),
        ({"base_url": "https://api.openai.com.example/v1"}, Provider.OTHER, ChatModel),
        ({"base_url": "https://notapi.openai.com/v1"}, Provider.OTHER, ChatModel),
        ({"base_url": "http://127.0.0.1:1/v1", "api": "responses"}, Provider.OTHER, ResponsesModel),
        ({"api": "chat"}, Provider.OPENAI, ChatModel),
    ],
)
async def test_choice(build: Callable[..., Model], options: Any, provider: Provider, adapter: type) -> None:
    assert provider_of(ModelOptions("m", **options)) is provider
    assert type(build(**options)) is adapter


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"base_url": "api.example/v1"}, "OPENAI_BASE_URL"),
        ({"base_url": "ftp://api.example/v1"}, "OPENAI_BASE_URL"),
        ({"base_url": "http://"}, "OPENAI_BASE_URL"),
        ({"base_url": "http://host:port/v1"}, "OPENAI_BASE_URL"),
        ({"base_url": "http://[half/v1"}, "OPENAI_BASE_URL"),
        ({"api_key": " "}, "OPENAI_API_KEY"),
        ({"api_key": "sk-열쇠"}, "OPENAI_API_KEY"),
        ({"api_key": "sk-a\nb"}, "OPENAI_API_KEY"),
        ({"model": ""}, "NOD_MODEL"),
        ({**AZURE, "azure_api_version": None}, "OPENAI_API_VERSION"),
        ({**AZURE, "azure_endpoint": "nod.openai.azure.com"}, "AZURE_OPENAI_ENDPOINT"),
        ({**AZURE, "api_key": ""}, "AZURE_OPENAI_API_KEY"),
    ],
)
def test_settings_that_cannot_work(options: Any, setting: str) -> None:
    with pytest.raises(OperatorError, match=setting) as caught:
        build_model(ModelOptions(**{"model": "m", "api_key": "sk-test", **options}))
    assert "sk-" not in str(caught.value)


async def test_the_environment_is_not_read(
    monkeypatch: pytest.MonkeyPatch, odd: Any, build: Any, ask: Any
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/elsewhere")
    server = await odd({"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]})
    await ask(build(base_url=server.url, api_key=""), [])
    assert server.paths == ["/v1/chat/completions"]
    model = build()
    assert isinstance(model, ResponsesModel)


async def test_azure_paths(odd: Any, build: Any, ask: Any) -> None:
    server = await odd({"type": "response.completed", "response": {"output": []}})
    address = {"azure_endpoint": server.url.removesuffix("/v1"), "azure_api_version": "v9"}
    await ask(build(model="deployed", **address), [])
    assert server.paths == ["/openai/responses?api-version=v9"]
    assert server.requests[0]["model"] == "deployed"


def test_the_key_is_not_shown() -> None:
    assert "sk-test" not in repr(ModelOptions("m", "sk-test"))
