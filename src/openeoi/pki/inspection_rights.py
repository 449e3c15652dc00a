"""The own document verifier and inspection systems (BSI TR-03110-3, 2 and C): how this state gets to read fingerprints.

The document verifier certifies its state's inspection systems, for a month. It has a key of its own for every state whose cards
it is to read, on that state's curve, and asks that state's verifying authority for its certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from openeoi.encoding.card_verifiable_certificates.certificate import Authorization, CardVerifiableCertificate, Role
from openeoi.encoding.card_verifiable_certificates.public_keys import CertifiedKey
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.card_verifiable_certificates.requests import AuthenticatedRequest, CertificateRequest
from openeoi.pki import verification_store
from openeoi.pki.founding import SYSTEM
from openeoi.pki.key_store import KeyAlgorithm, KeyPurpose
from openeoi.pki.verification_store import StoredVerifyingCertificate
from openeoi.pki.verifying_authority import VerifyingAuthority
from openeoi.pki.verifying_keys import algorithm_of
from openeoi.protocols.terminal_authentication.errors import NoCertificateChain
from openeoi.protocols.terminal_authentication.signatures import CurveVerificationKey, verification_key
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials, find_chain


class VerifyingState(Protocol):
    """A state whose cards are to be read, as a document verifier sees it."""

    def verifying_certificates(self) -> Sequence[CardVerifiableCertificate]:
        """Its verifying authority's self-signed certificates and links, oldest first."""
        ...

    def certify_document_verifier(self, request: bytes) -> CardVerifiableCertificate:
        """The answer to an authenticated request. Raises VerifierRequestRefused, AuthorityMissing."""
        ...


@dataclass(frozen=True, slots=True)
class AskedState:
    """`VerifyingState` where both sides are on one computer: a state's authority that lets verifiers of `trusted` read."""

    state: VerifyingAuthority
    trusted: VerifyingAuthority

    def verifying_certificates(self) -> tuple[CardVerifiableCertificate, ...]:
        return self.state.verifying_certificates()

    def certify_document_verifier(self, request: bytes) -> CardVerifiableCertificate:
        return self.state.certify_document_verifier(request, self.trusted.verifying_certificates())


class InspectionRights(VerifyingAuthority):
    """What the state's border posts show to chips."""

    def inspection_credentials(
        self, references: Sequence[KeyReference], state: VerifyingState, at: datetime, actor: str = SYSTEM
    ) -> TerminalCredentials | None:
        """What an inspection system of this state shows to a chip that trusts `references`; `state` is that of the chip.

        What is valid on the day of `at` is used again; what is missing is asked for and certified. None where no chain leads from
        the references here. Raises VerifierRequestRefused, AuthorityMissing.
        """
        self.found_verifying_authority(actor)  # which vouches for the document verifier
        above, day = tuple(state.verifying_certificates()), at.date()
        if not above:
            return None
        country = above[-1].body.holder.country
        with self._store.read() as transaction:
            known = [one for one in verification_store.own_verifiers(transaction, country) if one.is_valid(day)]
        verifier = next((one for one in reversed(known) if _leads(references, above, one)), None)
        if verifier is None:
            verifier = self._new_verifier(state, above[-1].body.public_key, actor)
            if not _leads(references, above, verifier):
                return None
        system = self._inspection_system(verifier, day, actor)
        key = self._holders_key(system, KeyPurpose.INSPECTION)
        return TerminalCredentials(system.certificate, (*above, verifier.certificate), key.sign)

    def _new_verifier(self, state: VerifyingState, authority_key: CertifiedKey, actor: str) -> StoredVerifyingCertificate:
        """Another document verifier for the cards of one state. Interrupted anywhere, the next call asks the same again."""
        authority = state.verifying_certificates()[-1].body.holder
        with self._store.begin() as transaction:
            number = len(verification_store.own_verifiers(transaction, authority.country)) + 1
            curve = verification_key(authority_key)
            algorithm = algorithm_of(curve) if isinstance(curve, CurveVerificationKey) else KeyAlgorithm.P_256
            name = KeyReference(
                self.plan.country_code.upper(),
                self.plan.verification.document_verifier_mnemonic,
                f"{authority.country}{number:03}",
            )
            key = self._make_key("document-verifier", name, KeyPurpose.DOCUMENT_VERIFYING, algorithm)
            request = CertificateRequest.build(authority, key.certified(with_parameters=True), name, key.sign)
            voucher = self._newest_root(transaction)
            sign = self._holders_key(voucher, KeyPurpose.COUNTRY_VERIFYING).sign
            asked = AuthenticatedRequest.build(request, voucher.holder, sign)
        certificate = state.certify_document_verifier(asked.encode())
        with self._store.begin() as transaction:
            stored = verification_store.of_holder(transaction, name)
            return stored[0] if stored else self._keep(transaction, certificate, str(key.key), actor)

    def _inspection_system(self, verifier: StoredVerifyingCertificate, day: date, actor: str) -> StoredVerifyingCertificate:
        with self._store.begin() as transaction:
            under = verification_store.under(transaction, verifier.holder)
            valid = [one for one in under if one.is_valid(day)]
            if valid:
                return valid[-1]
            # The sequences of all inspection systems for one state run on, whichever document verifier stands above.
            before = [
                below
                for above in verification_store.own_verifiers(transaction, verifier.certificate.body.authority.country)
                for below in verification_store.under(transaction, above.holder)
            ]
            sequence = f"{verifier.certificate.body.authority.country}{len(before) + 1:03}"
            name = KeyReference(self.plan.country_code.upper(), self.plan.verification.inspection_system_mnemonic, sequence)
            own = self._holders_key(verifier, KeyPurpose.DOCUMENT_VERIFYING)
            algorithm = self._key_store.describe(own.key).algorithm
            key = self._make_key("inspection-system", name, KeyPurpose.INSPECTION, algorithm)
            effective, expires = self._validity(verifier, self.plan.verification.inspection_system_lifetime, day)
            rights = Authorization(Role.INSPECTION_SYSTEM, fingerprints=True)
            public = key.certified(with_parameters=False)
            certificate = self._signed(transaction, verifier, public, name, rights, effective, expires)
            return self._keep(transaction, certificate, str(key.key), actor)


def _leads(
    references: Sequence[KeyReference], above: Sequence[CardVerifiableCertificate], verifier: StoredVerifyingCertificate
) -> bool:
    """Whether a chip that trusts `references` can be led to the document verifier."""

    def nothing_to_sign(_: bytes) -> bytes:
        return b""

    try:
        find_chain(TerminalCredentials(verifier.certificate, tuple(above), nothing_to_sign), references)
    except NoCertificateChain:
        return False
    return True
