"""Harnesses of everything in `encoding`, `crypto` and `iso7816` that reads bytes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import mutation
import samples
from driver import Harness

from openeoi.card import state
from openeoi.card.faults.specimen import ZONE, portrait
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.public_keys import decode_agreement_key, decode_signature_key
from openeoi.encoding import der, mrz, national_numbers, tlv, transliteration
from openeoi.encoding.biometrics.face_19794 import FacialImage, FacialRecord
from openeoi.encoding.biometrics.face_39794 import FaceImageData
from openeoi.encoding.biometrics.finger_19794 import FingerImage, FingerRecord
from openeoi.encoding.biometrics.image_formats import describe
from openeoi.encoding.biometrics.templates import decode_group
from openeoi.encoding.card_verifiable_certificates.certificate import Authorization, CardVerifiableCertificate
from openeoi.encoding.card_verifiable_certificates.public_keys import decode_public_key
from openeoi.encoding.card_verifiable_certificates.references import decode_authority_references
from openeoi.encoding.cms import SignedData
from openeoi.encoding.defect_lists.bsi import DefectList
from openeoi.encoding.defect_lists.entries import Documents, Entry, ListedDefect, SignerReference
from openeoi.encoding.defect_lists.icao import DeviationList
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.card_security import CardSecurity
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_3 import DataGroup3
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import decode_security_infos
from openeoi.encoding.lds.security_object import SecurityObject
from openeoi.encoding.master_list import MasterList
from openeoi.encoding.mrz import dates
from openeoi.encoding.pkcs15.authentication_objects import decode_authentication_objects
from openeoi.encoding.pkcs15.certificates import decode_certificates
from openeoi.encoding.pkcs15.directory import decode_directory
from openeoi.encoding.pkcs15.object_directory import ObjectDirectory
from openeoi.encoding.pkcs15.private_keys import decode_private_keys
from openeoi.encoding.pkcs15.token_information import TokenInformation
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import CardSecureChannel, SecureChannel, SessionKeys
from openeoi.protocols.personalisation.applications import Application

VECTORS = Path(__file__).resolve().parent.parent / "tests" / "vectors"


def files_of() -> list[bytes]:
    """The PKCS#15 files of the specimen card."""
    stored = state.decode(samples.card_content()).files
    wanted = (Application.PINLESS, Application.SIGN_AND_LOGIN, Application.MASTER_FILE)
    return [file.content for (application, _), file in stored.items() if application in wanted and len(file.content) > 2]


def tlv_strict(raw: bytes) -> None:
    with suppress(DecodingError):
        tlv.decode_tolerant(raw, tlv.Tolerance)
    with suppress(DecodingError):
        tlv.size_from_header(raw[:8])
    assert tlv.encode_all(tlv.decode_all(raw)) == raw


DER_READERS = (
    der.decode_boolean, der.decode_integer, der.decode_bit_string, der.decode_octet_string, der.decode_null,
    der.decode_object_identifier, der.decode_utf8_string, der.decode_generalized_time, der.decode_sequence, der.decode_set_of,
)  # fmt: skip


def der_values(raw: bytes) -> None:
    tags = (1, 2, 3, 4, 5, 6, 12, 24, 48, 49)
    with suppress(DecodingError):
        for reader in DER_READERS:
            if raw and raw[0] == tags[DER_READERS.index(reader)]:
                reader(raw)
    value = raw[1:]
    kind = raw[0] % len(tags) if raw else 0
    DER_READERS[kind](tlv.encode(tags[kind], value))


