"""Who may use a relayed card: both sides show a certificate, by the same small authority.

`make` founds one for a card and its users; given PEM files of another authority do as well. The relay's certificate names the
host (subjectAltName) and is for TLS servers, a user's one is for TLS clients (extendedKeyUsage): neither can stand for the other.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from openeoi.transport.relay.errors import RelayCertificatesUnusable

AUTHORITY_FILE: Final = "authority.pem"
CARD_FILE: Final = "card.pem"
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
VALIDITY: Final = timedelta(days=365)
CLOCKS_DIFFER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Credentials:
    """PEM files: `authority` the certificates trusted in the other side, `own` our certificate with its private key."""

    authority: Path
    own: Path

    @classmethod
    def of_card(cls, folder: Path) -> Credentials:
        return cls(folder / AUTHORITY_FILE, folder / CARD_FILE)

    @classmethod
    def of_only_user(cls, folder: Path) -> Credentials:
        """Of the one user whose file lies in the folder. Raises RelayCertificatesUnusable for none and for several."""
        own = [path for path in sorted(folder.glob("*.pem")) if path.name not in (AUTHORITY_FILE, CARD_FILE)]
        if len(own) != 1:
            reason = "several users' certificates" if own else "no user's certificate"
            raise RelayCertificatesUnusable(str(folder), f"{reason} in this folder")
        return cls(folder / AUTHORITY_FILE, own[0])

    def server_context(self) -> ssl.SSLContext:
        """Raises RelayCertificatesUnusable."""
        context = self._context(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        # Nothing is resumed: every connection shows its certificate.
        context.num_tickets = 0
        return context

    def client_context(self) -> ssl.SSLContext:
        """Checks the host's name as well. Raises RelayCertificatesUnusable."""
        return self._context(ssl.PROTOCOL_TLS_CLIENT)

    def _context(self, side: int) -> ssl.SSLContext:
        context = ssl.SSLContext(side)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        for file, load in ((self.authority, context.load_verify_locations), (self.own, context.load_cert_chain)):
            try:
                load(file)
            except ssl.SSLError as error:
                raise RelayCertificatesUnusable(str(file), error.reason or "no certificate or key in PEM") from error
            except OSError as error:
                raise RelayCertificatesUnusable(str(file), (error.strerror or type(error).__name__).lower()) from error
        return context


def make(folder: Path, hosts: Sequence[str], users: Sequence[str], now: datetime) -> tuple[Path, ...]:
    """Founds an authority and writes authority.pem, card.pem for a relay at `hosts`, and a file for each user; the paths.

    The authority's key is not kept: whoever joins later is in the next set. Raises RelayCertificatesUnusable, and never writes
    over a file.
    """
    authority = _Party(_name("OpenEOI card relay"), ec.generate_private_key(ec.SECP256R1()))
    contents = {AUTHORITY_FILE: _certificate(authority, authority, now, None).public_bytes(Encoding.PEM)}
    contents[CARD_FILE] = _issued("card", authority, now, ExtendedKeyUsageOID.SERVER_AUTH, hosts)
    for user in users:
        contents[f"{user}.pem"] = _issued(user, authority, now, ExtendedKeyUsageOID.CLIENT_AUTH)
    return _write(folder, contents)


@dataclass(frozen=True)
class _Party:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey


def _issued(name: str, authority: _Party, now: datetime, usage: x509.ObjectIdentifier, hosts: Sequence[str] = ()) -> bytes:
    """Certificate and private key, PEM."""
    party = _Party(_name(name), ec.generate_private_key(ec.SECP256R1()))
    certificate = _certificate(party, authority, now, usage, hosts).public_bytes(Encoding.PEM)
    return certificate + party.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(folder: Path, contents: dict[str, bytes]) -> tuple[Path, ...]:
    paths = tuple(folder / name for name in contents)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in paths:
            if path.exists():
                raise RelayCertificatesUnusable(str(path), "it is there already; choose another folder")
        for path, content in zip(paths, contents.values(), strict=True):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
    except OSError as error:
        raise RelayCertificatesUnusable(str(folder), (error.strerror or type(error).__name__).lower()) from error
    return paths


def _certificate(
    subject: _Party, issuer: _Party, now: datetime, usage: x509.ObjectIdentifier | None, hosts: Sequence[str] = ()
) -> x509.Certificate:
    """`usage` is None for the authority itself."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject.name)
        .issuer_name(issuer.name)
        .public_key(subject.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.BasicConstraints(ca=usage is None, path_length=0 if usage is None else None), critical=True)
        .add_extension(_key_usage(is_authority=usage is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(subject.key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
    return builder.sign(issuer.key, SHA256())


def _key_usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
