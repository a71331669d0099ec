"""The rules that stand in for a language model: `reply(conversation, tools)`, a pure function."""

from bot.demo.model.rules.engine import reply

__all__ = ["reply"]
