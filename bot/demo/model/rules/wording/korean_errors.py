"""Korean, of errors: what Nod's own functions say in English is said anew; anything else is quoted."""

from __future__ import annotations

import re
from typing import Any

from bot.demo.model.rules.particles import with_particle

FIELDS = {
    "id": "번호",
    "name": "이름",
    "salary": "연봉",
    "age": "나이",
    "employee_id": "직원 번호",
    "days": "일수",
}
SERVICES = {
    "the weather service": "날씨 서비스",
    "the place search of the weather service": "날씨 서비스의 지역 검색",
    "the employee service": "직원 서비스",
}
BOUNDS = {
    "greater than or equal to": "{bound} 이상이어야",
    "less than or equal to": "{bound} 이하여야",
    "greater than": "{bound}보다 커야",
    "less than": "{bound}보다 작아야",
}
SENTENCES = [
    (re.compile(pattern, re.IGNORECASE), korean)
    for pattern, korean in (
        ("^no place of this name", "그런 도시를 찾지 못했습니다. 영어 이름이나 가까운 큰 도시로 물어봐 주세요."),
        ("^there is no employee with this id", "그 번호의 직원이 없습니다."),
        ("^there is nothing to change", "바꿀 내용이 없습니다. 새 이름이나 연봉, 나이를 알려주세요."),
        ("^nothing of this person's waits", "그 요청은 이미 결정됐거나 다른 분의 요청이라 철회할 수 없습니다."),
        (r"^this function is not set up.* (?P<setting>[A-Z_]+)\.$", "관리자가 먼저 {setting} 설정을 해야 합니다."),
        (
            r"failed inside nod \(incident (?P<incident>\w+)\)",
            "Nod 안에서 문제가 생겼습니다(사고 번호 {incident}).",
        ),
        (
            r"may run every (?P<least>\d+) minutes at most",
            "너무 자주 실행하는 일정입니다. 일정은 {least}분에 한 번까지만 실행할 수 있습니다.",
        ),
        ("That time has passed", "이미 지난 시각입니다. 앞으로의 시각을 알려 주세요."),
        ("more than five years ahead", "5년 넘게 남은 시각입니다. 더 이른 시각을 알려 주세요."),
        ("No day ever matches|ever comes true", "그런 날은 오지 않습니다. 다른 시각을 알려 주세요."),
        (
            "This time cannot be read|a day without a time",
            "언제 실행할지 알 수 없습니다. “평일 아침 9시마다”나 `2026-07-04T09:00`처럼 알려 주세요.",
        ),
        (r"^(?P<service>.+?) is busy", "{service} 지금 너무 바쁩니다. 잠시 후 다시 물어봐 주세요."),
        (r"^(?P<service>.+?) cannot be reached", "{service} 지금 연결되지 않습니다. 잠시 후 다시 물어봐 주세요."),
        (r"^(?P<service>.+?) got the request and gave", "{service} 요청을 받고 제시간에 답하지 않았습니다."),
        (r"^(?P<service>.+?) gave no answer (?:in time|within)", "{service} 제시간에 답하지 않았습니다."),
        (r"^(?P<service>.+?) has a problem of its own", "{service} 오류를 냈습니다. 잠시 후 다시 물어봐 주세요."),
        (r"^(?P<service>.+?) failed while it had the request", "{service} 요청을 처리하다가 오류를 냈습니다."),
        (r"^(?P<service>.+?) refused the request", "{service} 요청을 거부했습니다."),
        (r"^the connection to (?P<service>.+?) broke", "{service} 답하기 전에 연결이 끊겼습니다."),
        (r"^(?P<service>.+?) has no usable", "{service} 잘못된 주소로 설정되어 있습니다. 관리자가 고쳐야 합니다."),
        (r"^(?P<service>.+?) .*Nod cannot read", "{service} 보낸 답을 읽을 수 없습니다."),
    )
]  # fmt: skip
BOUND = re.compile(rf"(\w+): Input should be ({'|'.join(BOUNDS)}) (-?[\d.]+)")


def said(error: Any) -> str:
    """Say what an error means, or quote it where that is not known; "" without one."""
    text = str(error or "").replace("Value error, ", "")
    if bounds := BOUND.findall(text):
        return " ".join(_bound(*each) for each in bounds)
    for pattern, korean in SENTENCES:
        if match := pattern.search(text):
            return korean.format(**_spoken(match.groupdict()))
    return f"받은 오류: “{text}”" if text else ""


def _bound(field: str, kind: str, bound: str) -> str:
    needed = BOUNDS[kind].format(bound=f"{float(bound):,g}")
    return f"{with_particle(FIELDS.get(field, field), '은/는')} {needed} 합니다."


def _spoken(parts: dict[str, str]) -> dict[str, str]:
    service = parts.get("service")
    if service is None:
        return parts
    known = SERVICES.get(service.lower(), f"`{service}`")
    return parts | {"service": with_particle(known, "이/가")}
