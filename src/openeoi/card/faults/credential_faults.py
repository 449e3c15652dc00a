"""Faults of the two PKCS#15 applications: directory files, certificates, signatures, PINs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from openeoi.card.faults.defects import ClearDefect, Defect
from openeoi.card.faults.fault import Family, Fault, Use
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import Files, Specimen, sound_specimen
from openeoi.encoding.pkcs15 import files as pkcs15
from openeoi.encoding.pkcs15.private_keys import decode_private_keys, encode_private_keys
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.personalisation.applications import Application

PERFORM_SECURITY_OPERATION: Final = 0x2A
VERIFY: Final = 0x20
SCALAR_SIZE: Final = 48


def with_file(
    file_id: int, change: Callable[[bytes], bytes | None], application: Application = Application.PINLESS
) -> Callable[[Laboratory], Specimen]:
    """One file of an application changed; None deletes it."""

    def change_files(files: Files) -> Files:
        contents = files[application]
        return {**files, application: {**contents, file_id: change(contents[file_id] or b"")}}

    return lambda laboratory: replace(sound_specimen(laboratory), change=change_files)


def _another_certificate(files: Files) -> Files:
    """The certificate of the key with PIN lies where that of the key without PIN belongs."""
    other = files[Application.SIGN_AND_LOGIN][pkcs15.FIRST_CERTIFICATE]
    return {**files, Application.PINLESS: {**files[Application.PINLESS], pkcs15.FIRST_CERTIFICATE: other}}


def _no_such_pin(keys: bytes) -> bytes:
    first, *rest = decode_private_keys(keys).values
    return encode_private_keys((replace(first, authentication_id=b"Lost PIN"), *rest))


def _no_such_certificate(keys: bytes) -> bytes:
    first, *rest = decode_private_keys(keys).values
    return encode_private_keys((replace(first, identifier=bytes(20)), *rest))


def _signature(change: Callable[[bytes], bytes]) -> Callable[[], Defect]:
    """The signature changed; everything else as it should be."""

    def answer(command: CommandApdu, response: ResponseApdu) -> ResponseApdu:
        is_signature = command.ins == PERFORM_SECURITY_OPERATION and response.status == status.SUCCESS
        return ResponseApdu(response.status, change(response.data)) if is_signature else response

    return lambda: ClearDefect(answer)


def _as_der(signature: bytes) -> bytes:
    r, s = (int.from_bytes(part, "big") for part in (signature[:SCALAR_SIZE], signature[SCALAR_SIZE:]))
    return encode_dss_signature(r, s)


def _flip_last(value: bytes) -> bytes:
    return value[:-1] + bytes((value[-1] ^ 1,))


def _verify(word: Callable[[CommandApdu, int], int]) -> Callable[[], Defect]:
    """Another status word for VERIFY."""

    def answer(command: CommandApdu, response: ResponseApdu) -> ResponseApdu:
        return ResponseApdu(word(command, response.status)) if command.ins == VERIFY else response

    return lambda: ClearDefect(answer)


def _credential(
    name: str,
    sentence: str,
    clause: str,
    error: str = "DecodingError",
    build: Callable[[Laboratory], Specimen] = sound_specimen,
    defect: Callable[[], Defect] = Defect,
    use: Use = Use.SIGN_WITHOUT_PIN,
) -> Fault:
    return Fault(name, Family.CREDENTIALS, sentence, clause, error, None, build, defect, use)


def _pin(name: str, sentence: str, clause: str, error: str, defect: Callable[[], Defect], use: Use) -> Fault:
    return Fault(name, Family.PINS, sentence, clause, error, None, sound_specimen, defect, use)


SIGNATURES: Final = "BSI TR-03111, 5.2.1 (plain format); the eOI card's PSO: r and s of 48 bytes each"
TRIES: Final = "ISO/IEC 7816-4, 11.5 (VERIFY) and 5.6 (63Cx, 6983)"

FAULTS: Final = (
    _credential(
        "pkcs15-directory-broken",
        "EF.DIR is cut off in the middle of its first record.",
        "ISO/IEC 7816-4, 12.2; PKCS #15, 5.4",
        build=with_file(pkcs15.DIRECTORY, lambda content: content[:20], Application.MASTER_FILE),
    ),
    _credential(
        "pkcs15-object-directory-broken",
        "EF.ODF is cut off in the middle of an entry.",
        "PKCS #15, 6.2",
        build=with_file(pkcs15.OBJECT_DIRECTORY, lambda content: content[:-3]),
    ),
    _credential(
        "pkcs15-object-directory-incomplete",
        "EF.ODF does not name the directory file of the certificates.",
        "PKCS #15, 6.2",
        build=with_file(pkcs15.OBJECT_DIRECTORY, lambda content: content[: 2 * len(content) // 3]),
    ),
    _credential(
        "pkcs15-object-directory-twice",
        "EF.ODF names the directory file of the private keys twice.",
        "PKCS #15, 6.2",
        build=with_file(pkcs15.OBJECT_DIRECTORY, lambda content: content + content[len(content) // 3 : 2 * len(content) // 3]),
    ),
    _credential(
        "pkcs15-gap-of-ones",
        "Bytes FF stand behind the last private key; only zero bytes may fill a directory file.",
        "PKCS #15, 6.1 (empty area is 00)",
        build=with_file(pkcs15.PRIVATE_KEYS, lambda content: content + b"\xff" * 8),
    ),
    _credential(
        "pkcs15-key-file-missing",
        "The directory file of the private keys, which EF.ODF names, is not there.",
        "PKCS #15, 6.2 and 6.3",
        "UnexpectedStatus",
        build=with_file(pkcs15.PRIVATE_KEYS, lambda content: None),
    ),
    _credential(
        "pkcs15-pin-unknown",
        "The key with a PIN names a PIN object that does not exist.",
        "PKCS #15, 6.1 (authId)",
        build=with_file(pkcs15.PRIVATE_KEYS, _no_such_pin, Application.SIGN_AND_LOGIN),
    ),
    _credential(
        "pkcs15-key-without-certificate",
        "No certificate has the identifier of the key without PIN.",
        "PKCS #15, 6.1 (iD ties key and certificate)",
        "CredentialMissing",
        build=with_file(pkcs15.PRIVATE_KEYS, _no_such_certificate),
    ),
    _credential(
        "pkcs15-certificate-broken",
        "The certificate's file is cut off.",
        "PKCS #15, 6.6; RFC 5280, 4.1",
        build=with_file(pkcs15.FIRST_CERTIFICATE, lambda content: content[:-20]),
    ),
    _credential(
        "pkcs15-certificate-missing",
        "The certificate's file, which the directory names, is not there.",
        "PKCS #15, 6.6",
        "UnexpectedStatus",
        build=with_file(pkcs15.FIRST_CERTIFICATE, lambda content: None),
    ),
    _credential(
        "certificate-of-another-key",
        "The certificate belongs to another key than the one that signs.",
        "PKCS #15, 6.1; eIDAS, annex II (the signature is by the certified key)",
        "SignatureNotByCertificate",
        build=lambda laboratory: replace(sound_specimen(laboratory), change=_another_certificate),
    ),
    _credential(
        "signature-wrong",
        "One bit of the signature is flipped.",
        SIGNATURES,
        "SignatureNotByCertificate",
        defect=_signature(_flip_last),
    ),
    _credential(
        "signature-zero",
        "Both numbers of the signature are zero.",
        "BSI TR-03111, 4.2.1 (r and s are not zero)",
        "SignatureNotByCertificate",
        defect=_signature(lambda signature: bytes(len(signature))),
    ),
    _credential(
        "signature-short",
        "The signature lacks its last byte.",
        SIGNATURES,
        defect=_signature(lambda signature: signature[:-1]),
    ),
    _credential(
        "signature-as-der",
        "The signature comes in DER in place of r and s side by side.",
        SIGNATURES,
        defect=_signature(_as_der),
    ),
    _credential(
        "signature-missing",
        "The signing command is answered with 9000 and no data.",
        SIGNATURES,
        defect=_signature(lambda signature: b""),
    ),
    _pin(
        "pin-any-accepted",
        "VERIFY answers 9000 to any PIN; the key knows better and refuses to sign.",
        TRIES,
        "UnexpectedStatus",
        _verify(lambda command, word: status.SUCCESS if command.data else word),
        Use.SIGN_WITH_WRONG_PIN,
    ),
    _pin(
        "pin-right-one-refused",
        "VERIFY answers 6983 (blocked) to the right PIN; the reader must not try again.",
        TRIES,
        "PinBlocked",
        _verify(lambda command, word: status.AUTHENTICATION_METHOD_BLOCKED),
        Use.SIGN_WITH_PIN,
    ),
    _pin(
        "pin-refusal-odd",
        "VERIFY answers 6300 to a wrong PIN and does not say how many tries are left.",
        TRIES,
        "UnexpectedStatus",
        _verify(lambda command, word: status.AUTHENTICATION_FAILED if command.data else word),
        Use.SIGN_WITH_WRONG_PIN,
    ),
    _pin(
        "pin-tries-not-told",
        "VERIFY without data, which asks for the tries left, is answered with 6F00.",
        TRIES,
        "UnexpectedStatus",
        _verify(lambda command, word: word if command.data else status.NO_PRECISE_DIAGNOSIS),
        Use.ASK_FOR_TRIES,
    ),
)
