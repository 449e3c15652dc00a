"""A very small browser for the tour: it follows redirects, keeps cookies, finds the forms of a page and sends them filled in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
from starlette.types import ASGIApp, Message

from openeoi.errors import OpenEoiError


class PageUnexpected(OpenEoiError):
    """A page lacks the form or text that the next step needs; `address` and `reason` say which."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(f"{address}: {reason}")


@dataclass
class PageForm:
    """`fields`: what would be sent as it stands; `buttons`: name and value pairs of its submit buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and tag == "input":
            self._input(self._open, given)
        elif self._open is not None and tag == "button" and given.get("name"):
            self._open.buttons.append((given["name"], given.get("value", "")))
        elif tag == "select":
            self._select = given.get("name", "")
        elif (
            self._open is not None
            and tag == "option"
            and self._select
            and ("selected" in given or self._select not in self._open.fields)
        ):
            self._open.fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""

    @staticmethod
    def _input(form: PageForm, given: Mapping[str, str]) -> None:
        name, kind = given.get("name"), given.get("type", "text")
        if name and kind not in ("submit", "file", "button") and (kind not in ("radio", "checkbox") or "checked" in given):
            form.fields[name] = given.get("value", "on" if kind == "checkbox" else "")


class Browser:
    """`client` reaches the server; its cookies are the browser's."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.address = ""
        self.text = ""

    def open(self, address: str) -> None:
        """Raises PageUnexpected for an answer that is no page."""
        self._show(self._client.get(address, follow_redirects=True))

    def submit(self, action: str, button: tuple[str, str] | None = None, **typed: str) -> None:
        """Send the form whose address ends in or contains `action`, with what was typed. Raises PageUnexpected."""
        form = self.form(action)
        if button is not None and button not in form.buttons:
            raise PageUnexpected(self.address, f"no button {button}")
        unknown = set(typed) - set(form.fields)
        if unknown:
            raise PageUnexpected(self.address, f"the form has no field {', '.join(sorted(unknown))}")
        content = {**form.fields, **typed, **dict([button] if button else [])}
        parts = urlsplit(self.address)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}"}
        target = urljoin(self.address, form.action)
        self._show(self._client.post(target, data=content, headers=headers, follow_redirects=True))

    def form(self, action: str) -> PageForm:
        parser = _Forms()
        parser.feed(self.text)
        for form in parser.forms:
            if action in (form.action or urlsplit(self.address).path):
                return form
        raise PageUnexpected(self.address, f"no form goes to {action}")

    def _show(self, answer: httpx.Response) -> None:
        self.address, self.text = str(answer.url), answer.text
        if answer.status_code >= 400:
            raise PageUnexpected(self.address, f"status {answer.status_code}")


class InProcessWire(httpx.BaseTransport):
    """Carries requests to an ASGI application in this process; it may be set after the clients that use it were made."""

    application: ASGIApp

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._ask(request))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 0),
            "server": (request.url.host, request.url.port),
        }
        sent: list[Message] = []
        asked = iter([{"type": "http.request", "body": request.read(), "more_body": False}])

        async def receive() -> Message:
            return next(asked, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body, request=request)