def zone_strict(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    assert mrz.decode(text).encode().replace("\n", "") == text.replace("\n", "")


def zone_tolerant(raw: bytes) -> None:
    document, _ = mrz.decode_tolerant(raw.decode("utf-8", "replace"))
    assert mrz.decode(document.encode()) == document
    for read, field in ((dates.expiry_date, document.date_of_expiry), (dates.birth_date, document.date_of_birth)):
        with suppress(DecodingError):
            read(field, samples.TODAY)


def numbers(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    for read in (national_numbers.decode_tax_number, national_numbers.decode_insured_number):
        with suppress(DecodingError):
            read(text)
    national_numbers.decode_personal_number(text)


def names(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    languages = (None, "be", "bg", "mk", "sr", "uk")
    written = transliteration.transliterate(text, "surname", transliteration.table(languages[len(raw) % 6]))
    mrz.truncate_names(written, "", 30)


def command_apdu(raw: bytes) -> None:
    command = CommandApdu.decode(raw)
    repr(command)
    assert command.encode() == raw


def response_apdu(raw: bytes) -> None:
    response = ResponseApdu.decode(raw)
    repr(response)
    assert response.encode() == raw


KEYS = {
    cipher: SessionKeys(cipher, bytes(range(cipher.key_size)), bytes(range(1, cipher.key_size + 1)), 7)
    for cipher in (Cipher.AES_256, Cipher.AES_128, Cipher.TRIPLE_DES)
}
CIPHERS = tuple(KEYS)
COMMANDS = (
    CommandApdu(0, 0xB0, 0x81, 0, expected=223),
    CommandApdu(0, 0xB1, 0, 1, bytes.fromhex("54020100"), 200),
    CommandApdu(0, 0x20, 0, 5, b"111111"),
    CommandApdu(0, 0xA4, 4, 0x0C, bytes.fromhex("A0000002471001")),
    CommandApdu(0, 0xB0, 0, 0, expected=2000),
)


def protected_commands() -> list[bytes]:
    found = []
    for number, cipher in enumerate(CIPHERS):
        for command in COMMANDS:
            found.append(bytes((number,)) + SecureChannel(KEYS[cipher]).protect(command).encode())
    return found


def card_messaging(raw: bytes) -> None:
    """A right code goes over objects of any form where the input says so: what stands behind the check is reached too."""
    if not raw:
        return
    keys = KEYS[CIPHERS[raw[0] % 3]]
    command = CommandApdu.decode(raw[1:])
    if raw[0] & 0x80:
        terminal = SecureChannel(keys)
        first = terminal.protect(CommandApdu(command.cla & 0xF3, command.ins, command.p1, command.p2))
        command = terminal.protected_again(first, command.data[:60000])
    channel = CardSecureChannel(keys)
    plain = channel.open(command)
    assert not plain.cla & 0x0C
    channel.protect(ResponseApdu(0x9000, plain.data[:223]))


def protected_responses() -> list[bytes]:
    found = []
    for number, cipher in enumerate(CIPHERS):
        for answer in (ResponseApdu(0x9000, bytes(223)), ResponseApdu(0x6A82), ResponseApdu(0x9000, b"\x60\x10")):
            terminal, card = SecureChannel(KEYS[cipher]), CardSecureChannel(KEYS[cipher])
            card.open(terminal.protect(COMMANDS[0]))
            found.append(bytes((number,)) + card.protect(answer).encode())
    return found


def terminal_messaging(raw: bytes) -> None:
    if not raw:
        return
    keys = KEYS[CIPHERS[raw[0] % 3]]
    terminal = SecureChannel(keys)
    terminal.protect(COMMANDS[0])
    response = ResponseApdu.decode(raw[1:])
    if raw[0] & 0x80:
        # The objects of the input under a right code.
        card = CardSecureChannel(keys)
        card._step()
        card._step()
        code = tlv.encode(0x8E, card._authenticate(b"", response.data))
        response = ResponseApdu(response.status, response.data + code)
    terminal.open(response)


def cv_certificate(raw: bytes) -> None:
    assert CardVerifiableCertificate.decode(raw).encode() == raw


def agreement_key(raw: bytes) -> None:
    with suppress(DecodingError, CryptographicError):
        decode_signature_key(raw)
    decode_agreement_key(raw)


def face_records() -> list[bytes]:
    return [FacialRecord((FacialImage.of(portrait()[:700]),)).encode()]


def finger_records() -> list[bytes]:
    return [FingerRecord((FingerImage(b"\xff\xa0 print", 300, 400, 2),)).encode()]


def face_blocks() -> list[bytes]:
    return [FaceImageData.of(portrait()[:700]).encode()]


def group(number: int) -> list[bytes]:
    return [samples.groups()[number]]


def groups_2() -> list[bytes]:
    """Small portraits: what they show is not read."""
    return [DataGroup2.of(portrait()[:700]).encode(), DataGroup2.of_iso_39794(portrait()[:700], "F").encode()]


def zones() -> list[bytes]:
    found = [file.read_bytes().strip() for file in sorted((VECTORS / "mrz").glob("t*.txt"))]
    return [*found, ZONE.encode().encode()]


def der_seeds() -> list[bytes]:
    values = (b"", b"\x01", b"20261122120000Z", b"\x2a\x03\x04")
    return [bytes((kind,)) + value for kind in range(10) for value in values]


def both(messages: list[bytes]) -> list[bytes]:
    """As they are, and marked for a right code over whatever the objects become."""
    return [*messages, *(bytes((one[0] | 0x80,)) + one[1:] for one in messages)]


def templates() -> list[bytes]:
    return [tlv.decode(raw).value for raw in (*groups_2(), samples.groups()[3])]


def signed_objects() -> list[bytes]:
    return [samples.master_list(), tlv.decode(samples.security_object()).value]


def bodies(field: str) -> list[bytes]:
    return [getattr(one.body, field).encode() for one in samples.CERTIFICATES]


TRUST = samples.PROTOCOLS.trust
STRICT = (DecodingError,)
CHANNEL = (DecodingError, SecureMessagingError)
OBJECTS, BYTES, TEXT = mutation.data_objects, mutation.random_bytes, mutation.text

BY_NAME = SignerReference(bytes.fromhex("300D310B300906035504061302 5349"), 77, digest=bytes(32))
REVOKED = ListedDefect("0.4.0.127.0.7.3.1.5.1.1", b"\x02\x01\x03")
DEFECTS = DefectList(DigestAlgorithm.SHA256, (Entry(Documents(BY_NAME), (REVOKED,)),))
WRONG = ListedDefect("2.23.136.1.1.7.2.2", b"\x02\x01\x0c", "DG12")
OF_THESE_NUMBERS = Documents(document_type="C", numbers=frozenset({"CA00000AL", "CA00001AL"}))
BY_KEY = Documents(SignerReference(subject_key_identifier=bytes(20)))
DEVIATIONS = DeviationList((Entry(OF_THESE_NUMBERS, (WRONG,)), Entry(BY_KEY, (REVOKED,))), DigestAlgorithm.SHA256)


HARNESSES = (
    Harness("tlv", lambda: [samples.groups()[14], *files_of()[:3]], tlv_strict, OBJECTS, STRICT),
    Harness("der-values", der_seeds, der_values, BYTES, STRICT),
    Harness("mrz-strict", zones, zone_strict, TEXT, STRICT),
    Harness("mrz-tolerant", zones, zone_tolerant, TEXT, STRICT, weight=3),
    Harness("national-numbers", lambda: [b"0903990595003", b"12345679", b"123456789"], numbers, TEXT, STRICT),
    Harness("names", lambda: ["Šuštar Žagar-Čuk d'Été".encode(), "Ђорђевић".encode()], names, TEXT, (EncodingError,)),
    Harness("command-apdu", lambda: [one.encode() for one in COMMANDS], command_apdu, BYTES, STRICT),
    Harness("response-apdu", lambda: [b"\x90\x00", b"data\x62\x82"], response_apdu, BYTES, STRICT),
    Harness("secure-messaging-card", lambda: both(protected_commands()), card_messaging, OBJECTS, CHANNEL, 2),
    Harness("secure-messaging-terminal", lambda: both(protected_responses()), terminal_messaging, OBJECTS, CHANNEL, 2),
    Harness("lds-com", lambda: [samples.document().com], Com.decode, OBJECTS, STRICT),
    Harness("lds-data-group-1", lambda: group(1), DataGroup1.decode, OBJECTS, STRICT),
    Harness("lds-data-group-2", groups_2, DataGroup2.decode, OBJECTS, STRICT),
    Harness("lds-data-group-3", lambda: group(3), DataGroup3.decode, OBJECTS, STRICT),
    Harness("lds-data-group-11", lambda: group(11), DataGroup11.decode, OBJECTS, STRICT),
    Harness("lds-data-group-12", lambda: group(12), DataGroup12.decode, OBJECTS, STRICT),
    Harness("lds-data-group-14", lambda: group(14), DataGroup14.decode, OBJECTS, STRICT),
    Harness("lds-data-group-15", lambda: group(15), DataGroup15.decode, OBJECTS, STRICT),
    Harness("lds-security-object", lambda: [samples.security_object()], SecurityObject.decode, OBJECTS, STRICT, 8),
    Harness("lds-card-access", lambda: [CardAccess(samples.security_infos()[:1]).encode()], CardAccess.decode, OBJECTS, STRICT),
    Harness("lds-card-security", lambda: [samples.card_security()], CardSecurity.decode, OBJECTS, STRICT, 8),
    Harness("security-infos", lambda: [tlv.decode(samples.groups()[14]).value], decode_security_infos, OBJECTS, STRICT),
    Harness("face-19794", face_records, FacialRecord.decode, BYTES, STRICT),
    Harness("face-39794", face_blocks, FaceImageData.decode, OBJECTS, STRICT),
    Harness("finger-19794", finger_records, FingerRecord.decode, BYTES, STRICT),
    Harness("biometric-templates", templates, decode_group, OBJECTS, STRICT),
    Harness("image-formats", samples.images, describe, BYTES, STRICT),
    Harness("defect-list", lambda: [DEFECTS.encode()], DefectList.decode, OBJECTS, STRICT),
    Harness("deviation-list", lambda: [DEVIATIONS.encode()], DeviationList.decode, OBJECTS, STRICT),
    Harness("master-list", lambda: [samples.master_list_content()], MasterList.decode, OBJECTS, STRICT),
    Harness("cms-signed-data", signed_objects, SignedData.decode, OBJECTS, STRICT, 8),
    Harness("cv-certificates", lambda: [one.encode() for one in samples.CERTIFICATES], cv_certificate, OBJECTS, STRICT),
    Harness("cv-public-keys", lambda: bodies("public_key"), decode_public_key, OBJECTS, STRICT),
    Harness("cv-authorizations", lambda: bodies("authorization"), Authorization.decode, OBJECTS, STRICT),
    Harness("cv-authority-references", lambda: [TRUST.authority_references()], decode_authority_references, OBJECTS, STRICT),
    Harness("chip-public-keys", samples.public_keys, agreement_key, OBJECTS, (DecodingError, CryptographicError), 2),
    Harness("pkcs15-authentication-objects", files_of, decode_authentication_objects, OBJECTS, STRICT),
    Harness("pkcs15-object-directory", files_of, ObjectDirectory.decode, OBJECTS, STRICT),
    Harness("pkcs15-private-keys", files_of, decode_private_keys, OBJECTS, STRICT),
    Harness("pkcs15-certificates", files_of, decode_certificates, OBJECTS, STRICT),
    Harness("pkcs15-token-information", files_of, TokenInformation.decode, OBJECTS, STRICT),
    Harness("pkcs15-directory", files_of, decode_directory, OBJECTS, STRICT),
)  # fmt: skip
