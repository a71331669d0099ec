"""Who may have a function called, and who may confirm it: the rules of nod.toml and what follows from them.

Pure, and fail closed: what is not known, such as the members of a user group that Slack did not name, counts
against the person. Ids only: Slack lets anybody take another's display name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

Ids = frozenset[str]
Groups = Mapping[str, Ids | None]
"""Members of user groups by the group's id; None, or no entry, for a group that could not be looked up."""

REQUESTER: Literal["requester"] = "requester"


@dataclass(frozen=True)
class FunctionRule:
    """One table of nod.toml, with its keys. None is a key that was left out; an empty set is nobody, or nowhere.

    `confirm_by`: people and user groups, or the requester, who it also is when left out. `not_requester`: four
    eyes. `call_by`: people and user groups, everybody when left out. `call_in`: channels, everywhere when left
    out. `refuse`: people and user groups, whatever the rest says.
    """

    confirm_by: Ids | Literal["requester"] | None = None
    not_requester: bool | None = None
    call_by: Ids | None = None
    call_in: Ids | None = None
    refuse: Ids = frozenset()


KEYS = tuple(each.name for each in fields(FunctionRule))
READ_KEYS = ("call_by", "call_in", "refuse")
"""What a read-only function's table may hold: there is nothing to confirm."""


@dataclass(frozen=True)
class Rules:
    """What a whole nod.toml says. `file` and `text` are its name and content, for sentences about it.

    `read_only` names the functions to which [actions] does not apply; a function that is not known is an action.
    """

    actions: FunctionRule = field(default_factory=FunctionRule)
    functions: Mapping[str, FunctionRule] = field(default_factory=dict)
    read_only: frozenset[str] = frozenset()
    file: str = ""
    text: str = field(default="", repr=False)

    def of(self, function: str) -> FunctionRule:
        """Return a function's rule: its own table, and for an action the keys of [actions] that this lacks."""
        own = self.functions.get(function, FunctionRule())
        return own if function in self.read_only else overlaid(self.actions, own)


def overlaid(general: FunctionRule, own: FunctionRule) -> FunctionRule:
    """Return a function's own table over the general one, key by key, so that a table that adds one key does not
    give away the rest. `refuse` adds up: it always wins (nod.toml.example)."""
    return FunctionRule(
        confirm_by=general.confirm_by if own.confirm_by is None else own.confirm_by,
        not_requester=general.not_requester if own.not_requester is None else own.not_requester,
        call_by=general.call_by if own.call_by is None else own.call_by,
        call_in=general.call_in if own.call_in is None else own.call_in,
        refuse=general.refuse | own.refuse,
    )


def is_impossible(rule: FunctionRule) -> bool:
    """Tell whether only the requester could confirm, who must not: nobody means that on purpose."""
    return bool(rule.not_requester) and rule.confirm_by in (None, REQUESTER)


def may_call(rule: FunctionRule, user: str, channel: str, groups: Groups) -> bool:
    """Tell whether a person may have the function called in a channel (`refuse`, `call_by`, `call_in`)."""
    if not user or _refused(rule, user, groups):
        return False
    if rule.call_in is not None and channel not in rule.call_in:
        return False
    return rule.call_by is None or _listed(rule.call_by, user, groups)


def may_confirm(rule: FunctionRule, requester: str, user: str, groups: Groups) -> bool:
    """Tell whether a person may confirm what `requester` asked for (`refuse`, `not_requester`, `confirm_by`).

    The caller has looked up that the person is a full member of the workspace: that is not a rule of nod.toml.
    """
    if not user or _refused(rule, user, groups) or (rule.not_requester and user == requester):
        return False
    if rule.confirm_by is None or rule.confirm_by == REQUESTER:
        return user == requester
    return _listed(rule.confirm_by, user, groups)


def may_deny(rule: FunctionRule, requester: str, user: str, groups: Groups) -> bool:
    """Tell whether a person may deny: whoever may confirm, and always the requester, refused or not, because a
    denial only reduces effects."""
    return bool(user) and (user == requester or may_confirm(rule, requester, user, groups))


def groups_named(rule: FunctionRule) -> frozenset[str]:
    """Return the ids of the user groups whose members the rule depends on."""
    confirm_by = rule.confirm_by if isinstance(rule.confirm_by, frozenset) else frozenset()
    return frozenset(filter(_is_group, confirm_by | (rule.call_by or frozenset()) | rule.refuse))


def _refused(rule: FunctionRule, user: str, groups: Groups) -> bool:
    unknown = any(groups.get(each) is None for each in rule.refuse if _is_group(each))
    return unknown or _listed(rule.refuse, user, groups)


def _listed(ids: Ids, user: str, groups: Groups) -> bool:
    return user in ids or any(user in (groups.get(each) or ()) for each in ids if _is_group(each))


def _is_group(id: str) -> bool:
    return id.startswith("S")
