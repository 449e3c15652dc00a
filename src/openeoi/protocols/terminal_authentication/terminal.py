"""Terminal authentication as the terminal runs it (TR-03110-1, 3.5; TR-03110-3, B.3), in the channel of chip authentication."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.terminal_authentication import shared
from openeoi.protocols.terminal_authentication.errors import (
    AuthenticationRefused,
    CertificateRefused,
    ChallengeMalformed,
    NoCertificateChain,
)
from openeoi.protocols.terminal_authentication.shared import Binding

Sign = Callable[[bytes], bytes]
"""The terminal's plain signature over these bytes, by the algorithm that its certificate names."""


@dataclass(frozen=True, slots=True)
class TerminalCredentials:
    """A terminal's own certificate, all others that may lead to it (document verifiers, links), and its signature."""

    certificate: CardVerifiableCertificate
    others: tuple[CardVerifiableCertificate, ...]
    sign: Sign = field(repr=False)


def authenticate(
    credentials: TerminalCredentials, authorities: Sequence[KeyReference], binding: Binding
) -> CardSteps[tuple[CardVerifiableCertificate, ...]]:
    """Shows the certificates and signs the chip's challenge; the chain that the chip took.

    `authorities`: those of EF.CVCA, the most recent first. Raises the errors of `terminal_authentication.errors`.
    """
    chain = find_chain(credentials, authorities)
    for certificate in chain:
        yield from _present(certificate)
    yield from _prove(credentials, binding)
    return chain


def find_chain(credentials: TerminalCredentials, authorities: Sequence[KeyReference]) -> tuple[CardVerifiableCertificate, ...]:
    """From the first authority that leads to the terminal's certificate: links, document verifier, terminal.

    Raises NoCertificateChain.
    """
    for authority in authorities:
        chain = _chain_from(authority, credentials.certificate, credentials.others, frozenset(authorities))
        if chain is not None:
            return chain
    raise NoCertificateChain(authorities)


def _chain_from(
    authority: KeyReference,
    last: CardVerifiableCertificate,
    others: Iterable[CardVerifiableCertificate],
    known: frozenset[KeyReference],
) -> tuple[CardVerifiableCertificate, ...] | None:
    """Walks from the terminal upwards. A certificate of an authority that the chip knows is not shown: the chip refuses it."""
    by_holder = {one.body.holder: one for one in others if not _is_root(one) and one.body.holder not in known}
    chain = [last]
    while chain[0].body.authority != authority:
        above = by_holder.pop(chain[0].body.authority, None)
        if above is None:
            return None
        chain.insert(0, above)
    return tuple(chain)


def _is_root(certificate: CardVerifiableCertificate) -> bool:
    body = certificate.body
    return body.authorization.role is Role.COUNTRY_VERIFYING_AUTHORITY and body.authority == body.holder


def _present(certificate: CardVerifiableCertificate) -> CardSteps[None]:
    body = certificate.body
    data = tlv.encode(shared.PUBLIC_KEY_REFERENCE, body.authority.encode())
    template = shared.SET_DIGITAL_SIGNATURE_TEMPLATE
    response = yield CommandApdu(0, shared.MANAGE_SECURITY_ENVIRONMENT, *template, data)
    _require_taken(response, body.holder, "MSE:Set DST")
    response = yield CommandApdu(0, shared.PERFORM_SECURITY_OPERATION, *shared.VERIFY_CERTIFICATE, certificate.content())
    _require_taken(response, body.holder, "PSO:Verify Certificate")


def _prove(credentials: TerminalCredentials, binding: Binding) -> CardSteps[None]:
    data = tlv.encode(shared.PUBLIC_KEY_REFERENCE, credentials.certificate.body.holder.encode())
    response = yield CommandApdu(0, shared.MANAGE_SECURITY_ENVIRONMENT, *shared.SET_AUTHENTICATION_TEMPLATE, data)
    _require_success(response, "MSE:Set AT")
    response = yield CommandApdu(0, shared.GET_CHALLENGE, 0, 0, expected=shared.CHALLENGE_SIZE)
    _require_success(response, "GET CHALLENGE")
    if len(response.data) != shared.CHALLENGE_SIZE:
        raise ChallengeMalformed(f"the chip's challenge has {len(response.data)} bytes, not {shared.CHALLENGE_SIZE}")
    signature = credentials.sign(binding.to_be_signed(response.data))
    response = yield CommandApdu(0, shared.EXTERNAL_AUTHENTICATE, 0, 0, signature)
    _require_success(response, "EXTERNAL AUTHENTICATE")


def _require_taken(response: ResponseApdu, holder: KeyReference, step: str) -> None:
    if response.status != status.SUCCESS:
        raise CertificateRefused(holder, step, response.status)


def _require_success(response: ResponseApdu, step: str) -> None:
    if response.status != status.SUCCESS:
        raise AuthenticationRefused(step, response.status)
