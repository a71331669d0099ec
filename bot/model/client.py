"""Builds the openai package's client with our own time-outs and a bounded number of retries."""

import openai

from bot.errors import OperatorError
from bot.model.options import OPENAI_URL, ModelOptions, Provider, setting_names

NO_KEY = "no-key"
"""Sent where none is set: the package insists on a key, servers on one's own machine rarely do."""


def build_client(options: ModelOptions, provider: Provider) -> openai.AsyncOpenAI:
    """Return the client. Raises OperatorError with a sentence that names the setting to mend."""
    if not options.model.strip():
        raise OperatorError("NOD_MODEL is empty; write the name of the model, on Azure that of the deployment.")
    key, key_setting = options.api_key.strip(), setting_names(options).key
    if not key and provider.known:
        raise OperatorError(f"{key_setting} is empty; write the key that the provider's console shows.")
    if not (key.isascii() and key.isprintable()):
        raise OperatorError(f"{key_setting} holds characters that no key has; copy it again.")
    timeout = openai.Timeout(options.read_timeout, connect=options.connect_timeout)
    if options.azure_endpoint:
        if not options.azure_api_version:
            raise OperatorError("OPENAI_API_VERSION is empty; write the API version of the Azure endpoint.")
        return openai.AsyncAzureOpenAI(
            api_key=key,
            azure_endpoint=options.azure_endpoint,
            api_version=options.azure_api_version,
            timeout=timeout,
            max_retries=options.retries,
        )
    return openai.AsyncOpenAI(
        api_key=key or NO_KEY,
        # Given in every case, because the package would look into the environment by itself.
        base_url=options.base_url or OPENAI_URL,
        timeout=timeout,
        max_retries=options.retries,
    )
