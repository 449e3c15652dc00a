"""The office's side. `open_office_channel` gives the channel; everything else runs inside it, by `secure_messaging.through`."""

from __future__ import annotations

from typing import Final

from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.message_recovery import RsaPublicKey
from openeoi.crypto.public_keys import EllipticCurvePublicKey
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.status import expect_ok
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.errors import PaceNotSupported
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.terminal import establish
from openeoi.protocols.personalisation import key_templates, shared
from openeoi.protocols.personalisation.access import Condition, Password, default_read_condition
from openeoi.protocols.personalisation.applications import APPLICATION_IDENTIFIERS, Application
from openeoi.protocols.personalisation.certificate_update import ApplicationFiles, encode_certificate_update
from openeoi.protocols.personalisation.key_templates import ActiveKeyTemplate, ChipKeyTemplate, KeyTemplate
from openeoi.protocols.personalisation.shared import FileControl, KeyRole, LifeCycle, SecretRole

EXTENDED_PIECE: Final = 8192
CHAINED_PIECE: Final = 208
CHAINING: Final = 0x10
# The public value of a multiplicative group and the modulus of a long RSA key do not fit a short response.
SHORT_ANSWER: Final = 256
LONG_ANSWER: Final = 1024
LONG_MODULUS: Final = 2048


def open_office_channel(office_key: bytes, random: RandomSource) -> CardSteps[SecureChannel]:
    """PACE with the office key (32 bytes, password identifier 10), by what EF.CardAccess offers. Raises the errors of PACE."""
    if len(office_key) != shared.OFFICE_KEY_SIZE:
        raise EncodingError("office key", f"it has {shared.OFFICE_KEY_SIZE} bytes")
    yield from select_application(Application.MASTER_FILE)
    short_id = 0x80 | lds.CARD_ACCESS.short_id
    access = expect_ok((yield CommandApdu(0, 0xB0, short_id, 0, expected=256)), "reading EF.CardAccess")
    infos = CardAccess.decode(access).pace_infos
    if not infos:
        raise PaceNotSupported("the card offers no PACE")
    # The card's own parameters stand first; what the country adds for travel documents comes after them.
    return (yield from establish(PacePassword(Password.OFFICE, office_key), infos[0], random))


def generate_key(role: KeyRole) -> CardSteps[bytes]:
    """Makes the key pair on the chip; the public key as uncompressed point on P-384 (97 bytes). Repeating replaces the pair."""
    return key_templates.decode_credential_key((yield from _generated(role, f"the {role} key pair")))


def generate_chip_key(template: ChipKeyTemplate) -> CardSteps[bytes]:
    """Makes a key pair of chip authentication on the chip; the public key as protocols send it. One of a multiplicative group
    needs a reader for extended length."""
    expected = LONG_ANSWER if template.parameter_id in STANDARDISED_GROUPS else SHORT_ANSWER
    answer = yield from _generated(template, "a key pair of chip authentication", expected)
    return key_templates.decode_agreement_value(answer, template.parameter_id)


def generate_active_key(template: ActiveKeyTemplate) -> CardSteps[RsaPublicKey | EllipticCurvePublicKey]:
    """Makes the key pair of active authentication on the chip. RSA from 2048 bits on needs a reader for extended length."""
    expected = LONG_ANSWER if (template.rsa_bits or 0) >= LONG_MODULUS else SHORT_ANSWER
    answer = yield from _generated(template, "the key of active authentication", expected)
    return key_templates.decode_active_key(answer, template)


def _generated(template: KeyTemplate, name: str, expected: int = SHORT_ANSWER) -> CardSteps[bytes]:
    data = key_templates.encode_key_template(template)
    response = yield CommandApdu(0, shared.GENERATE_KEY_PAIR, 0x80, 0, data, expected=expected)
    return expect_ok(response, f"generating {name}")


