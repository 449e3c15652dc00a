"""The authority that a chip trusts, the authorities that may follow it, and the chains under them.

Every key but the trust point's own follows from one seed, so that a chip whose trust point was moved by a run before is known
again by the reference in its EF.CVCA. Chains begin when their authority does and end when it does: a run that only reads leaves
the date of a chip where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from openeoi.encoding.card_verifiable_certificates.certificate import Role
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.terminal.conformance.case import CaseEnded, CaseNotImplemented
from openeoi.terminal.conformance.certificates.drafts import Draft, Holder
from openeoi.terminal.conformance.certificates.keys import SigningKey, is_rsa

VERIFIER: Final = "OEOIDV"
TERMINAL: Final = "OEOIIS"
LINK: Final = "L"
MIGRATED: Final = "M"
LINKS_MAXIMUM: Final = 999
LIFETIME: Final = timedelta(days=30)
FOREIGN: Final = {"SI": "ME"}
FOREIGN_DEFAULT: Final = "SI"
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """A trust point with its key: `effective` and `expires` are its certificate's days, `number` how many links it is from the
    maker's trust point."""

    holder: Holder
    effective: date
    expires: date
    number: int
    seed: bytes = field(repr=False)
    keys: dict[str, SigningKey] = field(repr=False, compare=False)

    def verifier(self, foreign: bool = False, number: int = 1) -> Holder:
        own = self.holder.reference.country
        country = FOREIGN.get(own, FOREIGN_DEFAULT) if foreign else own
        return self._party(KeyReference(country, VERIFIER, f"{self.number:03}{number:02}"))

    def terminal(self, number: int = 1) -> Holder:
        return self._party(KeyReference(self.holder.reference.country, TERMINAL, f"{self.number:03}{number:02}"))

    def _party(self, reference: KeyReference) -> Holder:
        """Its key is kept for the run: keys for RSA take long to make."""
        name = f"{self.holder.reference}/{reference}"
        if name not in self.keys:
            self.keys[name] = self.holder.key.another(self.seed, str(reference))
        return Holder(reference, self.keys[name])

    def verifier_draft(self, foreign: bool = False, number: int = 1) -> Draft:
        """A good document verifier's certificate with all rights."""
        role = Role.FOREIGN_DOCUMENT_VERIFIER if foreign else Role.DOMESTIC_DOCUMENT_VERIFIER
        return Draft(self.holder, self.verifier(foreign, number), role, self.effective, self.expires)

    def terminal_draft(self, verifier: Holder, number: int = 1) -> Draft:
        """A good terminal's certificate with all rights."""
        return Draft(verifier, self.terminal(number), Role.INSPECTION_SYSTEM, self.effective, self.expires)

    def chain(self, foreign: bool = False) -> Chain:
        verifier = self.verifier_draft(foreign)
        return Chain(verifier, self.terminal_draft(verifier.holder))

    def link(self, to: Authority) -> Draft:
        """This authority certifies the next one."""
        return Draft(self.holder, to.holder, Role.COUNTRY_VERIFYING_AUTHORITY, to.effective, to.expires)


@dataclass(frozen=True, slots=True)
class Chain:
    """A verifier's certificate and the terminal's under it."""

    verifier: Draft
    terminal: Draft

    def valid(self, effective: date, expires: date) -> Chain:
        """The same chain with these days in both certificates."""
        return Chain(
            replace(self.verifier, effective=effective, expires=expires),
            replace(self.terminal, effective=effective, expires=expires),
        )

    def with_rights(self, verifier: tuple[bool, bool], terminal: tuple[bool, bool]) -> Chain:
        """Each pair: fingerprints, irises."""
        return Chain(
            replace(self.verifier, fingerprints=verifier[0], irises=verifier[1]),
            replace(self.terminal, fingerprints=terminal[0], irises=terminal[1]),
        )


@dataclass(frozen=True, slots=True)
class TrustPoint:
    """What the maker of a chip gives to its tester: the trust point with its key. `seed` (32 bytes) belongs to the key."""

    holder: Holder
    effective: date
    expires: date
    seed: bytes = field(repr=False)
    keys: dict[str, SigningKey] = field(default_factory=dict, repr=False, compare=False)

    @property
    def root(self) -> Authority:
        return Authority(self.holder, self.effective, self.expires, 0, self.seed, self.keys)

    def current(self, references: Sequence[KeyReference]) -> Authority:
        """The authority that the chip names first, if it is the root or a link of ours. Raises CaseEnded for any other."""
        if not references:
            raise CaseEnded("EF.CVCA names no authority")
        first = references[0]
        if first == self.holder.reference:
            return self.root
        kind, number = first.sequence[:1], first.sequence[1:]
        if first.mnemonic == self._mnemonic and kind in (LINK, MIGRATED) and number.isdecimal() and int(number):
            return self._authority(int(number), kind == MIGRATED)
        raise CaseEnded(f"the chip trusts {first}, whose key was not given")

    def next(self, authority: Authority, migrated: bool = False) -> Authority:
        """The authority after this one."""
        if authority.number >= LINKS_MAXIMUM:
            raise CaseEnded("the chip's trust point was moved too often already")
        return self._authority(authority.number + 1, migrated)

    @property
    def _mnemonic(self) -> str:
        return self.holder.reference.mnemonic[:7] + "+T"

    def _authority(self, number: int, migrated: bool) -> Authority:
        if is_rsa(self.holder.key) and not migrated:
            raise CaseNotImplemented("link certificates of RSA keys are not made here")
        reference = KeyReference(self.holder.reference.country, self._mnemonic, f"{MIGRATED if migrated else LINK}{number:04}")
        make = self.holder.key.migrated if migrated else self.holder.key.another
        holder = Holder(reference, make(self.seed, str(reference)))
        return Authority(holder, self.effective + number * DAY, self.expires + number * LIFETIME, number, self.seed, self.keys)
