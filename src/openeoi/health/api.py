"""The machine interface below `/health/api`, described by `/health/api/openapi.json`.

FastAPI and the application are imported with the first request, so that a server start does not wait for them.
"""

from __future__ import annotations

from threading import Lock

from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from openeoi.health.office import API_PATH, HealthOffice


class MachineInterface:
    """An ASGI application that is built when it is first called."""

    def __init__(self, office: HealthOffice) -> None:
        self._office = office
        self._application: ASGIApp | None = None
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._built()(scope, receive, send)

    def _built(self) -> ASGIApp:
        with self._lock:
            if self._application is None:
                from openeoi.health.api_application import application

                self._application = application(self._office)
            return self._application


def routes(office: HealthOffice) -> list[BaseRoute]:
    """To be mounted at the root; the paths begin with `/health/api`."""
    return [Mount(API_PATH, MachineInterface(office), name="health-api")]
