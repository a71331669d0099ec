"""Reads Korean."""

from bot.demo.model.rules.korean.reading import read

__all__ = ["read"]
