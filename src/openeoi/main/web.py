"""The web application: the offices' pages and machine interfaces on one address, the first page, static files."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from openeoi.agent import pages as agent_pages
from openeoi.border import pages as border_pages
from openeoi.exchange import pages as exchange_pages
from openeoi.health import api as health_api
from openeoi.health import office as health_office
from openeoi.health import pages as health_pages
from openeoi.issuing import pages as issuing_pages
from openeoi.login import api as login_api
from openeoi.login import office as login_office
from openeoi.login import pages as login_pages
from openeoi.login import sample_pages
from openeoi.main import home
from openeoi.main.wiring import Offices
from openeoi.pki import api as pki_api
from openeoi.pki import pages as pki_pages
from openeoi.signing import desk as signing_desk
from openeoi.signing import pages as signing_pages
from openeoi.web.kit import NavigationEntry, Settings, WebKit

TEMPLATES: Final = tuple(
    (name, f"openeoi.{name}") for name in ("main", "pki", "issuing", "agent", "signing", "login", "health", "border", "exchange")
)
NAVIGATION: Final = (
    NavigationEntry("main.navigation.home", "/"),
    NavigationEntry("main.navigation.issuing", "/issuing/"),
    NavigationEntry("main.navigation.card", "/agent/"),
    NavigationEntry("main.navigation.signing", signing_desk.PATH),
    NavigationEntry("main.navigation.login", sample_pages.PATH),
    NavigationEntry("main.navigation.health", health_office.PATH),
    NavigationEntry("main.navigation.border", border_pages.PATH),
    NavigationEntry("main.navigation.exchange", exchange_pages.PATH),
    NavigationEntry("main.navigation.pki", "/pki"),
)
CROSS_SITE: Final = (
    *agent_pages.CROSS_SITE,
    *login_office.CROSS_SITE,
    *signing_desk.CROSS_SITE,
    *health_office.CROSS_SITE,
    *pki_api.CROSS_SITE,
)


def build(offices: Offices) -> Starlette:
    """The ASGI application of an installation."""
    kit = WebKit(TEMPLATES, NAVIGATION, journey=home.PLACES)
    settings = Settings(
        secret=offices.installation.secret("web session").hex(),
        cross_site=CROSS_SITE,
        allowed_hosts=_hosts(offices),
        https=offices.settings.origin.startswith("https:"),
    )
    return Starlette(
        routes=[*kit.static_routes(), *_routes(offices, kit)],
        middleware=kit.middleware(settings),
        exception_handlers=kit.exception_handlers(),
    )


def _routes(offices: Offices, kit: WebKit) -> list[BaseRoute]:
    countries = {offices.settings.country: offices.authorities, offices.settings.partner: offices.partner_authorities}
    desks = {offices.settings.country: offices.exchange, offices.settings.partner: offices.partner_exchange}
    return [
        Route("/", home.page(offices, kit)),
        Mount("/issuing", routes=issuing_pages.routes(offices.issuing, kit)),
        *agent_pages.routes(offices.agent, kit),
        *login_pages.routes(offices.login, kit),
        *login_api.routes(offices.login),
        *sample_pages.routes(offices.sample_service, kit),
        *signing_pages.routes(offices.signing, kit),
        *health_pages.routes(offices.health, kit),
        *health_api.routes(offices.health),
        *border_pages.routes(offices.border, kit, offices.agent.face),
        *exchange_pages.routes(desks, kit),
        *pki_pages.routes(countries, kit),
    ]


def _hosts(offices: Offices) -> tuple[str, ...]:
    # A page elsewhere must not reach this loopback address under a host name of its own (DNS rebinding).
    return tuple({urlsplit(offices.settings.origin).hostname or "", "127.0.0.1", "localhost", "[::1]"} - {""})
