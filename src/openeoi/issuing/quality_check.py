"""The quality check: a finished card is read back as any terminal reads it, and compared with what was to be made.

PACE with the CAN that is printed on it, every file of the travel document byte by byte, passive authentication up to the country
signing certificate, the proofs of the chip, fingerprints closed without the right and open with it, the certificates of the
credentials with their chains, and the keys in them.
"""

from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.files import data_group
from openeoi.encoding.lds.security_infos import ChipAuthenticationPublicKeyInfo, SecurityInfo, of_kind
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.issuing.errors import QualityCheckFailed
from openeoi.issuing.personalisation_run import Run
from openeoi.pki.inspection_rights import AskedState
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.passive_authentication import CertificateAnchors, verify_data_group, verify_security_object
from openeoi.protocols.passive_authentication.verify import check_signed_data
from openeoi.terminal.credentials import list_credentials
from openeoi.terminal.document_channel import DocumentChannel, open_with_pace
from openeoi.terminal.extended_access import prove_terminal_to, read_authority_references
from openeoi.terminal.prove_chip import by_active_authentication, by_chip_authentication, by_mapping, read_card_security
from openeoi.terminal.read_document import EXTENDED_ACCESS_DATA_GROUPS, read_document
from openeoi.terminal.read_file import read_elementary_file
from openeoi.transport import run as drive


def read_back(
    run: Run, data_groups: Mapping[int, bytes], certificates: Mapping[CredentialRole, tuple[bytes, ...]]
) -> tuple[str, ...]:
    """The names of the checks made. Raises QualityCheckFailed at the first that fails, and the errors of the terminal."""
    transport = run.card.transport
    opened = drive(
        open_with_pace(PacePassword.from_can(run.secrets.access_number or ""), run.office.random), transport, run.trace
    )
    files = drive(read_document(opened.channel), transport, run.trace)
    free = {number: content for number, content in data_groups.items() if number not in EXTENDED_ACCESS_DATA_GROUPS}
    _require("data groups", files.data_groups == free, "a file on the chip differs from what was written")
    _require("fingerprints", set(files.refused) == set(data_groups) - set(free), "they can be read without the right to them")
    anchors = CertificateAnchors(run.office.authorities.trust_anchors().country_signing)
    verified = verify_security_object(files.sod, anchors, run.office.clock())
    for number, content in data_groups.items():
        verify_data_group(verified, number, content)
    checks = ["PACE with the CAN", "data groups", "passive authentication"]
    opened, proofs = drive(_prove(run, opened, data_groups), transport, run.trace)
    checks += proofs
    if certificates:
        _check_keys(run, certificates)
        drive(_check_credentials(opened.channel, certificates), transport, run.trace)
        checks += ["keys", "certificates"]
    return tuple(checks)


def _prove(run: Run, opened: DocumentChannel, data_groups: Mapping[int, bytes]) -> CardSteps[tuple[DocumentChannel, list[str]]]:
    """That the chip has the private keys to what its files say, and lets this state's own inspection system read the prints. The
    channel that holds afterwards."""
    infos, random, checks = DataGroup14.decode(data_groups[14]).security_infos, run.office.random, []
    if opened.chip_proof is not None:
        card_security = yield from read_card_security(opened.channel)
        check_signed_data(card_security.signed_data)
        by_mapping(opened, card_security)
        checks.append("chip authentication mapping")
    if 15 in data_groups:
        yield from by_active_authentication(opened, DataGroup15.decode(data_groups[15]), infos, random)
        checks.append("active authentication")
    if of_kind(infos, ChipAuthenticationPublicKeyInfo):
        opened = yield from by_chip_authentication(opened, infos, random)
        checks.append("chip authentication")
    if 3 in data_groups:
        yield from _prove_terminal(run, opened, infos)
        prints = yield from through(opened.channel, read_elementary_file(data_group(3)))
        _require("fingerprints", prints == data_groups[3], "the file on the chip differs from what was written")
        checks.append("terminal authentication and fingerprints")
    return opened, checks


def _prove_terminal(run: Run, opened: DocumentChannel, infos: tuple[SecurityInfo, ...]) -> CardSteps[None]:
    authorities = run.office.authorities
    references = yield from through(opened.channel, read_authority_references(infos))
    asked = AskedState(authorities, authorities)
    credentials = authorities.inspection_credentials(references, asked, run.office.clock(), run.access.actor)
    if credentials is None:
        raise QualityCheckFailed("fingerprints", "the chip trusts an authority that is not this state's")
    yield from prove_terminal_to(references, opened, credentials)


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
