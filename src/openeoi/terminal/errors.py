"""What a terminal finds missing, on a card or in what it was given; each error says what to do next."""

from datetime import date

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


class SecretMissing(TerminalError):
    """The card has no such secret, or does not say how it is addressed: it cannot be used here. `secret` is its name."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        super().__init__(f"the card says of no {secret} how it is addressed")


class ActivationNotPublic(TerminalError):
    """The card is one of a state's own: how it is activated is not public. The holder activates it in the official way."""

    def __init__(self) -> None:
        super().__init__("how cards of the state are activated is not public")


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


class FileMissing(TerminalError):
    """The chip does not give the mandatory data groups `numbers`: the document cannot be judged by its chip."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.numbers = numbers
        super().__init__(f"the chip does not give data group {', '.join(map(str, numbers))}")


class DocumentInconsistent(TerminalError):
    """Files of the document contradict each other: it is not what its state issued."""


class FilesDiffer(DocumentInconsistent):
    """EF.COM and EF.SOD do not name the same data groups; `numbers` stand in one of them only."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.numbers = numbers
        super().__init__(f"EF.COM and EF.SOD differ in data group {', '.join(map(str, numbers))}")


class CountryDiffers(DocumentInconsistent):
    """The zone's `issuing_state` is not the state whose document signer signed."""

    def __init__(self, issuing_state: str, signer_country: str) -> None:
        self.issuing_state = issuing_state
        self.signer_country = signer_country
        super().__init__(f"the zone is of {issuing_state}, the document signer of {signer_country or 'no country'}")


class CardAccessDiffers(DocumentInconsistent):
    """EF.CardAccess does not offer the PACE that the signed EF.DG14 names: a stronger way in was hidden, or another was added.

    `protocols` are the object identifiers that stand in one of them only.
    """

    def __init__(self, protocols: tuple[str, ...]) -> None:
        self.protocols = protocols
        super().__init__(f"EF.CardAccess and EF.DG14 differ in {', '.join(protocols)}")


class KeyWithheld(DocumentInconsistent):
    """The signed list names data group `number`, which holds the key that shows a copied chip, and the chip does not give it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"the chip does not give data group {number}, which was signed and holds the chip's key")


class EvidenceNotReadable(TerminalError):
    """The file is no evidence of a document, or it was changed since it was written; `reason` says what is wrong with it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class TrustNotReadable(TerminalError):
    """The file `place` is no certificate, master list, revocation or defect list to rely on; `reason` says why."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"{place}: {reason}")


class DocumentExpired(TerminalError):
    """The document's own validity is over since `expired_on`."""

    def __init__(self, expired_on: date) -> None:
        self.expired_on = expired_on
        super().__init__(f"the document expired on {expired_on.isoformat()}")


class SignatureNotByCertificate(TerminalError):
    """The card's signature does not verify with the certificate of the credential of this `role`: it must not be used."""

    def __init__(self, role: CredentialRole) -> None:
        self.role = role
        super().__init__(f"the signature is not by the key that the certificate of the role {role} names")


class PaceIsOffered(TerminalError):
    """The card offers PACE: open it with that. Basic access control is for documents that have nothing better."""


class ChipNotAuthenticated(TerminalError):
    """A terminal proves itself only to a chip that has proved itself in the same channel: chip authentication comes first."""
