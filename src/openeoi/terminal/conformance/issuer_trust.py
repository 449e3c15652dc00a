"""Which authorities a tester trusts: a folder with country signing certificates (*.cer, *.crt, *.der) and their revocation lists
(*.crl), DER or PEM."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from asn1crypto import crl, pem

from openeoi.encoding.errors import DecodingError
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.terminal.errors import TerminalError

CERTIFICATES: Final = frozenset({".cer", ".crt", ".der"})
LISTS: Final = ".crl"


class TrustNotUsable(TerminalError):
    """What was given as trusted authorities cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class IssuerTrust:
    """Trust anchors and revocation lists (DER) at the time `at`, which certificates and lists are judged by."""

    anchors: CertificateAnchors = field(repr=False)
    lists: tuple[bytes, ...] = field(repr=False)
    at: datetime

    def revocation_list(self, authority: Certificate) -> bytes | None:
        """The list that names this authority's key, or its name where it names no key; whoever uses it verifies its signature."""
        return next((raw for raw in self.lists if _is_of(raw, authority)), None)


def read_issuer_trust(folder: Path, at: datetime) -> IssuerTrust:
    """Raises TrustNotUsable, also for a folder without a certificate."""
    try:
        found = sorted(folder.iterdir())
        certificates = [_content(file) for file in found if file.suffix.lower() in CERTIFICATES]
        lists = [_content(file) for file in found if file.suffix.lower() == LISTS]
    except OSError as error:
        raise TrustNotUsable(f"{error.filename or folder} cannot be read: {error.strerror}") from error
    return issuer_trust(certificates, lists, at)


def issuer_trust(certificates: Iterable[bytes], lists: Iterable[bytes], at: datetime) -> IssuerTrust:
    """All DER. Raises TrustNotUsable."""
    anchors = tuple(certificates)
    if not anchors:
        raise TrustNotUsable("there is no certificate of an authority (*.cer, *.crt, *.der)")
    try:
        return IssuerTrust(CertificateAnchors(anchors), tuple(lists), at)
    except DecodingError as error:
        raise TrustNotUsable(f"a certificate of an authority: {error}") from error


def _is_of(raw: bytes, authority: Certificate) -> bool:
    try:
        listed = crl.CertificateList.load(raw, strict=True)
        named = listed.authority_key_identifier_value
        identifier = None if named is None else named["key_identifier"].native
        issuer = bytes(listed.issuer.dump())
    except ValueError as error:
        raise TrustNotUsable("a revocation list that is none") from error
    return issuer == authority.subject if identifier is None else bytes(identifier) == authority.subject_key_identifier


def _content(file: Path) -> bytes:
    raw = file.read_bytes()
    if not pem.detect(raw):
        return raw
    try:
        return bytes(pem.unarmor(raw)[2])
    except ValueError as error:
        raise TrustNotUsable(f"{file.name} is no PEM: {error}") from error
