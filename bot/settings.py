"""The only reader of the environment and of nod.toml. Frozen, typed, secrets masked; an error is one sentence."""

import difflib
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import OperatorError
from bot.rules import Rules
from bot.rules_file import parse
from bot.setting_problems import setting_problem

ENV_FILE = ".env"
OWN_PREFIXES = ("SLACK_", "OPENAI_", "AZURE_", "NOD_")
"""What functions are not shown: Nod's own tokens and settings."""


def _address(value: str) -> str:
    if not value.startswith(("http://", "https://")) or " " in value:
        raise ValueError("write an address that starts with https:// or http://")
    return value.rstrip("/")


def _folder(value: str) -> str:
    """slack_sdk joins method names to its base: the address has to end with one slash."""
    return _address(value) + "/"


def _bot_token(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("xoxb-"):
        raise ValueError("copy the Bot User OAuth Token, which starts with xoxb-, from OAuth & Permissions")
    return value


def _app_token(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("xapp-"):
        raise ValueError("make an app-level token with connections:write, which starts with xapp-")
    return value


def _names(value: object) -> object:
    """Read a list that is written with commas."""
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


def _host_and_port(value: str) -> str:
    host, _, port = value.rpartition(":")
    if value != "off" and not (host and port.isdecimal() and int(port) < 65_536):
        raise ValueError("write host:port, such as 127.0.0.1:9464, or off")
    return value


def _by_itself(value: object) -> object:
    """`auto`, like nothing, leaves a setting to Nod."""
    return None if isinstance(value, str) and value.strip().lower() in ("", "auto") else value


def _nothing_if_empty(value: object) -> object:
    """`NAME=` in a file means that the setting is not there."""
    return None if isinstance(value, str) and not value.strip() else value


Address = Annotated[str, AfterValidator(_address)]
OptionalAddress = Annotated[Address | None, BeforeValidator(_nothing_if_empty)]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_nothing_if_empty)]
OptionalText = Annotated[str | None, BeforeValidator(_nothing_if_empty)]


class Settings(BaseSettings):
    """All settings, by their names in the environment. `.env.example` documents each."""

    model_config = SettingsConfigDict(
        frozen=True, env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", case_sensitive=True
    )

    slack_bot_token: Annotated[SecretStr, AfterValidator(_bot_token)] = Field(alias="SLACK_BOT_TOKEN")
    slack_app_token: Annotated[SecretStr, AfterValidator(_app_token)] = Field(alias="SLACK_APP_TOKEN")
    slack_api_url: Annotated[str, AfterValidator(_folder)] = Field("https://slack.com/api/", alias="SLACK_API_URL")

    openai_api_key: OptionalSecret = Field(None, alias="OPENAI_API_KEY")
    openai_base_url: OptionalAddress = Field(None, alias="OPENAI_BASE_URL")
    azure_endpoint: OptionalAddress = Field(None, alias="AZURE_OPENAI_ENDPOINT")
    azure_api_key: OptionalSecret = Field(None, alias="AZURE_OPENAI_API_KEY")
    azure_api_version: OptionalText = Field(None, alias="OPENAI_API_VERSION")
    model: str = Field("gpt-5.4-mini", alias="NOD_MODEL", min_length=1)
    model_fallbacks: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = Field(
        (), alias="NOD_MODEL_FALLBACKS"
    )
    """Models (on Azure deployments) that are asked in this order while NOD_MODEL is busy or out of order."""
    model_api: Literal["auto", "responses", "chat"] = Field("auto", alias="NOD_MODEL_API")

    model_sees: Literal["auto", "yes", "no"] = Field("auto", alias="NOD_MODEL_SEES")
    """Whether the model takes pictures; auto: those of OpenAI and Azure do."""
    file_bytes: int = Field(20_000_000, alias="NOD_FILE_BYTES", ge=1_000, le=100_000_000)
    """What a file that people share may have."""
    file_characters: int = Field(50_000, alias="NOD_FILE_CHARACTERS", ge=1_000, le=1_000_000)
    """What the model is shown of one file's text; never more than half of NOD_CONTEXT_TOKENS."""

    config: Path = Field(Path("nod.toml"), alias="NOD_CONFIG")
    """Who may call and who may confirm; `load_rules` reads it."""
    database: Path = Field(Path("nod.db"), alias="NOD_DATABASE")
    retention_days: int = Field(365, alias="NOD_RETENTION_DAYS", ge=0, le=36_500)
    """Days after its last word that a conversation is kept; 0: until its people want it forgotten."""
    confirm_ttl: int = Field(1800, alias="NOD_CONFIRM_TTL", ge=1, le=7 * 24 * 3600)
    """Seconds."""
    context_tokens: Annotated[Annotated[int, Field(ge=1_000)] | None, BeforeValidator(_by_itself)] = Field(
        None, alias="NOD_CONTEXT_TOKENS"
    )
    """Tokens of a request; None: by the model, `bot.model.windows`."""
    compaction: Literal["summarize", "trim", "off"] = Field("summarize", alias="NOD_COMPACTION")
    """What becomes of the older part of a conversation that has reached that budget."""
    thread_messages: int = Field(50, alias="NOD_THREAD_MESSAGES", ge=0, le=1_000)
    """Messages that are read of a thread which people had begun before they called Nod; 0: none."""
    max_steps: int = Field(12, alias="NOD_MAX_STEPS", ge=1, le=100)
    concurrency: int = Field(32, alias="NOD_CONCURRENCY", ge=1, le=1_000)
    turn_seconds: int = Field(600, alias="NOD_TURN_SECONDS", ge=1, le=24 * 3600)
    """What a turn may take before it is ended with an honest word; a running action is never cut short by it."""
    schedule_seconds: int = Field(900, alias="NOD_SCHEDULE_SECONDS", ge=1, le=7 * 24 * 3600)
    """The least time between two runs of one schedule."""
    schedule_grace: int = Field(3600, alias="NOD_SCHEDULE_GRACE", ge=1, le=7 * 24 * 3600)
    """Seconds after which a run that was due while Nod was down is told as missed instead of done."""
    schedules_of_person: int = Field(20, alias="NOD_SCHEDULES_OF_PERSON", ge=0, le=1_000)
    schedules: int = Field(200, alias="NOD_SCHEDULES", ge=0, le=10_000)
    """Schedules of the whole workspace."""
    sockets: int = Field(2, alias="NOD_SOCKETS", ge=1, le=10)
    """Socket Mode connections: Slack closes each now and then, and the others hear on meanwhile."""
    monitor: Annotated[str, AfterValidator(_host_and_port)] = Field("127.0.0.1:9464", alias="NOD_MONITOR")
    """Where /healthz and /metrics are served, `host:port`; port 0 takes a free one; `off` serves nothing."""
    log_format: Literal["json", "text"] = Field("json", alias="NOD_LOG_FORMAT")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="NOD_LOG_LEVEL")

    employees_api_url: Address = Field("https://dummy.restapiexample.com/api/v1", alias="EMPLOYEES_API_URL")
    weather_api_url: Address = Field("https://api.open-meteo.com", alias="WEATHER_API_URL")
    geocoding_api_url: Address = Field("https://geocoding-api.open-meteo.com", alias="GEOCODING_API_URL")

    @property
    def retention(self) -> timedelta | None:
        """How long a conversation is kept after its last word; None: until its people want it forgotten."""
        return timedelta(days=self.retention_days) if self.retention_days else None

    @property
    def for_functions(self) -> Mapping[str, str]:
        """What functions may read: the rest of the environment, without Nod's own tokens and settings."""
        return {
            **{name: value for name, value in _environment().items() if not name.startswith(OWN_PREFIXES)},
            "EMPLOYEES_API_URL": self.employees_api_url,
            "WEATHER_API_URL": self.weather_api_url,
            "GEOCODING_API_URL": self.geocoding_api_url,
        }


