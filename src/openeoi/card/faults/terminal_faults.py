"""Faults of terminal authentication (TR-03110-1, 3.5; TR-03110-3, 2.5 to 2.7): chips that give fingerprints to others than they
should. A terminal with good certificates gets what it may have from most of them and cannot notice; conformance tests do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from openeoi.card.faults.defects import ClearDefect, Defect
from openeoi.card.faults.fault import Family, Fault, Use
from openeoi.card.faults.full_specimen import OWN, Equipment, equipped
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate
from openeoi.encoding.card_verifiable_certificates.references import EF_CVCA, EF_CVCA_SHORT
from openeoi.encoding.lds.files import EMRTD_APPLICATION
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.terminal_authentication import shared
from openeoi.protocols.terminal_authentication.card import AccessRights, TerminalAuthenticationCardSide
from openeoi.protocols.terminal_authentication.signatures import CurveVerificationKey
from openeoi.protocols.terminal_authentication.trust import Imported, Trust

SELECT, READ_BINARY = 0xA4, 0xB0
BY_NAME = 0x04
BY_SHORT_IDENTIFIER = 0x80


class TerminalDefect(Defect):
    """A card's side of terminal authentication that is wrong in one place."""

    def __init__(self, side: type[TerminalAuthenticationCardSide]) -> None:
        self._side = side

    def terminal_side(self) -> type[TerminalAuthenticationCardSide]:
        return self._side


class AcceptsExpired(TerminalAuthenticationCardSide):
    def _checked(self, certificate: CardVerifiableCertificate, issuer: Imported, trust: Trust) -> Imported:
        return super()._checked(certificate, issuer, replace(trust, current_date=date.min))


class AcceptsMoreRights(TerminalAuthenticationCardSide):
    """The terminal's own certificate alone decides."""

    def _checked(self, certificate: CardVerifiableCertificate, issuer: Imported, trust: Trust) -> Imported:
        authorization = certificate.body.authorization
        imported = super()._checked(certificate, issuer, trust)
        return replace(imported, fingerprints=authorization.fingerprints, irises=authorization.irises)


@dataclass(frozen=True, slots=True)
class _AcceptingKey(CurveVerificationKey):
    def verify(self, data: bytes, signature: bytes) -> None:
        """Nothing is wrong."""


class AcceptsAnySignature(TerminalAuthenticationCardSide):
    def _checked(self, certificate: CardVerifiableCertificate, issuer: Imported, trust: Trust) -> Imported:
        key = issuer.key
        if isinstance(key, CurveVerificationKey):
            issuer = replace(issuer, key=_AcceptingKey(key.group, key.point, key.digest))
        imported = super()._checked(certificate, issuer, trust)
        own = imported.key
        if isinstance(own, CurveVerificationKey):
            # The terminal's proof is checked as it should be.
            imported = replace(imported, key=CurveVerificationKey(own.group, own.point, own.digest))
        return imported


class AcceptsAnyProof(TerminalAuthenticationCardSide):
    def _check_proof(self, terminal: Imported, signed: bytes, signature: bytes) -> None:
        """Nothing is wrong."""


class ExpiredTrustPointServes(TerminalAuthenticationCardSide):
    def _checked(self, certificate: CardVerifiableCertificate, issuer: Imported, trust: Trust) -> Imported:
        body = replace(issuer.certificate.body, expires=date.max)
        issuer = replace(issuer, certificate=replace(issuer.certificate, body=body))
        return super()._checked(certificate, issuer, trust)


class DateStands(TerminalAuthenticationCardSide):
    def _updated(self, trust: Trust, imported: Imported, issuer: Imported) -> Trust:
        return replace(super()._updated(trust, imported, issuer), current_date=trust.current_date)


class TrustPointStands(TerminalAuthenticationCardSide):
    def _updated(self, trust: Trust, imported: Imported, issuer: Imported) -> Trust:
        return replace(super()._updated(trust, imported, issuer), points=trust.points)


class ForeignTerminalMovesDate(TerminalAuthenticationCardSide):
    def _updated(self, trust: Trust, imported: Imported, issuer: Imported) -> Trust:
        effective = imported.certificate.body.effective
        changed = super()._updated(trust, imported, issuer)
        return replace(changed, current_date=max(changed.current_date, effective))


class RepeatsChallenge(TerminalAuthenticationCardSide):
    def _new_challenge(self) -> bytes:
        return bytes(range(shared.CHALLENGE_SIZE))


class KeepsRights(TerminalAuthenticationCardSide):
    def application_selected(self) -> None:
        """Nothing ends."""


class OpensToAll(TerminalAuthenticationCardSide):
    @property
    def rights(self) -> AccessRights:
        return AccessRights(True, True)


