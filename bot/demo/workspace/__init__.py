"""A small Slack: its state, its Web API, its Socket Mode and the persons who use it."""
