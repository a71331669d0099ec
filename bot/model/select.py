"""The one way to a model: from what the operator said to the adapter that speaks it."""

from dataclasses import replace

from bot.model.chat import ChatModel
from bot.model.client import build_client
from bot.model.fallbacks import Fallbacks
from bot.model.options import ModelOptions, api_of, provider_of
from bot.model.protocol import Model
from bot.model.responses import ResponsesModel


def build_model(options: ModelOptions) -> Model:
    """Return the model, or the models behind one. All share one client and its connections. Nothing is sent yet.

    Raises OperatorError for a setting that cannot work.
    """
    provider = provider_of(options)
    client = build_client(options, provider)
    adapter = ResponsesModel if api_of(options) == "responses" else ChatModel
    names = (options.model, *options.fallbacks)
    models = [adapter(client, replace(options, model=name.strip()), provider) for name in names]
    return Fallbacks(models) if len(models) > 1 else models[0]
