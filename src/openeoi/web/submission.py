"""Reads every POST before its endpoint runs, and lets it through only with the session's token and from a page of this very
origin (cross-site request forgery; another port of the same host shares its cookies, and so could plant a session of its own).

The endpoints are plain functions, so the body is read here: form fields and files into a `Submission`, anything else as bytes.
Paths that other sites or machines may call are registered as `cross_site`; a path that ends in "/" stands for all below it.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable, Collection
from typing import Final

from markupsafe import Markup
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openeoi.web.forms import Submission, Upload

FIELD: Final = "csrf_token"
SESSION_KEY: Final = "csrf"
UNCHECKED_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")

Refusal = Callable[[Request, int, str], Response]


def token(request: Request) -> str:
    """The session's token; made on first use."""
    found = request.session.get(SESSION_KEY)
    if not isinstance(found, str):
        found = secrets.token_urlsafe(32)
        request.session[SESSION_KEY] = found
    return found


class TokenField:
    """`{{ csrf }}` in a template: the hidden field. The token, and with it the session, is made only when a form is shown."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __html__(self) -> str:
        return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token(self._request))


class ReadSubmission:
    """Middleware: body read up to `maximum_body` bytes within `body_seconds`, form parsed, token and origin compared, the body
    handed on unchanged."""

    def __init__(
        self, app: ASGIApp, refuse: Refusal, cross_site: Collection[str], maximum_body: int, body_seconds: float
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._cross_site = frozenset(cross_site)
        self._maximum_body = maximum_body
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in UNCHECKED_METHODS:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            content = await asyncio.wait_for(self._read(request), self._body_seconds)
        except TimeoutError:
            await self._refuse(request, 408, "too_slow")(scope, receive, send)
            return
        if content is None:
            await self._refuse(request, 413, "too_large")(scope, receive, send)
            return
        scope["openeoi.body"] = content
        if request.headers.get("content-type", "").startswith(FORM_TYPES):
            try:
                scope["openeoi.submission"] = await _parsed(scope, content)
            except (MultiPartException, HTTPException):  # Starlette raises the second one inside an application
                await self._refuse(request, 400, "unreadable")(scope, receive, send)
                return
        if not self._is_cross_site(scope["path"]) and not (_token_matches(request) and _from_here(request)):
            await self._refuse(request, 403, "csrf")(scope, receive, send)
            return
        await self._app(scope, _replay(content, receive), send)

    async def _read(self, request: Request) -> bytes | None:
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > self._maximum_body:
                return None
        return bytes(content)

    def _is_cross_site(self, path: str) -> bool:
        return path in self._cross_site or any(path.startswith(entry) for entry in self._cross_site if entry.endswith("/"))


def _token_matches(request: Request) -> bool:
    expected = request.session.get(SESSION_KEY)
    sent = request.scope.get("openeoi.submission", Submission()).text(FIELD)
    return isinstance(expected, str) and hmac.compare_digest(expected.encode(), sent.encode())


def _from_here(request: Request) -> bool:
    """Browsers name the sender's origin with every POST (Fetch, 3.2); programs without a browser do not, and have no cookies."""
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


async def _parsed(scope: Scope, content: bytes) -> Submission:
    texts: dict[str, tuple[str, ...]] = {}
    uploads: dict[str, tuple[Upload, ...]] = {}
    async with Request(scope, _replay(content, None)).form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                one = Upload(value.filename or "", value.content_type or "", await value.read())
                uploads[name] = (*uploads.get(name, ()), one)
            else:
                texts[name] = (*texts.get(name, ()), value)
    return Submission(texts, uploads)


def _replay(content: bytes, then: Receive | None) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": content, "more_body": False}
        return await then() if then is not None else {"type": "http.disconnect"}

    return receive
