"""The quality check: a finished card is read back as any terminal reads it, and compared with what was to be made.

PACE with the CAN that is printed on it, every file of the travel document byte by byte, passive authentication up to the country
signing certificate, the certificates of the credentials with their chains, and the keys in them.
"""

from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.issuing.errors import QualityCheckFailed
from openeoi.issuing.personalisation_run import Run
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.passive_authentication import CertificateAnchors, verify_data_group, verify_security_object
from openeoi.terminal.credentials import list_credentials
from openeoi.terminal.read_document import DocumentFiles, read_document
from openeoi.terminal.unlock import unlock
from openeoi.transport import run as drive


def read_back(
    run: Run, data_groups: Mapping[int, bytes], certificates: Mapping[CredentialRole, tuple[bytes, ...]]
) -> tuple[str, ...]:
    """The names of the checks made. Raises QualityCheckFailed at the first that fails, and the errors of the terminal."""
    transport = run.card.transport
    files, channel = drive(_read(run), transport, run.trace)
    _require("data groups", files.data_groups == data_groups, "a file on the chip differs from what was written")
    anchors = CertificateAnchors(run.office.authorities.trust_anchors().country_signing)
    verified = verify_security_object(files.sod, anchors, run.office.clock())
    for number, content in files.data_groups.items():
        verify_data_group(verified, number, content)
    checks = ["PACE with the CAN", "data groups", "passive authentication"]
    if certificates:
        _check_keys(run, certificates)
        drive(_check_credentials(channel, certificates), transport, run.trace)
        checks += ["keys", "certificates"]
    return tuple(checks)


def _read(run: Run) -> CardSteps[tuple[DocumentFiles, SecureChannel]]:
    channel = yield from unlock(PacePassword.from_can(run.secrets.access_number or ""), run.office.random)
    files = yield from read_document(channel)
    return files, channel


def _check_credentials(channel: SecureChannel, certificates: Mapping[CredentialRole, tuple[bytes, ...]]) -> CardSteps[None]:
    found = yield from through(channel, list_credentials())
    on_chip = {one.role: (one.certificate, *one.chain) for one in found}
    _require("certificates", on_chip == certificates, "the certificates on the chip are not those that were issued")


def _check_keys(run: Run, certificates: Mapping[CredentialRole, tuple[bytes, ...]]) -> None:
    """Each certificate holds the public key that the chip gave out when it made the pair. (Before hand-over no key signs.)"""
    for role, chain in certificates.items():
        key = x509.load_der_x509_certificate(chain[0]).public_key()
        _require("keys", isinstance(key, ec.EllipticCurvePublicKey), "the certificate holds no elliptic-curve key")
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        _require("keys", point.hex() == run.text("generate_keys", role.value), "a certificate is not for the key on the chip")


def _require(check: str, fulfilled: bool, reason: str) -> None:
    if not fulfilled:
        raise QualityCheckFailed(check, reason)
