"""What a terminal finds missing, on a card or in what it was given; each error says what to do next."""

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.errors import OpenEoiError


class TerminalError(OpenEoiError):
    """A duty of the terminal ended without its result; the card is as before."""


class CredentialMissing(TerminalError):
    """The card holds no credential of this `role`: another card, or another role, is needed."""

    def __init__(self, role: CredentialRole) -> None:
        self.role = role
        super().__init__(f"the card has no credential of the role {role}")


class PinNeeded(TerminalError):
    """A credential of this `role` signs only with its PIN: ask the holder for it."""

    def __init__(self, role: CredentialRole) -> None:
        self.role = role
        super().__init__(f"the credential of the role {role} signs only with its PIN")


class FileNotReadable(TerminalError):
    """The card refuses a file: `file` is its name, `status` the status word (6982 not allowed now, 6A82 not there)."""

    def __init__(self, file: str, status: int) -> None:
        self.file = file
        self.status = status
        super().__init__(f"{file} cannot be read: the card answered {status:04X}")


class FileMalformed(TerminalError):
    """What the card returns for a file makes no file: it ends early, is impossibly long, or is no data object."""

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {reason}")


class PaceNotOffered(TerminalError):
    """EF.CardAccess offers no PACE (there is none, or no PACEInfo in it). Nothing else is tried: no silent fall-back."""


class NoSupportedPace(TerminalError):
    """EF.CardAccess offers PACE only in forms that are not implemented; `offered` lists their object identifiers."""

    def __init__(self, offered: tuple[str, ...]) -> None:
        self.offered = offered
        super().__init__(f"no PACE that the card offers is supported: {', '.join(offered)}")
