"""Try the model's server once at the start, so that a wrong key or address is a sentence and not a puzzle."""

import openai

from bot.errors import ModelError, OperatorError
from bot.model.client import build_client
from bot.model.options import ModelOptions, provider_of, setting_names

SECONDS = 10.0


async def check_model(options: ModelOptions) -> None:
    """Ask for the list of models; a server that has none will do, as long as it answers.

    Raises OperatorError if the server cannot be reached, refuses the key, or compresses its answers.
    """
    names = setting_names(options)
    client = build_client(options, provider_of(options)).with_options(max_retries=0, timeout=SECONDS)
    async with client:
        try:
            await client.models.list()
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise OperatorError(f"{names.key} is refused by the model's server: copy it again.") from error
        except openai.APIConnectionError as error:
            if options.base_url is None and options.azure_endpoint is None:
                raise OperatorError(
                    "api.openai.com cannot be reached: check this machine's network, or name another server in "
                    "OPENAI_BASE_URL."
                ) from error
            raise OperatorError(
                f"{names.address} cannot be reached: check the address, the network, and that the server runs."
            ) from error
        except openai.APIError:
            return
        except ModelError as error:
            raise OperatorError(str(error)) from error
