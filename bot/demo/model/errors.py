"""Errors in OpenAI's shape: `{"error": {"message", "type", "param", "code"}}`."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A request that is answered with an HTTP status and OpenAI's error body."""

    def __init__(self, status: int, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code

    def body(self) -> dict[str, Any]:
        """Return the JSON body that OpenAI's servers send for this error."""
        return error_body(self.status, self.message, param=self.param, code=self.code)


def bad_request(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """Return a 400 for input that the caller has to mend."""
    return ApiError(400, message, param=param, code=code)


def missing(param: str) -> ApiError:
    """Return the 400 for a required parameter that is not there."""
    return bad_request(f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter")


def wrong_type(param: str, expected: str) -> ApiError:
    """Return the 400 for a parameter of the wrong JSON type; `expected` reads like "a string"."""
    return bad_request(f"Invalid type for '{param}': expected {expected}.", param=param, code="invalid_type")


def error_body(status: int, message: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """Build OpenAI's error body; its `type` follows from the status."""
    kind = "invalid_request_error"
    if status == 429:
        kind = "rate_limit_error"
    elif status >= 500:
        kind = "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
