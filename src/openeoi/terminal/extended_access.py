"""Extended access (TR-03110-1, 3.5): the terminal shows its certificates and may then read fingerprints or irises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openeoi.encoding import der
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate
from openeoi.encoding.card_verifiable_certificates.references import EF_CVCA, KeyReference, decode_authority_references
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_infos import SecurityInfo, TerminalAuthenticationInfo, of_kind
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.terminal_authentication.shared import Binding
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials, authenticate
from openeoi.terminal.card_files import read_file
from openeoi.terminal.document_channel import DocumentChannel
from openeoi.terminal.errors import ChipNotAuthenticated, FileMalformed


def prove_terminal(
    opened: DocumentChannel, credentials: TerminalCredentials, security_infos: Iterable[SecurityInfo]
) -> CardSteps[tuple[CardVerifiableCertificate, ...]]:
    """Terminal authentication inside the channel; the chain that the chip took. `security_infos`: those of EF.DG14.

    Raises ChipNotAuthenticated, FileMalformed (EF.CVCA), the errors of `protocols.terminal_authentication.errors`.
    """
    _require_binding(opened)
    authorities = yield from through(opened.channel, read_authority_references(security_infos))
    return (yield from prove_terminal_to(authorities, opened, credentials))


def prove_terminal_to(
    authorities: Sequence[KeyReference], opened: DocumentChannel, credentials: TerminalCredentials
) -> CardSteps[tuple[CardVerifiableCertificate, ...]]:
    """The same where EF.CVCA has been read. Raises ChipNotAuthenticated, the errors of `terminal_authentication.errors`."""
    return (yield from through(opened.channel, authenticate(credentials, authorities, _require_binding(opened))))


def _require_binding(opened: DocumentChannel) -> Binding:
    if opened.binding is None:
        raise ChipNotAuthenticated("the chip has to be authenticated before the terminal can be")
    return opened.binding


def read_authority_references(security_infos: Iterable[SecurityInfo]) -> CardSteps[tuple[KeyReference, ...]]:
    """The authorities that the chip trusts, out of EF.CVCA, whose file identifier EF.DG14 may name."""
    try:
        return decode_authority_references((yield from read_file(_file_id(security_infos))))
    except DecodingError as error:
        raise FileMalformed("EF.CVCA", str(error)) from error


def _file_id(security_infos: Iterable[SecurityInfo]) -> int:
    """A.1.1.3: FileID is the file identifier and perhaps the short one. Raises DecodingError."""
    named = [info.efcvca for info in of_kind(security_infos, TerminalAuthenticationInfo) if info.efcvca is not None]
    if not named:
        return EF_CVCA
    members = der.decode_sequence(named[0])
    identifier = der.decode_octet_string(members[0]) if 1 <= len(members) <= 2 else b""
    if len(identifier) != 2:
        raise DecodingError("a FileID is a file identifier of two bytes and perhaps a short one")
    return int.from_bytes(identifier, "big")
