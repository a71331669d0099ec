"""What people read and paste, against the code: documents, .env.example, manifest.yml, constraints/."""

import ast
import inspect
import re

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from tests.source import HOME, constants, nodes, read

SLACK_ROOMS = ("bot.app", "bot.slack")

SCOPES_OF_METHODS = {
    "agents_sessions_setStatus": {"assistant:write"},
    "assistant_threads_setStatus": {"assistant:write"},
    "assistant_threads_setSuggestedPrompts": {"assistant:write"},
    "assistant_threads_setTitle": {"assistant:write"},
    "apps_connections_open": set(),
    "auth_test": set(),
    "chat_appendStream": {"chat:write"},
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_startStream": {"chat:write"},
    "chat_stopStream": {"chat:write"},
    "chat_stream": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read", "im:read", "mpim:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "files_info": {"files:read"},
    "reactions_add": {"reactions:write"},
    "usergroups_users_list": {"usergroups:read"},
    "users_conversations": {"channels:read", "groups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
"""Web API methods by their names in slack_sdk; Nod is in no group message that it would list."""

SCOPES_OF_EVENTS = {
    "agent_session_stopped": {"assistant:write"},
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
}


def setting_names() -> dict[str, str]:
    """Return the environment's names of all settings, with their defaults as `.env.example` writes them."""
    found = {}
    for field in Settings.model_fields.values():
        assert field.alias
        found[field.alias] = "" if field.is_required() or not field.default else str(field.default)
    return found


def test_the_example_environment_names_every_setting_with_its_default() -> None:
    assert (
        dict(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$", read(".env.example"), re.MULTILINE)) == setting_names()
    )


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_documents_name_only_settings_that_exist(document: str) -> None:
    own = {name.partition("_")[0] for name in setting_names()}
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z0-9]+)+\b", read(document)))
    assert {name for name in named if name.partition("_")[0] in own} <= setting_names().keys()


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md"])
def test_documents_name_only_commands_that_exist(document: str) -> None:
    from bot.cli import main  # the command line imports the whole house, which the other tests need not wait for

    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", read(document), re.DOTALL))
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", code)) <= targets
    assert set(re.findall(r"(?:^|[`$ ]|\.venv/bin/)nod ([a-z]+)", code, re.MULTILINE)) <= set(main.commands)


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md"])
def test_documents_link_to_files_that_exist(document: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)|<img[^>]+src=\"(?!https?:)([^\"]+)", read(document))
    assert [name for pair in links for name in pair if name and not (HOME / name).exists()] == []


def test_the_architecture_names_files_that_exist() -> None:
    named = set(re.findall(r"`((?:bot|functions|storage|tests|constraints)/[\w./-]*)`", read("ARCHITECTURE.md")))
    assert sorted(name for name in named if not (HOME / name).exists()) == []


def manifest_list(key: str) -> set[str]:
    """Read one list of plain values out of manifest.yml (a YAML parser would be a dependency for this alone)."""
    block = re.search(rf"^( *){key}:\n((?:\1 +- .+\n)+)", read("manifest.yml"), re.MULTILINE)
    assert block, f"manifest.yml has no {key}"
    return set(re.findall(r"- (\S+)", block[2]))


def registered(kind: str) -> set[str]:
    """Find the ids that Bolt listeners are registered for: `app.event("…")`, `app.command("…")`."""
    return {
        node.args[0].value
        for node in nodes(*SLACK_ROOMS)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == kind
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def methods_called() -> set[str]:
    """Find the Web API methods that the code calls, by their names in slack_sdk."""
    known = {name for name, _ in inspect.getmembers(AsyncWebClient, inspect.isfunction) if "_" in name.strip("_")}
    return {
        node.attr
        for node in nodes(*SLACK_ROOMS)
        if isinstance(node, ast.Attribute) and node.attr in known - {"api_call"}
    }


def test_the_manifest_asks_for_the_scopes_that_are_needed_and_no_more() -> None:
    called = methods_called()
    assert called <= SCOPES_OF_METHODS.keys(), "say in SCOPES_OF_METHODS what the new method needs"
    needed = {scope for method in called for scope in SCOPES_OF_METHODS[method]}
    needed |= {scope for event in manifest_list("bot_events") for scope in SCOPES_OF_EVENTS[event]}
    needed |= {"commands"} if registered("command") else set()
    assert manifest_list("bot") == needed


def test_the_manifest_subscribes_to_the_events_that_are_listened_to() -> None:
    subscribed = {name.partition(".")[0] for name in manifest_list("bot_events")}
    assert registered("event") <= subscribed
    assert subscribed <= constants(nodes(*SLACK_ROOMS))


def test_the_manifest_has_the_slash_commands_that_are_listened_to() -> None:
    assert set(re.findall(r"- command: (\S+)", read("manifest.yml"))) == registered("command") != set()


@pytest.mark.parametrize("name", ["constraints/demo.txt", "constraints/dev.txt", "constraints/bench.txt"])
def test_every_pin_has_hashes_and_names_no_place(name: str) -> None:
    text = read(name)
    assert not re.search(r"://|--(?!hash=sha256:[0-9a-f]{64}\b)|^-| @ ", text, re.MULTILINE)
    pins = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_both_sets_of_pins_agree() -> None:
    demo, dev = (
        set(re.findall(r"^[a-z0-9-]+==\S+", read(f"constraints/{name}.txt"), re.MULTILINE))
        for name in ("demo", "dev")
    )
    assert demo < dev
