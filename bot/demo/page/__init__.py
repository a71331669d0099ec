"""The demo workspace's page: server-rendered fragments, server-sent events, no build step."""
