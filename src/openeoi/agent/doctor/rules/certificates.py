"""The holder's certificates and the document's own end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final

from openeoi.agent.doctor.catalogue import Diagnosis, Severity, found
from openeoi.agent.doctor.facts import CardFacts, CertificateFacts, Facts, Revocation
from openeoi.agent.doctor.rules.card import BOTH_APPLICATIONS
from openeoi.encoding.pkcs15.roles import CredentialRole

SOON: Final = timedelta(days=60)
SAME_END: Final = timedelta(days=2)
"""Certificates and card are said to end together when no more than this lies between."""


def certificates(facts: Facts) -> Iterator[Diagnosis]:
    seen, now = facts.card, facts.clock.now
    if seen is None:
        return
    told = [*_document(seen, now)]
    if seen.certificates is not None:
        told += [*_missing(seen)]
        for one in seen.certificates:
            told += [*_validity(one, now), *_revocation(one), *_against_card(one, seen)]
    if any(one.revocation is Revocation.NOT_CHECKED for one in seen.certificates or ()):
        told.append(found("revocation_not_checked"))
    yield from told
    if seen.certificates and all(one.severity is Severity.NOTE for one in told):
        yield found("certificates_well", until=min(one.not_after for one in seen.certificates).date())


def _document(seen: CardFacts, now: datetime) -> Iterator[Diagnosis]:
    # A document is valid to the end of its last day.
    if seen.document_expires is not None and seen.document_expires < now.date():
        yield found("document_expired", day=seen.document_expires)


def _missing(seen: CardFacts) -> Iterator[Diagnosis]:
    present = {one.role for one in seen.certificates or ()}
    wanted = set(CredentialRole) if seen.applications >= BOTH_APPLICATIONS else {CredentialRole.LOW}
    for role in CredentialRole:
        if role in wanted - present:
            yield found("certificate_missing", role=role.value)


def _validity(one: CertificateFacts, now: datetime) -> Iterator[Diagnosis]:
    if now < one.not_before:
        yield found("certificate_not_yet_valid", role=one.role.value, day=one.not_before.date(), now=now.date())
    elif now > one.not_after:
        yield found("certificate_expired", role=one.role.value, day=one.not_after.date(), now=now.date())
    elif one.not_after - now < SOON:
        yield found("certificate_ends_soon", role=one.role.value, day=one.not_after.date())


def _revocation(one: CertificateFacts) -> Iterator[Diagnosis]:
    if one.revocation is Revocation.REVOKED:
        yield found("certificate_revoked", role=one.role.value)
    elif one.revocation is Revocation.UNKNOWN:
        yield found("certificate_unknown", role=one.role.value)


def _against_card(one: CertificateFacts, seen: CardFacts) -> Iterator[Diagnosis]:
    if not seen.document_read:
        return
    day = one.not_after.date()
    if seen.document_expires is None:
        yield found("certificate_ends_before_permanent_card", role=one.role.value, day=day)
    elif one.not_after < datetime.combine(seen.document_expires, time(), UTC) - SAME_END:
        yield found("certificate_ends_before_card", role=one.role.value, day=day, card=seen.document_expires)