def load() -> Settings:
    """Read the environment and `.env`.

    Raises OperatorError with one sentence for all settings that are missing, or for the first that is wrong.
    """
    _refuse_unknown(_environment())
    try:
        settings = Settings()
    except ValidationError as error:
        raise OperatorError(setting_problem(error, _without_key())) from None  # the cause holds values: tokens
    if settings.azure_endpoint and not settings.azure_api_version:
        raise OperatorError("OPENAI_API_VERSION is not set: Azure OpenAI wants one, such as 2026-05-01.")
    if settings.azure_endpoint and not (settings.azure_api_key or settings.openai_api_key):
        raise OperatorError("AZURE_OPENAI_API_KEY is not set: copy a key of the Azure OpenAI resource into .env.")
    if not settings.azure_endpoint and not settings.openai_base_url and not settings.openai_api_key:
        raise OperatorError("OPENAI_API_KEY is not set: put your key into .env, or set OPENAI_BASE_URL.")
    return settings


def _without_key() -> Sequence[str]:
    """Name the model's key if no setting stands in its place, so that it is told with what else is missing."""
    given = _environment()
    others = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT")
    return () if any(given.get(name, "").strip() for name in others) else ("OPENAI_API_KEY",)


def database_path() -> Path:
    """Return NOD_DATABASE alone, for commands that need no tokens."""
    return Path(_environment().get("NOD_DATABASE") or Settings.model_fields["database"].default)


def load_rules(settings: Settings) -> Rules:
    """Read nod.toml: who may call and who may confirm. No file is no rules, unless NOD_CONFIG names it.

    Raises OperatorError with one sentence that names the file and, for what it says, the line.
    """
    file = settings.config
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        if "config" in settings.model_fields_set:
            raise OperatorError(f"NOD_CONFIG is wrong: there is no file {file}.") from None
        return Rules()
    except OSError as error:
        raise OperatorError(f"{file} cannot be read: {error.strerror}.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise OperatorError(f"{file}, line {line}: this is not UTF-8; save the file in that encoding.") from None
    return parse(text, str(file))


def base_environment() -> dict[str, str]:
    """Return the environment of this process without Nod's own settings, for a child that is given its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OWN_PREFIXES)}


def model_environment() -> dict[str, str]:
    """Return the environment's settings of the real model, for `nod demo --model real`."""
    values = _environment()
    wanted = ("OPENAI_", "AZURE_", "NOD_MODEL")
    return {name: value for name, value in values.items() if name.startswith(wanted)}


def _environment() -> dict[str, str]:
    """Return `.env` and the environment, which wins."""
    return {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None} | dict(os.environ)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """A mistyped setting of Nod's own would be passed over, and nobody would know."""
    known = [str(field.alias) for field in Settings.model_fields.values()]
    for name in sorted(environment):
        if name.startswith("NOD_") and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else ".env.example names all of them."
            raise OperatorError(f"{name} is no setting of Nod's: {hint}")
