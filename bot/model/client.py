"""Builds the openai package's client with our own time-outs and a bounded number of retries."""

from collections.abc import Awaitable, Callable

import httpx2
import openai

from bot.errors import OperatorError
from bot.model.bounds import bound
from bot.model.errors import compressed, tells_enough
from bot.model.options import OPENAI_URL, ModelOptions, Provider, SettingNames, setting_names
from bot.model.waits import asked_wait

NO_KEY = "no-key"
"""Sent where none is set: the package insists on a key, servers on one's own machine rarely do."""

PATIENCE, PATIENCE_BESIDE_OTHERS = 20.0, 2.0
"""Seconds of a Retry-After that are waited out before a further attempt; the second where another model can be
asked meanwhile. The package by itself waits up to 120, and a person with it."""


def build_client(options: ModelOptions, provider: Provider) -> openai.AsyncOpenAI:
    """Return the client. Raises OperatorError with a sentence that names the setting to mend."""
    if not options.model.strip():
        raise OperatorError("NOD_MODEL is empty; write the name of the model, on Azure that of the deployment.")
    _check_fallbacks(options)
    key, key_setting = options.api_key.strip(), setting_names(options).key
    if not key and provider.known:
        raise OperatorError(f"{key_setting} is empty; write the key that the provider's console shows.")
    if not (key.isascii() and key.isprintable()):
        raise OperatorError(f"{key_setting} holds characters that no key has; copy it again.")
    timeout = openai.Timeout(options.read_timeout, connect=options.connect_timeout)
    retries = min(options.retries, 1) if options.fallbacks else options.retries
    patience = PATIENCE_BESIDE_OTHERS if options.fallbacks else PATIENCE
    hooks = [_impatient(patience), _uncompressed(setting_names(options)), bound]
    http = openai.DefaultAsyncHttpxClient(
        timeout=timeout, headers={"Accept-Encoding": "identity"}, event_hooks={"response": hooks}
    )
    if options.azure_endpoint:
        if not options.azure_api_version:
            raise OperatorError("OPENAI_API_VERSION is empty; write the API version of the Azure endpoint.")
        return openai.AsyncAzureOpenAI(
            api_key=key,
            azure_endpoint=options.azure_endpoint,
            api_version=options.azure_api_version,
            timeout=timeout,
            http_client=http,
            max_retries=retries,
        )
    return openai.AsyncOpenAI(
        api_key=key or NO_KEY,
        # Given in every case, because the package would look into the environment by itself.
        base_url=options.base_url or OPENAI_URL,
        timeout=timeout,
        http_client=http,
        max_retries=retries,
    )


def _check_fallbacks(options: ModelOptions) -> None:
    names = [options.model.strip()]
    for name in map(str.strip, options.fallbacks):
        if not name:
            raise OperatorError(
                "NOD_MODEL_FALLBACKS holds an empty name; write models with one comma between two."
            )
        if name in names:
            raise OperatorError(f"NOD_MODEL_FALLBACKS names {name} a second time; each model is asked once.")
        names.append(name)


def _impatient(patience: float) -> Callable[[httpx2.Response], Awaitable[None]]:
    """Forbid the package, by the header that it obeys, a further attempt that a server wants too late."""

    async def hook(response: httpx2.Response) -> None:
        wait = asked_wait(response.headers)
        if wait is not None and wait > patience:
            response.headers["x-should-retry"] = "false"

    return hook


def _uncompressed(settings: SettingNames) -> Callable[[httpx2.Response], Awaitable[None]]:
    """Refuse a body that is compressed all the same; of an error whose status says enough, that is all that is
    taken."""

    async def hook(response: httpx2.Response) -> None:
        encodings = response.headers.get_list("content-encoding", split_commas=True)
        if all(encoding.strip().lower() in ("", "identity") for encoding in encodings):
            return
        if not tells_enough(response.status_code):
            raise compressed(settings)
        await response.aclose()

    return hook