def select_application(application: Application) -> CardSteps[None]:
    """Makes `application` the current one: by its identifier, the master file by its number."""
    if application is Application.MASTER_FILE:
        command = CommandApdu(0, 0xA4, 0, 0x0C, b"\x3f\x00")
    else:
        command = CommandApdu(0, 0xA4, 4, 0x0C, APPLICATION_IDENTIFIERS[application])
    expect_ok((yield command), f"selecting the {application} application")


def write_file(
    application: Application, file_id: int, content: bytes, read: Condition | None = None, *, extended: bool = True
) -> CardSteps[None]:
    """Creates a file and writes it. A file left by an interrupted personalisation is replaced.

    `read` is who may read it, by default the rule of this card (`access.default_read_condition`). `extended=False` uses command
    chaining instead of extended length, for readers that cannot carry long commands.
    """
    if not 0 < len(content) <= shared.OFFSET_MAXIMUM + 1:
        raise EncodingError("file content", f"{len(content)} bytes, a file has 1 to {shared.OFFSET_MAXIMUM + 1}")
    yield from select_application(application)
    control = FileControl(file_id, len(content), read or default_read_condition(application, file_id))
    create = CommandApdu(0, shared.CREATE_FILE, 0, 0, control.encode())
    response = yield create
    if response.status == status.FILE_EXISTS:
        expect_ok((yield CommandApdu(0, shared.DELETE_FILE, 2, 0, file_id.to_bytes(2, "big"))), f"deleting file {file_id:04X}")
        response = yield create
    expect_ok(response, f"creating file {file_id:04X}")
    for offset in range(0, len(content), EXTENDED_PIECE):
        piece = content[offset : offset + EXTENDED_PIECE]
        yield from _send(shared.UPDATE_BINARY, offset, piece, extended, f"writing at offset {offset}")


def set_secret(role: SecretRole, value: bytes, *, extended: bool = True) -> CardSteps[None]:
    """Puts CAN, MRZ information, PUK or initial password (ASCII) or the travel document's protocols on the card. `extended` as in
    `write_file`."""
    yield from _send(shared.PUT_DATA, shared.SECRET_OBJECTS[role], value, extended, f"setting the {role}")


def update_certificates(files: ApplicationFiles, *, extended: bool = True) -> CardSteps[None]:
    """Replaces the files of the PKCS#15 applications of a card with its holder, all at once. `extended` as in `write_file`."""
    data = encode_certificate_update(files)
    yield from _send(shared.PUT_DATA, shared.CERTIFICATE_UPDATE_OBJECT, data, extended, "replacing the certificates")


def _send(instruction: int, parameters: int, data: bytes, extended: bool, what: str) -> CardSteps[None]:
    size = max(len(data), 1) if extended else CHAINED_PIECE
    for start in range(0, max(len(data), 1), size):
        chaining = CHAINING if start + size < len(data) else 0
        command = CommandApdu(chaining, instruction, parameters >> 8, parameters & 0xFF, data[start : start + size])
        expect_ok((yield command), what)


def set_state(state: LifeCycle) -> CardSteps[None]:
    """PERSONALISED, HANDED_OVER or TERMINATED; the card refuses what its table does not allow (UnexpectedStatus 6985)."""
    if state is LifeCycle.TERMINATED:
        command = CommandApdu(0, shared.TERMINATE_CARD_USAGE, 0, 0)
    else:
        command = CommandApdu(0, shared.PUT_DATA, shared.LIFE_CYCLE_OBJECT >> 8, shared.LIFE_CYCLE_OBJECT & 0xFF, bytes((state,)))
    expect_ok((yield command), f"entering the state {state.name}")


def read_life_cycle() -> CardSteps[LifeCycle]:
    """The card's state; needs no channel in a contact reader."""
    response = yield CommandApdu(0, 0xCA, shared.LIFE_CYCLE_OBJECT >> 8, shared.LIFE_CYCLE_OBJECT & 0xFF, expected=1)
    value = expect_ok(response, "reading the life cycle")
    try:
        (number,) = value
        return LifeCycle(number)
    except ValueError as error:
        raise DecodingError("the life cycle is one byte of the table") from error
