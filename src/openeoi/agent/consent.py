"""A page asks for the card: what exactly would be signed, may it be, and the signature once the holder has agreed.

Rules (protocols.browser_card): the bytes for login and presence are built here from their fields, never taken from the page; a
signing request that begins like such a text is refused; PINs are typed in the agent only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha384

from cryptography import x509

from openeoi.agent.card_session import CardSession
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols import card_proof
from openeoi.protocols.browser_card import CardRequest, CardResponse, Operation, ResponseOutcome, SigningDetails
from openeoi.protocols.card_proof import LoginText, PresenceText
from openeoi.terminal.credentials import find_credential, sign_with


@dataclass(frozen=True, slots=True)
class Needs:
    """What the holder has to type for a request."""

    pin: bool
    access_number: bool


def needs(request: CardRequest, contactless: bool) -> Needs:
    """The low key works without a PIN, and on contacts without a channel; handing over a certificate signs nothing."""
    in_clear = request.role is CredentialRole.LOW and not contactless
    signs = request.operation is not Operation.CERTIFICATE
    return Needs(pin=signs and request.role is not CredentialRole.LOW, access_number=not in_clear)


def to_be_signed(request: CardRequest) -> bytes:
    """The bytes whose SHA-384 the card would sign; empty for the operation `certificate`. Raises PurposeTextRefused."""
    match request.details:
        case LoginText() | PresenceText() as text:
            return text.encode()
        case SigningDetails() as signing:
            card_proof.refuse_purpose_text(signing.to_be_signed)
            return signing.to_be_signed
    return b""


def require_acceptable(request: CardRequest, at: datetime) -> None:
    """Raises ProofExpired, ProofNotYetValid, PurposeTextRefused for what must not be signed (any more)."""
    to_be_signed(request)
    if isinstance(request.details, LoginText | PresenceText):
        card_proof.require_current(request.details, at)


def perform(request: CardRequest, session: CardSession, pin: str, at: datetime, reader: str) -> CardResponse:
    """Use the card as the holder has agreed to. Raises what the card and `require_acceptable` raise, and CredentialMissing."""
    require_acceptable(request, at)
    credential = session.run("agent.step.credentials", find_credential(request.role))
    signature = b""
    if request.operation is not Operation.CERTIFICATE:
        digest = sha384(to_be_signed(request)).digest()
        signature = session.run("agent.step.sign", sign_with(credential, digest, pin or None))
    return CardResponse(
        request.state, ResponseOutcome.DONE, credential.certificate, without_anchor(credential.chain), signature, reader
    )


def refused(request: CardRequest, reason: str = "") -> CardResponse:
    """The holder said no, or (with a reason) the card could not do it."""
    return CardResponse(request.state, ResponseOutcome.FAILED if reason else ResponseOutcome.CANCELLED, reason=reason)


def without_anchor(chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The issuers without a self-signed root: who checks has its own anchors."""
    loaded = [(der, x509.load_der_x509_certificate(der)) for der in chain]
    return tuple(der for der, certificate in loaded if certificate.issuer != certificate.subject)
