"""The web kit: pages from the offices' templates in the visitor's language, error pages, static files, middleware.

`main` builds one WebKit with the offices it serves; an office's `pages.py` gets it and calls `kit.page(...)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ExceptionHandler

from openeoi.web.forms import Form
from openeoi.web.headers import SecurityHeaders, content_security_policy, set_missing
from openeoi.web.home import following
from openeoi.web.language import PARAMETER, RememberLanguage, language_of
from openeoi.web.notices import take_notices
from openeoi.web.submission import ReadSubmission, TokenField
from openeoi.web.trace_picture import drawn
from openeoi.web.translation import LANGUAGES, NATIVE_NAMES, Catalogue, Translator, load_catalogue

SESSION_COOKIE: Final = "eoi_session"
SESSION_SECONDS: Final = 8 * 3600
MAXIMUM_BODY: Final = 32 * 1024 * 1024
BODY_SECONDS: Final = 120.0
KNOWN_PROBLEMS: Final = {400: "unreadable", 403: "forbidden", 404: "not_found", 405: "method", 413: "too_large"}


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry of the page head: the text's key and the address."""

    key: str
    href: str


@dataclass(frozen=True, slots=True)
class Settings:
    """`secret` signs the session cookie; `allowed_hosts` refuses other host names (a page elsewhere must not reach a loopback
    address by a name of its own); `cross_site` are paths whose POST needs no token; `https` marks cookies secure."""

    secret: str = field(repr=False)
    cross_site: Collection[str] = ()
    allowed_hosts: Sequence[str] = ("*",)
    https: bool = False
    maximum_body: int = MAXIMUM_BODY
    body_seconds: float = BODY_SECONDS


