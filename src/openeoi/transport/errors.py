"""What can go wrong between a terminal and a card, below the level of status words."""

from collections.abc import Sequence

from openeoi.errors import OpenEoiError


class TransportError(OpenEoiError):
    """The card could not be reached, did not answer, or answered something that is no response APDU."""


class CardRemoved(TransportError):
    """The card was taken out of the reader during the exchange, or the reader was unplugged. Begin anew with a card in it."""


class NoCardInReader(TransportError):
    """There is no card in the reader: insert one."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        super().__init__(f"there is no card in {reader}")


class ReaderUnusable(TransportError):
    """The virtual reader at `address` cannot be reached, or closes every connection; `reason` says which."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(f"the virtual reader at {address} cannot be used: {reason}")


class PcscError(TransportError):
    """PC/SC, the operating system's service for card readers, could not do what it was asked to."""


class PcscNotAvailable(PcscError):
    """The extra `pcsc` (pyscard) is not installed: install it to use readers of this computer."""

    def __init__(self) -> None:
        super().__init__("card readers need the package pyscard: pip install 'openeoi[pcsc]'")


class PcscServiceNotRunning(PcscError):
    """The service that owns the readers (pcscd on Linux) does not run or is not installed: start it."""

    def __init__(self) -> None:
        super().__init__("the service for card readers does not run")


class PcscAccessDenied(PcscError):
    """The service runs, and its rules (polkit on Linux) do not let this user at the readers or at the card."""

    def __init__(self) -> None:
        super().__init__("the service for card readers refuses this user")


class ReaderNotFound(PcscError):
    """No reader has `wanted` in its name; `found` are the readers that are there."""

    def __init__(self, wanted: str, found: Sequence[str]) -> None:
        self.wanted = wanted
        self.readers = tuple(found)
        self.found = "; ".join(found) or "-"
        super().__init__(f"no reader has {wanted!r} in its name; there are: {self.found}")


class ReaderAmbiguous(PcscError):
    """Several readers have `wanted` in their names, `found`: name one of them."""

    def __init__(self, wanted: str, found: Sequence[str]) -> None:
        self.wanted = wanted
        self.readers = tuple(found)
        self.found = "; ".join(found)
        super().__init__(f"several readers have {wanted!r} in their names: {self.found}")


class ReaderInUse(PcscError):
    """Another program holds the card in `reader` and did not let go of it: end that program, or wait for it."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        super().__init__(f"another program holds the card in {reader}")


class CardMute(PcscError):
    """Something lies in `reader` and does not answer to reset: turned round, soiled, or no smart card."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        super().__init__(f"what lies in {reader} does not answer")


class CardWasReset(PcscError):
    """Another program reset the card: secure channel and verified PINs are gone. Nothing that was sent was lost; begin anew."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        super().__init__(f"another program reset the card in {reader}")


class CommandTooLong(PcscError):
    """`reader` carries at most `maximum` data bytes in one command: use shorter ones, chained."""

    def __init__(self, reader: str, maximum: int) -> None:
        self.reader = reader
        self.maximum = maximum
        super().__init__(f"{reader} carries at most {maximum} data bytes in one command")
