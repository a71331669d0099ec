"""Reads English."""

from bot.demo.model.rules.english.reading import read
from bot.demo.model.rules.english.schedules import read_schedules

__all__ = ["read", "read_schedules"]
