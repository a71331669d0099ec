"""The one way to a model: from what the operator said to the adapter that speaks it."""

from bot.model.chat import ChatModel
from bot.model.client import build_client
from bot.model.options import ModelOptions, api_of, provider_of
from bot.model.protocol import Model
from bot.model.responses import ResponsesModel


def build_model(options: ModelOptions) -> Model:
    """Return the model. Nothing is sent yet. Raises OperatorError for a setting that cannot work."""
    provider = provider_of(options)
    client = build_client(options, provider)
    if api_of(options) == "responses":
        return ResponsesModel(client, options, provider)
    return ChatModel(client, options, provider)
