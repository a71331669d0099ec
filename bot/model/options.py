"""What an operator says about the model, and which provider it is."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from bot.errors import OperatorError

OPENAI_URL = "https://api.openai.com/v1"

ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]


@dataclass(frozen=True)
class ModelOptions:
    """What to ask, where and how patiently.

    `model` is a deployment on Azure, and so are the `fallbacks`, which are asked in this order while it is busy.
    Time-outs are in seconds. `read_timeout` is the longest silence of a model that may be thinking, on the wire;
    `pause_timeout` that of one in the middle of a text or a call, which is a fault sooner. `retries` counts the
    further attempts of a request that had not begun to answer; where another model can be asked, there is one.
    `sees` tells whether the model, and each fallback, takes pictures.
    """

    model: str
    api_key: str = field(default="", repr=False)
    fallbacks: tuple[str, ...] = ()
    api: Literal["auto", "responses", "chat"] = "auto"
    sees: Literal["auto", "yes", "no"] = "auto"
    base_url: str | None = None
    azure_endpoint: str | None = None
    azure_api_version: str | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    pause_timeout: float = 60.0
    retries: int = 2
    max_output_tokens: int | None = None
    temperature: float | None = None
    reasoning_effort: ReasoningEffort | None = None


class Provider(Enum):
    """Whose server it is: what goes beyond the common ground of all servers is sent to the known ones only."""

    OPENAI = "openai"
    AZURE = "azure"
    OTHER = "other"

    @property
    def known(self) -> bool:
        return self is not Provider.OTHER


def provider_of(options: ModelOptions) -> Provider:
    """Tell the provider from the addresses. Raises OperatorError for an address that is none."""
    if options.azure_endpoint:
        _split("AZURE_OPENAI_ENDPOINT", options.azure_endpoint)
        return Provider.AZURE
    host = _split("OPENAI_BASE_URL", options.base_url or OPENAI_URL).hostname or ""
    # Data residency gives OpenAI's host a region in front; Azure's v1 API is reached by a plain base URL.
    if f".{host}".endswith(".api.openai.com"):
        return Provider.OPENAI
    if host.endswith((".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")):
        return Provider.AZURE
    return Provider.OTHER


@dataclass(frozen=True)
class SettingNames:
    """The settings that hold the key and the server's address, for sentences to the operator."""

    key: str
    address: str


def setting_names(options: ModelOptions) -> SettingNames:
    """Tell which settings the operator used."""
    if options.azure_endpoint:
        return SettingNames("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT")
    return SettingNames("OPENAI_API_KEY", "OPENAI_BASE_URL")


def api_of(options: ModelOptions) -> Literal["responses", "chat"]:
    """Choose the API: as said, else the one that the provider is sure to have."""
    if options.api != "auto":
        return options.api
    return "responses" if provider_of(options).known else "chat"


def sees(options: ModelOptions) -> bool:
    """Tell whether the model takes pictures: as said, else those of the known providers do, and any other may
    refuse the whole request for one."""
    if options.sees != "auto":
        return options.sees == "yes"
    return provider_of(options).known


def _split(setting: str, address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise OperatorError(f"{setting} is not an address; write one that begins with https:// or http://.")
    return parts
