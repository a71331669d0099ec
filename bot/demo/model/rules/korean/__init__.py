"""Reads Korean."""

from bot.demo.model.rules.korean.reading import read
from bot.demo.model.rules.korean.schedules import read_schedules

__all__ = ["read", "read_schedules"]
