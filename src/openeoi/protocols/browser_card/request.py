"""The request: what a page asks the holder's agent to do with the card."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeAlias, TypeVar

from openeoi.encoding import strict_json
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.browser_card.addresses import check_below, check_origin
from openeoi.protocols.browser_card.details import CertificateDetails, Details, DocumentDescription, SigningDetails, read, write
from openeoi.protocols.browser_card.errors import ForeignOrigin
from openeoi.protocols.card_proof import LoginText, PresenceText

__all__ = ["CardRequest", "CertificateDetails", "Details", "DocumentDescription", "Operation", "SigningDetails", "require_sender"]

_VERSION = 1
_STATE = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)


class Operation(StrEnum):
    """LOGIN and PRESENCE sign a text of `card_proof`; CERTIFICATE hands over the signing certificate; SIGN signs documents."""

    LOGIN = "login"
    PRESENCE = "presence"
    CERTIFICATE = "certificate"
    SIGN = "sign"


_Chosen = TypeVar("_Chosen", Operation, CredentialRole)
_DetailsType: TypeAlias = type[LoginText] | type[PresenceText] | type[CertificateDetails] | type[SigningDetails]

_DETAILS: dict[Operation, _DetailsType] = {
    Operation.LOGIN: LoginText,
    Operation.PRESENCE: PresenceText,
    Operation.CERTIFICATE: CertificateDetails,
    Operation.SIGN: SigningDetails,
}

# The qualified key signs documents and nothing else; the two login keys never sign documents.
_ROLES: dict[Operation, frozenset[CredentialRole]] = {
    Operation.LOGIN: frozenset({CredentialRole.LOW, CredentialRole.HIGH}),
    Operation.PRESENCE: frozenset({CredentialRole.LOW, CredentialRole.HIGH}),
    Operation.CERTIFICATE: frozenset({CredentialRole.QUALIFIED}),
    Operation.SIGN: frozenset({CredentialRole.QUALIFIED}),
}


@dataclass(frozen=True)
class CardRequest:
    """One operation with one credential.

    `origin` is that of the asking page; `return_to` an address below it; `state` 16 to 128 base64url characters that come back
    in the response. EncodingError names the field that breaks a rule, among them: a login text is only for the asking origin.
    """

    operation: Operation
    role: CredentialRole
    origin: str
    return_to: str
    state: str
    details: Details

    def __post_init__(self) -> None:
        check_origin("origin", self.origin)
        check_below("return_to", self.return_to, self.origin)
        check_state(self.state)
        if self.role not in _ROLES[self.operation]:
            raise EncodingError("role", f"{self.role} is not for {self.operation}")
        if not isinstance(self.details, _DETAILS[self.operation]):
            raise EncodingError("details", f"not those of {self.operation}")
        if isinstance(self.details, LoginText) and self.details.origin != self.origin:
            raise EncodingError("details", "a login text for another origin")

    def encode(self) -> str:
        """The form field `request`."""
        return strict_json.to_form_field(
            {
                "version": _VERSION,
                "operation": self.operation.value,
                "role": self.role.value,
                "origin": self.origin,
                "return_to": self.return_to,
                "state": self.state,
                "details": write(self.details),
            }
        )

    @classmethod
    def decode(cls, form_field: str) -> Self:
        """The request in the form field; DecodingError for anything that is not one."""
        names = ("version", "operation", "role", "origin", "return_to", "state", "details")
        members = strict_json.members(strict_json.from_form_field(form_field), names)
        if strict_json.number(members, "version") != _VERSION:
            raise DecodingError("unknown version")
        operation = _choice(Operation, strict_json.text(members, "operation"))
        try:
            return cls(
                operation,
                _choice(CredentialRole, strict_json.text(members, "role")),
                strict_json.text(members, "origin"),
                strict_json.text(members, "return_to"),
                strict_json.text(members, "state"),
                read(_DETAILS[operation], members["details"]),
            )
        except EncodingError as error:
            raise DecodingError(str(error)) from error


def require_sender(request: CardRequest, origin_header: str | None) -> None:
    """Raises ForeignOrigin unless the browser's Origin header (RFC 6454, 7) names the request's origin."""
    if origin_header != request.origin:
        raise ForeignOrigin(request.origin, origin_header or "")


def check_state(state: str) -> None:
    if not _STATE.fullmatch(state):
        raise EncodingError("state", "16 to 128 characters of base64url")


def _choice(kind: type[_Chosen], value: str) -> _Chosen:
    try:
        return kind(value)
    except ValueError as error:
        raise DecodingError(f"unknown {kind.__name__}") from error