class ShortTrustPointFile(Defect):
    """EF.CVCA without its last byte. In the master file EF.CardAccess has the same identifier and is as it should be."""

    def __init__(self) -> None:
        self._in_document = self._selected = False

    def in_clear(self, command: CommandApdu, answer: Callable[[], ResponseApdu]) -> ResponseApdu:
        response = answer()
        if command.ins == SELECT and command.p1 in (0, BY_NAME):
            self._in_document = command.data == EMRTD_APPLICATION
        if command.ins == SELECT:
            self._selected = self._in_document and command.data == EF_CVCA.to_bytes(2, "big")
        if command.ins == READ_BINARY and command.p1 & BY_SHORT_IDENTIFIER:
            self._selected = self._in_document and command.p1 == BY_SHORT_IDENTIFIER | EF_CVCA_SHORT
        if command.ins == READ_BINARY and self._selected and response.data:
            return ResponseApdu(status.END_OF_FILE, response.data[:-1])
        return response


def _lenient(side: type[TerminalAuthenticationCardSide]) -> Callable[[], Defect]:
    return lambda: TerminalDefect(side)


def _answer(instruction: int, response: Callable[[ResponseApdu], ResponseApdu]) -> Callable[[], Defect]:
    """Another answer to one instruction under secure messaging."""
    return lambda: ClearDefect(lambda command, sound: response(sound) if command.ins == instruction else sound)


def _fault(name: str, sentence: str, clause: str, error: str | None, defect: Callable[[], Defect]) -> Fault:
    build = equipped(Equipment(offers=(OWN,), basic_access=False))
    return Fault(name, Family.TERMINAL, sentence, clause, error, None, build, defect, Use.READ_FINGERPRINTS)


CERTIFICATES: Final = "BSI TR-03110-3, 2.5"
DATES: Final = "BSI TR-03110-3, 2.6 and 2.7"
RIGHTS: Final = "BSI TR-03110-3, 2.7 (effective authorization)"
PROOF: Final = "BSI TR-03110-1, 3.5; TR-03110-3, B.3"

FAULTS: Final = (
    _fault(
        "ta-accepts-expired",
        "The chip takes certificates that have expired by its own date.",
        CERTIFICATES,
        None,
        _lenient(AcceptsExpired),
    ),
    _fault(
        "ta-expired-trust-point-serves",
        "A trust point whose certificate has expired still certifies document verifiers.",
        DATES,
        None,
        _lenient(ExpiredTrustPointServes),
    ),
    _fault(
        "ta-accepts-more-rights",
        "The terminal's certificate alone decides what it may read, whatever its document verifier may.",
        RIGHTS,
        None,
        _lenient(AcceptsMoreRights),
    ),
    _fault(
        "ta-accepts-any-certificate-signature",
        "The chip does not verify the signatures of certificates.",
        CERTIFICATES,
        None,
        _lenient(AcceptsAnySignature),
    ),
    _fault(
        "ta-accepts-any-proof",
        "The chip does not verify the terminal's signature over its challenge.",
        PROOF,
        None,
        _lenient(AcceptsAnyProof),
    ),
    _fault("ta-date-stands", "The chip never moves its date forward.", DATES, None, _lenient(DateStands)),
    _fault(
        "ta-foreign-terminal-moves-date",
        "Any terminal's certificate moves the chip's date, also one of a foreign document verifier.",
        DATES,
        None,
        _lenient(ForeignTerminalMovesDate),
    ),
    _fault(
        "ta-trust-point-stands",
        "The chip takes link certificates and keeps its old trust points.",
        DATES,
        None,
        _lenient(TrustPointStands),
    ),
    _fault("ta-challenge-repeated", "Every challenge of the chip is the same.", PROOF, None, _lenient(RepeatsChallenge)),
    _fault(
        "ta-keeps-rights",
        "Rights outlive the selection of another application.",
        "BSI TR-03105-3.2, ISO7816_K_18",
        None,
        _lenient(KeepsRights),
    ),
    _fault(
        "ta-opens-to-all",
        "Fingerprints and irises open to everybody who knows the password.",
        "BSI TR-03110-1, 3.5; ICAO 9303-10, 4.7.3",
        None,
        _lenient(OpensToAll),
    ),
    _fault(
        "ta-good-certificate-refused",
        "The chip refuses every certificate (6A80).",
        CERTIFICATES,
        "CertificateRefused",
        _answer(shared.PERFORM_SECURITY_OPERATION, lambda sound: ResponseApdu(status.INCORRECT_DATA)),
    ),
    _fault(
        "ta-good-proof-refused",
        "The chip refuses the right signature over its challenge (6300).",
        PROOF,
        "AuthenticationRefused",
        _answer(shared.EXTERNAL_AUTHENTICATE, lambda sound: ResponseApdu(status.AUTHENTICATION_FAILED)),
    ),
    _fault(
        "ta-challenge-short",
        "The chip's challenge has seven bytes.",
        PROOF,
        "ChallengeMalformed",
        _answer(shared.GET_CHALLENGE, lambda sound: replace(sound, data=sound.data[:-1])),
    ),
    _fault(
        "cvca-file-short",
        "EF.CVCA has 35 bytes.",
        "BSI TR-03110-3, A.1.1.3 and A.2.3 (36 bytes)",
        "FileMalformed",
        ShortTrustPointFile,
    ),
)
