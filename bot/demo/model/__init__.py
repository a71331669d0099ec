"""A stand-in for a model provider: OpenAI's wire on this machine, answered by rules instead of a language model."""
