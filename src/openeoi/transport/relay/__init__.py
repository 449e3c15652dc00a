"""A card at another place: APDUs over TCP with TLS 1.3, each side with a certificate. docs/relay.md gives the frames."""

from openeoi.transport.relay.client import RelayTransport, look
from openeoi.transport.relay.credentials import Credentials
from openeoi.transport.relay.frames import Presence
from openeoi.transport.relay.server import Desk, LentCard, Limits, RelayEvent, listen, serve

__all__ = ["Credentials", "Desk", "LentCard", "Limits", "Presence", "RelayEvent", "RelayTransport", "listen", "look", "serve"]
