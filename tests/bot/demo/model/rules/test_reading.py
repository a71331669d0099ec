"""What people say, in both languages, and the calls that it comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.model.conversation import Reply, Tool, UserMessage
from bot.demo.model.rules import reply
from bot.demo.model.rules.calls import KNOWN

TOOLS = tuple(Tool(name) for name in sorted(KNOWN))
Call = tuple[str, dict[str, Any]]
CallsOf = Callable[[Reply], list[Call]]


def query(**arguments: Any) -> tuple[str, dict[str, Any]]:
    return "query_employees", arguments


def aggregate(kind: str, field: str | None = None, *filters: tuple[str, str, Any]) -> tuple[str, dict[str, Any]]:
    arguments: dict[str, Any] = {"aggregate": kind}
    if field:
        arguments["aggregate_field"] = field
    return query(**where(*filters), **arguments)


def where(*filters: tuple[str, str, Any]) -> dict[str, Any]:
    if not filters:
        return {}
    return {
        "filters": [{"field": field, "operator": operator, "value": value} for field, operator, value in filters]
    }


def sort(field: str, *, descending: bool = False, limit: int | None = None) -> tuple[str, dict[str, Any]]:
    arguments: dict[str, Any] = {"sort_by": field}
    if descending:
        arguments["descending"] = True
    if limit:
        arguments["limit"] = limit
    return query(**arguments)


def named(name: str) -> tuple[str, dict[str, Any]]:
    return query(**where(("name", "contains", name)))


def weather(city: str, days: int = 1) -> tuple[str, dict[str, Any]]:
    return "get_weather", {"city": city, "days": days}


def update(number: int, **changes: Any) -> tuple[str, dict[str, Any]]:
    return "update_employee", {"employee_id": number, **changes}


def create(name: str, salary: int, age: int) -> tuple[str, dict[str, Any]]:
    return "create_employee", {"name": name, "salary": salary, "age": age}


def delete(*numbers: int) -> list[tuple[str, dict[str, Any]]]:
    return [("delete_employee", {"employee_id": number}) for number in numbers]


def get(number: int) -> tuple[str, dict[str, Any]]:
    return "get_employee", {"employee_id": number}


ENGLISH = [
    ("who has the highest salary?", [aggregate("max", "salary")]),
    ("[Kim] Who is the lowest paid employee?", [aggregate("min", "salary")]),
    ("<@U123ABC> who earns the most?", [aggregate("max", "salary")]),
    ("[Kim] <@U123ABC>: what is the maximum age?", [aggregate("max", "age")]),
    ("@Nod who's the oldest?", [aggregate("max", "age")]),
    ("who is the youngest employee", [aggregate("min", "age")]),
    ("what is the average age?", [aggregate("average", "age")]),
    ("could you tell me the mean salary, please?", [aggregate("average", "salary")]),
    ("what's the total salary of all employees?", [aggregate("sum", "salary")]),
    ("how many employees are there?", [aggregate("count")]),
    ("how many people are older than 60?", [aggregate("count", None, ("age", "gt", 60))]),
    ("average salary of employees over 50", [aggregate("average", "salary", ("age", "gt", 50))]),
    ("names in descending order", [sort("name", descending=True)]),
    ("sort employees by age ascending", [sort("age")]),
    ("order by name z to a", [sort("name", descending=True)]),
    ("top 5 by salary", [sort("salary", descending=True, limit=5)]),
    ("give me the three highest paid employees", [sort("salary", descending=True, limit=3)]),
    ("the 3 youngest employees", [sort("age", limit=3)]),
    ("bottom 2 by salary", [sort("salary", limit=2)]),
    ("show me employees older than 60", [query(**where(("age", "gt", 60)))]),
    ("employees with a salary over 300,000", [query(**where(("salary", "gt", 300000)))]),
    ("employees with salary &gt;= 300k", [query(**where(("salary", "ge", 300000)))]),
    ("who is between 30 and 40 years old?", [query(**where(("age", "ge", 30), ("age", "le", 40)))]),
    (
        "who earns more than 300k and is older than 60?",
        [query(**where(("salary", "gt", 300000), ("age", "gt", 60)))],
    ),
    ("find employees named Will", [named("Will")]),
    ("list all employees", [query()]),
    ("who works here?", [query()]),
    ("how old is Tiger Nixon?", [named("Tiger Nixon")]),
    ("what is tiger nixon's salary?", [named("Tiger Nixon")]),
    ("how much does Airi Satou earn?", [named("Airi Satou")]),
    ("tell me about employee 3", [get(3)]),
    ("what is the average age and the highest salary?", [aggregate("average", "age"), aggregate("max", "salary")]),
    ("who has the highest and lowest salary?", [aggregate("max", "salary"), aggregate("min", "salary")]),
    ("weather in Paris tomorrow", [weather("Paris", 2)]),
    ("What's the weather like in New York today?", [weather("New York")]),
    ("Seoul weather", [weather("Seoul")]),
    ("will it rain in london tomorrow?", [weather("London", 2)]),
    ("3-day forecast for Busan", [weather("Busan", 3)]),
    ("what's the weather in Seoul and Tokyo?", [weather("Seoul"), weather("Tokyo")]),
    ("raise Tiger Nixon's salary to 330000", [named("Tiger Nixon")]),
    ("set employee 3's age to 40", [update(3, age=40)]),
    ("set employee 3's salary to -5", [update(3, salary=-5)]),
    ("change employee 3's age to minus 5", [update(3, age=-5)]),
    ("hire Bob Stone, 30 years old, salary -5", [create("Bob Stone", -5, 30)]),
    ("please set the salary of employee 3 to 50,000 and age to 41", [update(3, salary=50000, age=41)]),
    ("Update employee 7: salary 200k", [update(7, salary=200000)]),
    ("rename employee 3 to Ashton Cox Jr", [update(3, name="Ashton Cox Jr")]),
    ("increase employee 4's salary by 5000", [get(4)]),
    ("hire Park Ji-won, 30 years old, salary 90000", [create("Park Ji-won", 90000, 30)]),
    ("hire Minsu Kim, age 29, salary 91000", [create("Minsu Kim", 91000, 29)]),
    ("add a new employee named Bob Stone with a salary of $55,000, age 44", [create("Bob Stone", 55000, 44)]),
    ("Hire Jane Doe (29 years old, 85,000)", [create("Jane Doe", 85000, 29)]),
    ("Hire Jane Doe. She is 29 years old and earns 85,000.", [create("Jane Doe", 85000, 29)]),
    ("what is the average salary? and the age?", [aggregate("average", "salary"), aggregate("average", "age")]),
    ("delete employee 5", delete(5)),
    ("Remove Garrett Winters from the list", [named("Garrett Winters")]),
    ("can you please remove employee #5?", delete(5)),
    ("delete employees 5 and 6", delete(5, 6)),
    ("delete employees 5, 6 and 7", delete(5, 6, 7)),
    ("fire Tiger Nixon", [named("Tiger Nixon")]),
    ("what's the average age, and delete employee 5", [aggregate("average", "age"), *delete(5)]),
    ("delete employee 5 and set employee 3's age to 40", [*delete(5), update(3, age=40)]),
]

KOREAN = [
    ("직원들 중에 제일 많은 연봉을 받는 사람은?", [aggregate("max", "salary")]),
    ("[김대리] 연봉이 가장 낮은 직원 알려줘", [aggregate("min", "salary")]),
    ("<@U123ABC> 누가 돈을 가장 많이 벌어?", [aggregate("max", "salary")]),
    ("우리 회사에서 연봉이 제일 높은 사람 누구야?", [aggregate("max", "salary")]),
    ("제일 나이 많은 직원은 누구야?", [aggregate("max", "age")]),
    ("막내는 누구예요?", [aggregate("min", "age")]),
    ("최고령 직원은?", [aggregate("max", "age")]),
    ("평균 나이는?", [aggregate("average", "age")]),
    ("연봉 총합은 얼마야?", [aggregate("sum", "salary")]),
    ("직원이 몇 명이야?", [aggregate("count")]),
    ("60세 이상인 직원은 몇 명이야?", [aggregate("count", None, ("age", "ge", 60))]),
    ("30대 직원의 평균 연봉은?", [aggregate("average", "salary", ("age", "ge", 30), ("age", "le", 39))]),
    ("이름을 내림차순으로", [sort("name", descending=True)]),
    ("나이순으로 정렬해줘", [sort("age")]),
    ("직원 전체를 나이 많은 순으로 보여줘", [sort("age", descending=True)]),
    ("연봉 상위 5명 알려줘", [sort("salary", descending=True, limit=5)]),
    ("연봉 높은 순으로 3명만 보여줘", [sort("salary", descending=True, limit=3)]),
    ("가장 어린 직원 세 명은?", [sort("age", limit=3)]),
    ("60세 이상 직원은?", [query(**where(("age", "ge", 60)))]),
    ("연봉이 30만 넘는 직원 보여줘", [query(**where(("salary", "gt", 300000)))]),
    (
        "40세 이하이고 연봉 30만 원 이상인 직원",
        [query(**where(("salary", "ge", 300000), ("age", "le", 40)))],
    ),
    ("이름에 son이 들어가는 사람은?", [named("son")]),
    ("전체 직원 목록 보여줘", [query()]),
    ("Tiger Nixon의 연봉은?", [named("Tiger Nixon")]),
    ("Tiger Nixon은 몇 살이야?", [named("Tiger Nixon")]),
    ("박지원 님의 나이 알려줘", [named("박지원")]),
    ("3번 직원 정보 알려줘", [get(3)]),
    ("평균 나이와 평균 연봉은?", [aggregate("average", "age"), aggregate("average", "salary")]),
    ("최고 연봉과 최저 연봉은?", [aggregate("max", "salary"), aggregate("min", "salary")]),
    ("오늘 서울의 날씨는?", [weather("서울")]),
    ("내일 부산 비 와?", [weather("부산", 2)]),
    ("상하이 날씨 어때요?", [weather("상하이")]),
    ("제주도 3일 예보 알려줘", [weather("제주도", 3)]),
    ("서울과 부산 날씨 알려줘", [weather("서울"), weather("부산")]),
    ("이번 주 대구 날씨", [weather("대구", 7)]),
    ("뉴욕은 지금 몇 도야?", [weather("뉴욕")]),
    ("Tiger Nixon의 연봉을 330000으로 올려줘", [named("Tiger Nixon")]),
    ("3번 직원 나이를 40으로 바꿔줘", [update(3, age=40)]),
    ("3번 직원의 연봉을 33만 원으로 올려주세요", [update(3, salary=330000)]),
    ("3번 직원의 연봉을 10% 올려줘", [get(3)]),
    ("3번 직원 이름을 홍길동으로 바꿔줘", [update(3, name="홍길동")]),
    ("박지원, 30살, 연봉 90000으로 직원 추가해줘", [create("박지원", 90000, 30)]),
    ("30살 박지원을 연봉 9만으로 채용해줘", [create("박지원", 90000, 30)]),
    ("박지원(30세, 연봉 90000)을 직원으로 추가해 주세요", [create("박지원", 90000, 30)]),
    ("새 직원 박지원을 추가해줘. 나이는 30살, 연봉은 9만이야", [create("박지원", 90000, 30)]),
    ("직원 추가해줘: 김철수 30세 연봉 50000", [create("김철수", 50000, 30)]),
    ("직원 추가해줘: 김철수, 30세, 연봉 50000", [create("김철수", 50000, 30)]),
    ("삭제해줘: 5번 직원", delete(5)),
    ("3번 직원 연봉을 -5로 바꿔줘", [update(3, salary=-5)]),
    ("3번 직원 나이 40 변경해줘", [update(3, age=40)]),
    ("네, 서울 날씨 알려줘", [weather("서울")]),
    ("5번 직원 삭제해줘", delete(5)),
    ("5번 직원 삭제하고 3번 직원 나이를 40으로 바꿔줘", [*delete(5), update(3, age=40)]),
    ("5번과 6번 직원을 삭제해줘", delete(5, 6)),
    ("5, 6번 직원 지워줘", delete(5, 6)),
    ("Tiger Nixon을 해고해줘", [named("Tiger Nixon")]),
    ("평균 나이를 알려주고 5번 직원을 삭제해줘", [aggregate("average", "age"), *delete(5)]),
    ("서울 날씨랑 평균 나이 알려줘", [weather("서울"), aggregate("average", "age")]),
]


@pytest.mark.parametrize(("text", "expected"), ENGLISH + KOREAN)
def test_an_utterance_becomes_calls(text: str, expected: list[Call], calls_of: CallsOf) -> None:
    step = reply((UserMessage(text),), TOOLS)
    assert calls_of(step) == expected
    assert step.text == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tell me a joke", "not a language model"),
        ("농담 하나 해줘", "언어 모델이 아니라"),
        ("hello!", "Hello! I'm a stand-in that follows rules"),
        ("안녕하세요", "안녕하세요! 저는 언어 모델이 아니라"),
        ("<@U123ABC>", "Hello!"),
        ("what can you do?", "I can look up employees"),
        ("뭘 할 수 있어?", "도시 날씨를 알려 드리고"),
        ("are you an AI?", "not a language model"),
        ("thanks!", "You're welcome!"),
        ("고마워요", "천만에요!"),
        ("what's the weather?", "For which city"),
        ("날씨 어때?", "어느 도시의"),
        ("delete all employees", "I won't do that for everybody"),
        ("모든 직원 삭제해줘", "한꺼번에"),
        ("hire Bob Stone", "To add Bob Stone I still need the age and salary."),
        ("박지원 직원 추가해줘", "박지원 님을 추가하려면 나이와 연봉이 더 필요합니다."),
        ("set employee 3's age", "What should change?"),
        ("who has the highest?", "the salary or the age?"),
        ("yes, do it", "Nothing is waiting for a click"),
        ("승인할게", "승인을 기다리는 작업이 없습니다"),
        ("ok thanks", "You're welcome!"),
        ("네", "천만에요!"),
        ("what did I ask first?", "the first message I can see"),
    ],
)
def test_what_needs_no_function_is_said_at_once(text: str, words: str) -> None:
    step = reply((UserMessage(text),), TOOLS)
    assert step.calls == ()
    assert words in step.text


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("weather in Rome", "get_weather"),
        ("오늘 서울의 날씨는?", "get_weather"),
        ("raise Tiger Nixon's salary to 330000", "update_employee"),
        ("Tiger Nixon을 해고해줘", "delete_employee"),
        ("what is the average age?", "query_employees"),
    ],
)
def test_a_function_that_is_not_offered_is_not_called(text: str, function: str) -> None:
    step = reply((UserMessage(text),), tuple(tool for tool in TOOLS if tool.name != function))
    assert step.calls == ()
    assert f"`{function}`" in step.text


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("roll_dice sides=20", {"sides": 20}),
        ("please roll dice with 6", {"sides": 6}),
        ('roll_dice {"sides": 8, "times": 2}', {"sides": 8, "times": 2}),
        ("roll_dice로 sides=4 굴려줘", {"sides": 4}),
        ("call roll_dice with sides 6 and times 3", {"sides": 6, "times": 3}),
        ("roll_dice를 sides 6으로 호출해줘", {"sides": 6}),
        ("roll_dice with 6 sides please", {"sides": 6}),
    ],
)
def test_a_function_without_a_rule_is_called_by_its_name(
    text: str, arguments: dict[str, Any], calls_of: CallsOf
) -> None:
    dice = Tool(
        "roll_dice",
        {"properties": {"sides": {"type": "integer"}, "times": {"type": "integer"}}, "required": ["sides"]},
    )
    assert calls_of(reply((UserMessage(text),), (*TOOLS, dice))) == [("roll_dice", arguments)]


@pytest.mark.parametrize("bit", ["1", "1,", "1.", "#1", "1번 ", "가", " ", "names A "])
@pytest.mark.parametrize("front", ["", "delete employee ", "직원 "])
def test_forty_thousand_characters_are_read(front: str, bit: str) -> None:
    """A pattern that tries everything from every place would not come to its end here."""
    reply((UserMessage(front + bit * (40_000 // len(bit))),), TOOLS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("continue", "nothing to continue"),
        ("go on, please", "nothing to continue"),
        ("계속해 줘", "이어 갈 내용이"),
    ],
)
def test_there_is_nothing_to_continue(text: str, words: str) -> None:
    answer = reply((UserMessage(text),), TOOLS)
    assert words in answer.text
    assert answer.calls == ()
