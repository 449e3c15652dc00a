"""The cross-border desk of one state: publishes its master list, takes in others', decides which countries are trusted.

A list is taken in only after its country signing certificate was confirmed by a fingerprint that came another way. That makes the
state that signed it trusted, and offers the other countries in it; each of those needs a decision of its own. Trust in a country
rests on the newest list of one state (its basis): a certificate that a newer list drops is not trusted any more.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from openeoi.encoding.master_list import CONTENT_TYPE, MasterList
from openeoi.exchange.errors import (
    CountryUnknown,
    FingerprintDiffers,
    FingerprintNeeded,
    OlderMasterList,
    OlderRevocationList,
    OwnMasterList,
    ReasonMissing,
)
from openeoi.exchange.ports import OwnAuthorities
from openeoi.exchange.revocation_lists import VerifiedRevocationList, verify_revocation_list
from openeoi.exchange.store import ExchangeStore, Transaction, newest_decisions
from openeoi.exchange.trust import CountryStanding, Decision, HeldList, ImportResult, TrustState
from openeoi.exchange.verification import VerifiedMasterList, fingerprint, verify_master_list
from openeoi.pki.plans import Authority
from openeoi.protocols.passive_authentication import Certificate
from openeoi.protocols.passive_authentication.anchors import select_authorities

BY_IMPORT = "the state's own master list was imported and its country signing certificate confirmed by fingerprint"
SYSTEM = "system"


class ExchangeDesk:
    """`country` is this state's two-letter code in capitals; `clock` gives aware times."""

    def __init__(self, country: str, own: OwnAuthorities, store: ExchangeStore, clock: Callable[[], datetime]) -> None:
        self.country = country
        self._own = own
        self._store = store
        self._clock = clock

    # --- our list for others --------------------------------------------------------------------------------------------------

    def export_master_list(self, actor: str = SYSTEM) -> bytes:
        """CMS SignedData with our country signing certificates and those of every country that we trust."""
        with self._store.begin() as transaction:
            trusted = [raw for country in self._trusted(transaction) for raw in self._trusted_of(transaction, country)]
            listed = MasterList(tuple(dict.fromkeys((*self._own_certificates(), *trusted))))
            signed = self._own.sign_master_list(CONTENT_TYPE, listed.encode(), actor)
            self._store.record(transaction, actor, "exported", self.country, certificates=len(listed.certificates))
        return signed

    def own_fingerprints(self) -> tuple[str, ...]:
        """SHA-256 of our country signing certificates: what we tell partners by telephone, on paper, at a meeting."""
        return tuple(fingerprint(Certificate.decode(raw)) for raw in self._own_certificates())

    # --- others' lists --------------------------------------------------------------------------------------------------------

    def import_master_list(self, raw: bytes, confirmed_fingerprint: str = "", actor: str = SYSTEM) -> ImportResult:
        """Take in a list. `confirmed_fingerprint`: SHA-256 of its country signing certificate in hexadecimal, as it came another
        way; blanks and colons are read over; needed once for each country signing certificate.

        Raises the kinds of MasterListRefused; then nothing was changed.
        """
        at = self._clock()
        verified = verify_master_list(raw, at)
        if verified.issuer == self.country:
            raise OwnMasterList(self.country)
        with self._store.begin() as transaction:
            held = self._store.newest_lists(transaction).get(verified.issuer)
            if held is not None and held.digest == verified.digest:
                return self._result(transaction, held, held, already_held=True)
            if held is not None and verified.signed_at <= held.signed_at:
                raise OlderMasterList(verified.signed_at, held.signed_at)
            self._confirm(transaction, verified, confirmed_fingerprint, at, actor)
            self._store.add_list(transaction, verified, raw, at, actor)
            self._store.record(
                transaction, actor, "imported", verified.issuer, sha256=verified.digest, certificates=len(verified.certificates)
            )
            if verified.issuer not in newest_decisions(self._store.decisions(transaction)):
                decision = Decision(verified.issuer, TrustState.TRUSTED, verified.issuer, at, actor, BY_IMPORT)
                self._decide(transaction, decision)
            newest = self._store.newest_lists(transaction)[verified.issuer]
            return self._result(transaction, newest, held, already_held=False)

    def _confirm(self, transaction: Transaction, verified: VerifiedMasterList, offered: str, at: datetime, actor: str) -> None:
        digest = fingerprint(verified.authority)
        if offered.strip():
            if not hmac.compare_digest(re.sub(r"[\s:]", "", offered).lower().encode(), digest.encode()):
                raise FingerprintDiffers(verified.issuer)
        elif not self._store.is_confirmed(transaction, digest):
            raise FingerprintNeeded(verified.issuer)
        if not self._store.is_confirmed(transaction, digest):
            self._store.confirm(transaction, digest, verified.issuer, at, actor)
            self._store.record(transaction, actor, "confirmed", verified.issuer, sha256=digest)

    def _result(self, transaction: Transaction, newest: HeldList, before: HeldList | None, already_held: bool) -> ImportResult:
        now = self._store.digests_in(transaction, newest.digest)
        then = self._store.digests_in(transaction, before.digest) if before else frozenset[str]()
        return ImportResult(
            held=newest,
            countries=len(self._store.countries_in(transaction, newest.digest)),
            appeared=len(now - then),
            vanished=len(then - now),
            already_held=already_held,
            issuer_state=newest_decisions(self._store.decisions(transaction))[newest.issuer].state,
        )

    def import_revocation_list(self, raw: bytes, actor: str = SYSTEM) -> VerifiedRevocationList:
        """Take in the revocation list (DER) of a trusted country signing authority. The same list again changes nothing.

        Raises NotARevocationList, RevocationListNotTrusted, OlderRevocationList, SigningTimeUnusable.
        """
        at = self._clock()
        verified = verify_revocation_list(raw, self, at)
        with self._store.begin() as transaction:
            held = self._store.newest_revocation_list(transaction, verified.authority)
            if held is not None and held[1] == raw:
                return verified
            if held is not None and verified.this_update <= held[0]:
                raise OlderRevocationList(verified.this_update, held[0])
            self._store.add_revocation_list(transaction, verified.authority, verified.this_update, raw, at)
            self._store.record(
                transaction, actor, "imported revocation list", verified.authority.country, revoked=verified.revoked
            )
        return verified

    # --- decisions ------------------------------------------------------------------------------------------------------------

    def trust(self, country: str, basis: str, reason: str, actor: str = SYSTEM) -> None:
        """From now on, documents of `country` are judged by its certificates in the newest list of the state `basis`.

        Raises CountryUnknown, ReasonMissing.
        """
        with self._store.begin() as transaction:
            newest = self._store.newest_lists(transaction).get(basis)
            if country == self.country or newest is None or country not in self._store.countries_in(transaction, newest.digest):
                raise CountryUnknown(country)
            self._decide(transaction, Decision(country, TrustState.TRUSTED, basis, self._clock(), actor, _required(reason)))

    def withdraw(self, country: str, reason: str, actor: str = SYSTEM) -> None:
        """From now on, no document of `country` has a trust anchor here. Raises CountryUnknown, ReasonMissing."""
        with self._store.begin() as transaction:
            decision = newest_decisions(self._store.decisions(transaction)).get(country)
            if decision is None:
                raise CountryUnknown(country)
            self._decide(transaction, Decision(country, TrustState.WITHDRAWN, None, self._clock(), actor, _required(reason)))

    def _decide(self, transaction: Transaction, decision: Decision) -> None:
        self._store.add_decision(transaction, decision)
        basis = decision.basis or ""
        self._store.record(
            transaction, decision.actor, decision.state.value, decision.country, basis=basis, reason=decision.reason
        )

    # --- how things stand -----------------------------------------------------------------------------------------------------

    def standings(self) -> tuple[CountryStanding, ...]:
        """Every country that a held list or a decision names, ourselves first, then by code."""
        with self._store.read() as transaction:
            newest = self._store.newest_lists(transaction)
            offers = {issuer: self._store.countries_in(transaction, held.digest) for issuer, held in newest.items()}
            decisions = newest_decisions(self._store.decisions(transaction))
        countries = {country for offered in offers.values() for country in offered} | set(decisions)
        own = CountryStanding(self.country, TrustState.OWN, len(self._own_certificates()), (), None)
        others = sorted(countries - {self.country})
        return (own, *(_standing(country, decisions.get(country), offers) for country in others))

    def lists(self) -> tuple[HeldList, ...]:
        with self._store.read() as transaction:
            return self._store.lists(transaction)

    def history(self, country: str | None = None) -> tuple[Decision, ...]:
        with self._store.read() as transaction:
            return self._store.decisions(transaction, country)

    def verify_audit(self) -> int:
        """The number of entries of the desk's audit chain. Raises AuditChainBroken."""
        return self._store.verify_audit()

    # --- the port for passive authentication ----------------------------------------------------------------------------------

    def country_signing_certificates(self, country: str, key_identifier: bytes | None, name: bytes) -> Sequence[Certificate]:
        """`protocols.passive_authentication.TrustAnchors`: trusted certificates that may have issued a document signer's."""
        if country == self.country:
            raw = self._own_certificates()
        else:
            with self._store.read() as transaction:
                raw = self._trusted_of(transaction, country) if country in self._trusted(transaction) else ()
        return select_authorities([Certificate.decode(one) for one in raw], country, key_identifier, name)

    def revocation_list(self, authority: Certificate) -> bytes | None:
        """`protocols.passive_authentication.RevocationLists`: the newest list of this authority's key, if one is held."""
        if authority.country == self.country:
            return self._own.crl(Authority.COUNTRY_SIGNING) if authority.raw in self._own_certificates() else None
        with self._store.read() as transaction:
            held = self._store.newest_revocation_list(transaction, authority)
        return None if held is None else held[1]

    def _own_certificates(self) -> tuple[bytes, ...]:
        return self._own.trust_anchors().country_signing

    def _trusted(self, transaction: Transaction) -> dict[str, Decision]:
        decisions = newest_decisions(self._store.decisions(transaction))
        return {country: one for country, one in decisions.items() if one.state is TrustState.TRUSTED}

    def _trusted_of(self, transaction: Transaction, country: str) -> tuple[bytes, ...]:
        basis = self._trusted(transaction)[country].basis
        newest = self._store.newest_lists(transaction).get(basis or "")
        return () if newest is None else self._store.certificates_in(transaction, newest.digest, country)


def _standing(country: str, decision: Decision | None, offers: dict[str, dict[str, int]]) -> CountryStanding:
    trusted = decision is not None and decision.state is TrustState.TRUSTED
    return CountryStanding(
        country=country,
        state=TrustState.OFFERED if decision is None else decision.state,
        certificates=offers.get(decision.basis or "", {}).get(country, 0) if decision is not None and trusted else 0,
        offered_by=tuple(sorted(issuer for issuer, offered in offers.items() if country in offered)),
        decision=decision,
    )


def _required(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()
