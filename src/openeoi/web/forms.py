"""What a form sent, and what goes back to the screen: values, and errors that name their field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as field_

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file, whole in memory; `file_name` is what the browser said and must never become a path."""

    file_name: str
    media_type: str
    content: bytes = field_(repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """The fields and files of one POST. Its repr shows names only: a field may hold a PIN."""

    texts: Mapping[str, tuple[str, ...]] = field_(default_factory=dict)
    uploads: Mapping[str, tuple[Upload, ...]] = field_(default_factory=dict)

    def text(self, name: str) -> str:
        """The first value of a field without surrounding blanks; "" when it was not sent."""
        values = self.texts.get(name, ())
        return values[0].strip() if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        return self.texts.get(name, ())

    def upload(self, name: str) -> Upload | None:
        """The file chosen in a field (the first of several); None when none was."""
        return next(iter(self.all_uploads(name)), None)

    def all_uploads(self, name: str) -> tuple[Upload, ...]:
        """The files chosen in a field that takes several."""
        return tuple(found for found in self.uploads.get(name, ()) if found.content or found.file_name)

    def values(self, *names: str) -> dict[str, str]:
        """The named fields as plain text values, for `Form(values)`; name no secret here."""
        return {name: self.text(name) for name in names}

    def __repr__(self) -> str:
        return f"Submission(fields {sorted(self.texts)}, files {sorted(self.uploads)})"


def submission(request: Request) -> Submission:
    """What this request's form sent (read before the endpoint ran, so that plain functions can use it)."""
    found = request.scope.get("openeoi.submission")
    return found if isinstance(found, Submission) else Submission()


def body(request: Request) -> bytes:
    """The raw body of a POST, for machine interfaces in plain functions."""
    found = request.scope.get("openeoi.body")
    return found if isinstance(found, bytes) else b""


@dataclass(frozen=True, slots=True)
class FieldError:
    """`key` is the text to show at `field`, with `params` for its placeholders."""

    field: str
    key: str
    params: Mapping[str, object] = field_(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """The values to show and the errors found. Secrets (PIN, PUK, passwords) are never put into `values`."""

    values: Mapping[str, str] = field_(default_factory=dict)
    errors: tuple[FieldError, ...] = ()

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> FieldError | None:
        """The first error of a field."""
        return next((error for error in self.errors if error.field == name), None)

    def with_errors(self, *errors: FieldError) -> Form:
        return replace(self, errors=(*self.errors, *errors))

    @property
    def is_valid(self) -> bool:
        return not self.errors
