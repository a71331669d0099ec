"""A Slack workspace, a stand-in model and two data services on this machine."""
