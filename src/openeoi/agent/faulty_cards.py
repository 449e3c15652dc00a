"""Faulty chips in the box of cards: made by their name in the catalogue, and trusted as their laboratory's while one is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from openeoi.agent.card_folder import CardFolder
from openeoi.crypto.randomness import RandomSource
from openeoi.profiles.card import CardParameters
from openeoi.protocols.passive_authentication.anchors import CertificateAnchors, RevocationLists, TrustAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate

if TYPE_CHECKING:
    from openeoi.card.faults.fault import Fault
    from openeoi.card.faults.laboratory import Laboratory


@dataclass(frozen=True)
class FaultyCards:
    """`secret` (32 bytes) is what all keys of the laboratory follow from."""

    folder: CardFolder
    parameters: CardParameters
    secret: bytes = field(repr=False)
    random: RandomSource
    clock: Callable[[], datetime]

    @property
    def laboratory(self) -> Laboratory:
        from openeoi.card.faults.laboratory import Laboratory

        return Laboratory(self.secret)

    def make(self, name: str) -> Fault:
        """A new chip with this fault, in the box under the fault's name; one made before is replaced. Raises UnknownFault."""
        from openeoi.card.faults.catalogue import find_fault, make_faulty_card

        fault = find_fault(name)
        # The mark comes first: a card that is faulty on purpose never lies in the box without it.
        self.folder.fault_file(name).save(name.encode("ascii"))
        make_faulty_card(name, self.laboratory, self.folder.file(name), self.parameters, self.random)
        return fault

    def trust(self) -> dict[str, bytes]:
        """What the system under test has to trust, by file name: certificates and the revocation list, DER; and the trust point
        of the chips with its test key, from which a tester makes terminals' certificates (`eoi conformance --certificates`)."""
        laboratory = self.laboratory
        present, former, link, expired = laboratory.anchors
        return {
            "csca.cer": present,
            "csca-former.cer": former,
            "csca-link.cer": link,
            "csca-expired.cer": expired,
            "csca.crl": laboratory.revocation_list(self.clock()),
            "trust-point.cvcert": laboratory.trust_point.encode(),
            "trust-point.key": laboratory.trust_point_key,
        }


class AlsoOfTheLaboratory:
    """Trust anchors and revocation lists, with the laboratory's where the installation was told so (`cards` is not None) and a
    faulty chip lies in the box: its chips are then judged by their fault. Otherwise nothing more is trusted than before."""

    def __init__(self, anchors: TrustAnchors, lists: RevocationLists, cards: FaultyCards | None) -> None:
        self._anchors = anchors
        self._lists = lists
        self._cards = cards

    def country_signing_certificates(self, country: str, key_identifier: bytes | None, name: bytes) -> Sequence[Certificate]:
        found = self._anchors.country_signing_certificates(country, key_identifier, name)
        if self._cards is None or not self._cards.folder.faulty():
            return found
        ours = CertificateAnchors(self._cards.laboratory.anchors)
        return (*found, *ours.country_signing_certificates(country, key_identifier, name))

    def revocation_list(self, authority: Certificate) -> bytes | None:
        if self._cards is not None and self._cards.folder.faulty():
            laboratory = self._cards.laboratory
            if authority.raw == laboratory.authority:
                return laboratory.revocation_list(self._cards.clock())
        return self._lists.revocation_list(authority)
