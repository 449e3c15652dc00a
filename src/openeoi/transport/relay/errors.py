"""What can go wrong between this computer and a card at another place; `address` is HOST:PORT of the relay."""

from openeoi.transport.errors import TransportError


class RelayError(TransportError):
    """The card at another place could not be used. Nothing was lost unless a subclass says so."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(f"{address}: {reason}")


class RelayUnreachable(RelayError):
    """No relay answers there: is it running, is the address right, does a firewall stand between?"""


class RelayNotTrusted(RelayError):
    """What answers there has no certificate that we trust, or one for another name: do not use it."""


class RelayRefusesCertificate(RelayError):
    """The relay does not accept our certificate, or we showed none: ask its owner for one."""

    def __init__(self, address: str) -> None:
        super().__init__(address, "the relay does not accept our certificate")


class RelayBusy(RelayError):
    """Somebody else uses the card just now: try again later."""

    def __init__(self, address: str) -> None:
        super().__init__(address, "somebody else uses the card")


class RelayConnectionLost(RelayError):
    """The connection ended while the card was in use. Whether it carried out the last command is unknown: look first."""

    def __init__(self, address: str) -> None:
        super().__init__(address, "the connection was lost")


class RelayTimedOut(RelayError):
    """The relay did not answer in time. Whether the card carried out the last command is unknown."""

    def __init__(self, address: str) -> None:
        super().__init__(address, "no answer in time")


class RelayRefused(RelayError):
    """The relay says in `reason` why it does not go on."""


class RelayMalformed(RelayError):
    """What comes from there is none of our frames: another program listens at this address."""


class RelayAddressUnusable(RelayError):
    """The relay cannot listen at this address."""


class RelayCertificatesUnusable(TransportError):
    """The certificates in `path` cannot be used, or cannot be written there; `reason` says why."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")
