"""A stand-in for a model provider: OpenAI's wire on this machine, answered by rules, not by a language model."""
