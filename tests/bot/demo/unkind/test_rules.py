"""The order of faults, how often they happen, and what a seed repeats."""

import pytest

from bot.demo.unkind.calls import Broken, CallFault, Hang, Refused
from bot.demo.unkind.rules import Rules


@pytest.fixture
def rules() -> Rules[CallFault]:
    return Rules("call")


def test_without_a_rule_nothing_happens(rules: Rules[CallFault]) -> None:
    assert not rules
    assert rules.take("chat.update") is None
    assert rules.counts == {}


def test_the_oldest_that_matches_comes_first_as_often_as_asked(rules: Rules[CallFault]) -> None:
    rules.add(Refused("internal_error"), match="views.*")
    rules.add(Broken(), match="chat.*", times=2)
    rules.add(Refused("fatal_error"))
    taken = [rules.take(name) for name in ("chat.update", "chat.delete", "chat.update", "chat.update")]
    assert taken == [Broken(), Broken(), Refused("fatal_error"), None]
    assert [str(rule) for rule in rules.scripted] == ["internal_error for views.*: 1 more"]
    assert rules.counts == {"call.500": 2, "call.fatal_error": 1}


def test_without_a_number_it_happens_until_cleared(rules: Rules[CallFault]) -> None:
    rules.add(Broken(), times=None)
    assert [rules.take("auth.test") for _ in range(20)] == [Broken()] * 20
    rules.clear()
    assert rules.take("auth.test") is None
    assert rules.counts.total() == 20


def test_what_does_not_fit_stays(rules: Rules[CallFault]) -> None:
    rules.add(Broken())
    assert rules.take("auth.test", lambda fault: False) is None
    assert rules.take("auth.test") == Broken()


def test_a_probability_hits_some_and_the_same_ones_under_a_seed(rules: Rules[CallFault]) -> None:
    def hits(seed: int) -> list[bool]:
        rules.clear()
        rules.seed(seed)
        rules.add(Broken(), times=None, rate=0.3)
        return [rules.take("auth.test") is not None for _ in range(200)]

    first = hits(7)
    assert 30 < sum(first) < 90
    assert hits(7) == first
    assert hits(8) != first


def test_areas_choose_for_themselves() -> None:
    one, other = Rules[CallFault]("call"), Rules[CallFault]("model")
    one.seed(1)
    other.seed(1)
    assert [one.random.random() for _ in range(3)] != [other.random.random() for _ in range(3)]


def test_a_drawn_fault_comes_after_the_scripted_ones(rules: Rules[CallFault]) -> None:
    rules.draw = lambda name: Broken() if name == "chat.update" else None
    rules.add(Refused("fatal_error"))
    assert [rules.take("chat.update"), rules.take("chat.update"), rules.take("auth.test")] == [
        Refused("fatal_error"),
        Broken(),
        None,
    ]


async def test_what_holds_is_released(rules: Rules[CallFault]) -> None:
    met, waiting = rules.add(Hang()), rules.add(Hang())
    rules.take("auth.test")
    rules.release()
    assert isinstance(met, Hang)
    assert isinstance(waiting, Hang)
    assert (met.released.is_set(), waiting.released.is_set()) == (True, False)


@pytest.mark.parametrize("wrong", [{"times": 0}, {"rate": 0.0}, {"rate": 1.1}])
def test_nonsense_is_refused(rules: Rules[CallFault], wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        rules.add(Broken(), **wrong)  # type: ignore[arg-type]
