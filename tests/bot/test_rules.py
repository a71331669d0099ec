from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rules import (
    REQUESTER,
    FunctionRule,
    Groups,
    Rules,
    groups_named,
    is_impossible,
    may_call,
    may_confirm,
    may_deny,
    overlaid,
)

KIM, LEE, PARK = "U0KIM", "U0LEE", "U0PARK"
BOSSES, LEAVERS = "S0BOSSES", "S0LEAVERS"
HR, GENERAL = "C0HR", "C0GENERAL"
GROUPS: Groups = {BOSSES: frozenset({LEE}), LEAVERS: frozenset({PARK})}


def ids(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("rule", "kim", "lee", "park"),
    [
        (FunctionRule(), True, False, False),
        (FunctionRule(confirm_by=REQUESTER), True, False, False),
        (FunctionRule(confirm_by=ids(LEE)), False, True, False),
        (FunctionRule(confirm_by=ids(KIM, LEE)), True, True, False),
        (FunctionRule(confirm_by=ids(KIM, LEE), not_requester=True), False, True, False),
        (FunctionRule(confirm_by=ids(BOSSES)), False, True, False),
        (FunctionRule(confirm_by=ids(BOSSES, LEAVERS)), False, True, True),
        (FunctionRule(confirm_by=ids(LEE, PARK), refuse=ids(LEAVERS)), False, True, False),
        (FunctionRule(refuse=ids(KIM)), False, False, False),
        (FunctionRule(confirm_by=ids()), False, False, False),
        (FunctionRule(not_requester=True), False, False, False),
        (FunctionRule(call_by=ids(), call_in=ids()), True, False, False),  # calling is another question
    ],
)
def test_who_may_confirm_what_kim_asked_for(rule: FunctionRule, kim: bool, lee: bool, park: bool) -> None:
    assert [may_confirm(rule, KIM, each, GROUPS) for each in (KIM, LEE, PARK)] == [kim, lee, park]
    assert [may_deny(rule, KIM, each, GROUPS) for each in (KIM, LEE, PARK)] == [True, lee, park]


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (FunctionRule(), {(KIM, HR), (KIM, GENERAL), (LEE, HR), (LEE, GENERAL)}),
        (FunctionRule(call_by=ids(BOSSES)), {(LEE, HR), (LEE, GENERAL)}),
        (FunctionRule(call_by=ids(KIM), call_in=ids(HR)), {(KIM, HR)}),
        (FunctionRule(call_in=ids(HR)), {(KIM, HR), (LEE, HR)}),
        (FunctionRule(call_in=ids()), set()),
        (FunctionRule(call_by=ids()), set()),
        (FunctionRule(refuse=ids(BOSSES)), {(KIM, HR), (KIM, GENERAL)}),
        (FunctionRule(call_by=ids(KIM, LEE), refuse=ids(KIM)), {(LEE, HR), (LEE, GENERAL)}),
        (FunctionRule(confirm_by=ids()), {(KIM, HR), (KIM, GENERAL), (LEE, HR), (LEE, GENERAL)}),
    ],
)
def test_who_may_call_where(rule: FunctionRule, allowed: set[tuple[str, str]]) -> None:
    everywhere = [(user, channel) for user in (KIM, LEE) for channel in (HR, GENERAL)]
    assert {each for each in everywhere if may_call(rule, *each, GROUPS)} == allowed


@pytest.mark.parametrize("unknown", [{}, {BOSSES: None}])
def test_a_group_that_cannot_be_looked_up_counts_against_everybody(unknown: Groups) -> None:
    assert not may_confirm(FunctionRule(confirm_by=ids(BOSSES)), KIM, LEE, unknown)
    assert not may_call(FunctionRule(call_by=ids(BOSSES)), LEE, HR, unknown)
    refusing = FunctionRule(confirm_by=ids(LEE), refuse=ids(BOSSES))
    assert not may_confirm(refusing, KIM, LEE, unknown)
    assert not may_call(refusing, LEE, HR, unknown)
    assert may_deny(refusing, KIM, KIM, unknown)


def test_nobody_is_nobody() -> None:
    assert not may_call(FunctionRule(), "", HR, {})
    assert not may_confirm(FunctionRule(), "", "", {})
    assert not may_deny(FunctionRule(), "", "", {})


def test_the_groups_that_are_looked_up() -> None:
    rule = FunctionRule(confirm_by=ids(KIM, "S1"), call_by=ids("S2", "W1"), call_in=ids("C1"), refuse=ids("S3"))
    assert groups_named(rule) == {"S1", "S2", "S3"}
    assert groups_named(FunctionRule(confirm_by=REQUESTER)) == frozenset()


def test_a_functions_own_table_lacks_what_the_general_one_says() -> None:
    general = FunctionRule(confirm_by=ids(LEE), not_requester=True, call_in=ids(HR), refuse=ids(PARK))
    rules = Rules(
        general,
        {"delete": FunctionRule(call_by=ids(KIM), refuse=ids(LEAVERS)), "weather": FunctionRule(call_in=ids(HR))},
        read_only=ids("weather", "time"),
    )
    assert rules.of("raise") == general
    assert rules.of("delete") == replace(general, call_by=ids(KIM), refuse=ids(PARK, LEAVERS))
    assert rules.of("weather") == FunctionRule(call_in=ids(HR))
    assert rules.of("time") == FunctionRule()
    assert overlaid(general, FunctionRule(not_requester=False, call_in=ids())).not_requester is False
    assert Rules().of("anything") == FunctionRule()


