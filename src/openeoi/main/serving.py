"""Serve the offices on one address: the socket is taken first, so that a taken port is said before anything is built."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Callable
from typing import Any

from openeoi.errors import OpenEoiError

Application = Callable[..., Any]  # an ASGI application, as uvicorn takes it


class AddressTaken(OpenEoiError):
    """Another program listens on the address; `host` and `port` name it."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(f"{host}:{port} is taken by another program")


class AddressUnusable(OpenEoiError):
    """The operating system does not let us listen there: no such address on this machine, or no permission for the port."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host = host
        self.port = port
        self.reason = reason
        super().__init__(f"cannot listen on {host}:{port}: {reason}")


def take_address(host: str, port: int) -> socket.socket:
    """A listening TCP socket; raises AddressTaken or AddressUnusable."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressTaken(host, port) from error
        raise AddressUnusable(host, port, error.strerror or str(error)) from error
    return listening


def _worth_telling(record: logging.LogRecord) -> bool:
    # A request that a stop cuts off after its grace is no fault of the program; uvicorn would print a traceback.
    return record.exc_info is None or record.exc_info[0] is not asyncio.CancelledError


def serve(application: Application, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; running requests finish first. `ready` is called once the first request can be answered."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                ready()

    logging.getLogger("uvicorn.error").addFilter(_worth_telling)
    config = uvicorn.Config(application, log_level="warning", access_log=False, timeout_graceful_shutdown=5, server_header=False)
    # uvicorn raises the signal again after a clean stop; by then everything is closed and Ctrl-C has done what it should.
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])