class WebKit:
    """`offices_templates` pairs an office's name with its package (`("issuing", "openeoi.issuing")`) or its folder.
    `journey`: the addresses of the steps (`web.home.JOURNEY`), so that the result of one can lead to the next.

    From each package come `templates/<office>/*.html`, `translations/{sl,en}.po` and, where present, `static/`.
    """

    def __init__(
        self,
        offices_templates: Sequence[tuple[str, str | Path]] = (),
        navigation: Sequence[NavigationEntry] = (),
        name: str = "OpenEOI",
        journey: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._packages: dict[str, str | Path] = {"web": "openeoi.web", **dict(offices_templates)}
        self._navigation = tuple(navigation)
        self._name = name
        self._journey = dict(journey)
        self._versions: dict[str, str] = {}
        self._translators = {language: Translator(self._catalogue(language)) for language in LANGUAGES}
        self._environments = {language: self._environment(language) for language in LANGUAGES}

    def translator(self, request: Request) -> Translator:
        """The texts in this visitor's language."""
        return self._translators[language_of(request)]

    def page(
        self,
        request: Request,
        template: str,
        status_code: int = 200,
        *,
        allow_form_to: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        """Render a template. `allow_form_to` names origins other than ours to which a form of this page goes.

        Every template also gets: `t`, `lang`, `csrf` (the hidden field, to stand in every form), `here` (path), `static(file)`.
        """
        environment = self._environment_of(request)
        content = environment.get_template(template).render(
            **{
                "csrf": TokenField(request),
                "here": request.url.path,
                "navigation": self._navigation,
                "notices": take_notices(request),
                "languages": [(code, NATIVE_NAMES[code], f"{_reachable(request)}?{PARAMETER}={code}") for code in LANGUAGES],
                "form": Form(),
                **context,
            }
        )
        answer = HTMLResponse(content, status_code, dict(headers or {}))
        answer.headers["Content-Security-Policy"] = content_security_policy(allow_form_to)
        answer.headers["Content-Language"] = language_of(request)
        set_missing(answer.headers)  # here too: the page about a fault nobody foresaw is answered outside all middleware
        return answer

    def problem(self, request: Request, status_code: int, key: str, back: str = "/", **values: object) -> Response:
        """An error page. Texts are `<key>.title`, `<key>.what` (happened), `<key>.lost` (anything?), `<key>.next` (to do)."""
        return self.page(request, "web/problem.html", status_code, key=key, values=values, back=back, status=status_code)

    def middleware(self, settings: Settings) -> list[Middleware]:
        """In the order Starlette wants it: outermost first."""
        session = Middleware(
            SessionMiddleware,
            secret_key=settings.secret,
            session_cookie=SESSION_COOKIE,
            max_age=SESSION_SECONDS,
            same_site="lax",
            https_only=settings.https,
        )
        reader = Middleware(
            ReadSubmission,
            refuse=self._refuse,
            cross_site=settings.cross_site,
            maximum_body=settings.maximum_body,
            body_seconds=settings.body_seconds,
        )
        hosts = Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts))
        return [Middleware(SecurityHeaders), hosts, Middleware(RememberLanguage), session, reader]

    def exception_handlers(self) -> dict[int | type[Exception], ExceptionHandler]:
        """For `Starlette(exception_handlers=...)`: known HTTP errors and, last, whatever nobody foresaw."""
        return {HTTPException: self._http_problem, Exception: self._unforeseen}

    def static_routes(self) -> list[BaseRoute]:
        """`/static/<office>/...` for each package that has a folder `static`."""
        folders = {office: self._folder(package, "static") for office, package in self._packages.items()}
        return [
            Mount(f"/static/{office}", StaticFiles(directory=folder), name=f"static-{office}")
            for office, folder in folders.items()
            if folder.is_dir()
        ]

    def static(self, file: str) -> str:
        """The address of a static file, `web/page.css`, with a part that changes when the file does."""
        if file not in self._versions:
            office, _, name = file.partition("/")
            content = (self._folder(self._packages[office], "static") / name).read_bytes()
            self._versions[file] = hashlib.sha256(content).hexdigest()[:12]
        return f"/static/{file}?v={self._versions[file]}"

    def _environment_of(self, request: Request) -> Environment:
        return self._environments[language_of(request)]

    def _environment(self, language: str) -> Environment:
        folders = [self._folder(package, "templates") for package in self._packages.values()]
        environment = Environment(
            loader=FileSystemLoader([folder for folder in folders if folder.is_dir()]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.globals.update(
            t=self._translators[language],
            lang=language,
            static=self.static,
            site_name=self._name,
            trace_steps=drawn,
            journey_after=lambda step: following(self._journey, step),
        )
        return environment

    def _catalogue(self, language: str) -> Catalogue:
        files = [self._folder(package, "translations") / f"{language}.po" for package in self._packages.values()]
        return load_catalogue(language, [file for file in files if file.is_file()])

    def _folder(self, package: str | Path, name: str) -> Path:
        return package / name if isinstance(package, Path) else Path(str(resources.files(package) / name))

    def _refuse(self, request: Request, status_code: int, problem: str) -> Response:
        return self.problem(request, status_code, f"web.problem.{problem}", back=_reachable(request))

    def _http_problem(self, request: Request, error: Exception) -> Response:
        status_code = error.status_code if isinstance(error, HTTPException) else 500
        # What failed here would fail again: back leads to the first page.
        answer = self.problem(request, status_code, f"web.problem.{KNOWN_PROBLEMS.get(status_code, 'other')}")
        if isinstance(error, HTTPException) and error.headers:
            answer.headers.update(error.headers)
        return answer

    def _unforeseen(self, request: Request, error: Exception) -> Response:
        return self.problem(request, 500, "web.problem.unforeseen", error=type(error).__name__)


def _reachable(request: Request) -> str:
    # The language links and "back" of an answer to a POST lead to the same path by GET, where its form stands. Written anew,
    # because a path that begins with two slashes (or backslashes, to a browser) would be another host's address.
    return "/" + quote(request.url.path.lstrip("/\\"), safe="/:@!$&'()*+,;=~")