def test_four_eyes_of_one_person_are_impossible() -> None:
    assert is_impossible(FunctionRule(not_requester=True))
    assert is_impossible(FunctionRule(not_requester=True, confirm_by=REQUESTER))
    assert not is_impossible(FunctionRule(not_requester=True, confirm_by=ids()))
    assert not is_impossible(FunctionRule(confirm_by=REQUESTER))


PEOPLE = ("U1", "U2", "W3")
TEAMS = ("S1", "S2")
ROOMS = ("C1", "G2", "D3")

users = st.sampled_from(PEOPLE)
channels = st.sampled_from(ROOMS)
listed = st.frozensets(st.sampled_from(PEOPLE + TEAMS))
memberships = st.dictionaries(st.sampled_from(TEAMS), st.none() | st.frozensets(users))
rules = st.builds(
    FunctionRule,
    confirm_by=st.none() | st.just(REQUESTER) | listed,
    not_requester=st.none() | st.booleans(),
    call_by=st.none() | listed,
    call_in=st.none() | st.frozensets(channels),
    refuse=listed,
)


def allowed(rule: FunctionRule, groups: Groups) -> set[tuple[str, ...]]:
    """List everything that a rule allows in this small world."""
    calls = {("call", user, room) for user in PEOPLE for room in ROOMS if may_call(rule, user, room, groups)}
    pairs = [(requester, user) for requester in PEOPLE for user in PEOPLE]
    confirms = {("confirm", *pair) for pair in pairs if may_confirm(rule, *pair, groups)}
    return calls | confirms


@given(rules, memberships, users)
def test_refuse_always_wins(rule: FunctionRule, groups: Groups, user: str) -> None:
    assert not [
        each for each in allowed(replace(rule, refuse=rule.refuse | {user}), groups) if refused(each, user)
    ]
    for team in TEAMS:
        if groups.get(team) is None or user in (groups[team] or ()):
            refusing = replace(rule, refuse=rule.refuse | {team})
            assert not [each for each in allowed(refusing, groups) if refused(each, user)]


def refused(deed: tuple[str, ...], user: str) -> bool:
    return (deed[1] if deed[0] == "call" else deed[2]) == user


@given(rules, memberships)
def test_an_empty_list_means_nobody(rule: FunctionRule, groups: Groups) -> None:
    assert not [each for each in allowed(replace(rule, confirm_by=frozenset()), groups) if each[0] == "confirm"]
    assert not [each for each in allowed(replace(rule, call_by=frozenset()), groups) if each[0] == "call"]
    assert not [each for each in allowed(replace(rule, call_in=frozenset()), groups) if each[0] == "call"]


@given(rules, memberships, st.sampled_from(TEAMS))
def test_what_is_not_known_allows_nothing_more(rule: FunctionRule, groups: Groups, lost: str) -> None:
    for unknown in ({**groups, lost: None}, {key: value for key, value in groups.items() if key != lost}):
        assert allowed(rule, unknown) <= allowed(rule, groups)


def fewer(allowed: frozenset[str] | None, wanted: frozenset[str]) -> frozenset[str]:
    return wanted if allowed is None else allowed & wanted


@given(rules, memberships, listed, st.frozensets(channels))
def test_a_restriction_never_widens(
    rule: FunctionRule, groups: Groups, some: frozenset[str], room: frozenset[str]
) -> None:
    restrictions = [
        replace(rule, refuse=rule.refuse | some),
        replace(rule, not_requester=True),
        replace(rule, call_by=fewer(rule.call_by, some)),
        replace(rule, call_in=fewer(rule.call_in, room)),
    ]
    if isinstance(rule.confirm_by, frozenset):
        restrictions.append(replace(rule, confirm_by=rule.confirm_by & some))
    for restricted in restrictions:
        assert allowed(restricted, groups) <= allowed(rule, groups)


@given(rules, rules, memberships)
def test_a_table_of_its_own_keeps_what_the_general_one_refuses(
    general: FunctionRule, own: FunctionRule, groups: Groups
) -> None:
    both = overlaid(general, own)
    for user in (general.refuse | own.refuse) & set(PEOPLE):
        assert not [each for each in allowed(both, groups) if refused(each, user)]


@given(rules, memberships, users, users)
def test_who_may_confirm_and_who_asked_may_deny(
    rule: FunctionRule, groups: Groups, requester: str, user: str
) -> None:
    confirms = may_confirm(rule, requester, user, groups)
    assert may_deny(rule, requester, user, groups) == (confirms or user == requester)


@given(rules, memberships, users)
def test_four_eyes_are_never_two(rule: FunctionRule, groups: Groups, user: str) -> None:
    assume(rule.not_requester)
    assert not may_confirm(rule, user, user, groups)


@given(rules)
def test_every_named_group_matters_and_no_other(rule: FunctionRule) -> None:
    known = {team: frozenset(PEOPLE) for team in groups_named(rule)}
    assert groups_named(rule) <= set(TEAMS)
    assert allowed(rule, known) == allowed(rule, {team: frozenset(PEOPLE) for team in TEAMS})
