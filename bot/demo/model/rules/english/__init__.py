"""Reads English."""

from bot.demo.model.rules.english.reading import read

__all__ = ["read"]
