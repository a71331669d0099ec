"""From the operator's settings to the model's options."""

from bot.model.options import ModelOptions
from bot.settings import Settings


def model_options(settings: Settings) -> ModelOptions:
    """Take the model's settings out of all. On Azure its own key goes before OpenAI's."""
    key = settings.openai_api_key
    if settings.azure_endpoint and settings.azure_api_key:
        key = settings.azure_api_key
    return ModelOptions(
        model=settings.model,
        api_key=key.get_secret_value() if key else "",
        api=settings.model_api,
        sees=settings.model_sees,
        base_url=settings.openai_base_url,
        azure_endpoint=settings.azure_endpoint,
        azure_api_version=settings.azure_api_version,
        fallbacks=settings.model_fallbacks,
    )
