"""Commands and status words in English, in the terms of the standards: for traces and for teaching.

Only what a command says by itself is explained; which application is selected at that moment, for instance, it does not say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.pkcs15.files import AID_PINLESS, AID_SIGN_AND_LOGIN
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import ProtectedCommand

_APPLICATIONS: Final = {
    files.EMRTD_APPLICATION: "the eMRTD application",
    AID_PINLESS: "the PKCS#15 application for log-in without PIN",
    AID_SIGN_AND_LOGIN: "the PKCS#15 application for signing and log-in",
}
_FILES: Final = {
    files.MASTER_FILE: "the master file",
    files.DIRECTORY.file_id: "EF.DIR",
    files.CARD_ACCESS.file_id: "EF.CardAccess",
    files.COM.file_id: "EF.COM",
    files.SOD.file_id: "EF.SOD (in the master file: EF.CardSecurity)",
    0x2F01: "EF.ATR/INFO",
    0x5031: "EF.ODF, the list of the PKCS#15 directories",
    0x5032: "EF.TokenInfo",
} | {group.file_id: group.name for group in files.DATA_GROUPS.values()}
_SHORT_FILES: Final = {
    files.CARD_ACCESS.short_id: "EF.CardAccess",
    files.SOD.short_id: "EF.SOD (in the master file: EF.CardSecurity)",
    files.COM.short_id: "EF.COM (in the master file: EF.DIR)",
} | {group.short_id: group.name for group in files.DATA_GROUPS.values()}
_PASSWORDS: Final = {1: "the MRZ", 2: "the CAN", 3: "the PIN", 4: "the PUK", 0x10: "the office key"}
_PACE_STEPS: Final = {
    0x80: "Chip authentication: the terminal sends its ephemeral public key, from which both make the keys of a new channel",
    0x81: "PACE: the terminal sends its mapping data and asks for the card's, so that both map the nonce to the same generator",
    0x83: "PACE: the terminal sends its ephemeral public key and asks for the card's",
    0x85: "PACE: the terminal proves with its authentication token that it knows the password, and asks for the card's token",
}
_OBJECTS: Final = {0x0116: "the version object", 0x0117: "the life cycle status"}

_STATUS: Final = {
    status.SUCCESS: "done",
    status.END_OF_FILE: "the file ended before all bytes were read",
    status.SELECTED_FILE_DEACTIVATED: "the selected file or password is deactivated",
    status.AUTHENTICATION_FAILED: "authentication failed",
    status.MEMORY_FAILURE: "the memory failed",
    status.WRONG_LENGTH: "wrong length",
    status.LOGICAL_CHANNEL_NOT_SUPPORTED: "logical channels are not supported",
    status.SECURE_MESSAGING_NOT_SUPPORTED: "secure messaging is not supported",
    status.LAST_COMMAND_OF_CHAIN_EXPECTED: "the last command of the chain was expected",
    status.CHAINING_NOT_SUPPORTED: "command chaining is not supported",
    status.SECURITY_STATUS_NOT_SATISFIED: "security status not satisfied",
    status.AUTHENTICATION_METHOD_BLOCKED: "the authentication method is blocked",
    status.REFERENCE_DATA_NOT_USABLE: "the reference data is not usable",
    status.CONDITIONS_NOT_SATISFIED: "conditions of use not satisfied",
    status.COMMAND_NOT_ALLOWED: "command not allowed, no file is selected",
    status.SECURE_MESSAGING_OBJECTS_MISSING: "secure messaging data objects are missing",
    status.SECURE_MESSAGING_OBJECTS_INCORRECT: "secure messaging data objects are incorrect",
    status.INCORRECT_DATA: "incorrect parameters in the data field",
    status.FUNCTION_NOT_SUPPORTED: "function not supported",
    status.FILE_NOT_FOUND: "file or application not found",
    status.NOT_ENOUGH_MEMORY: "not enough memory in the file",
    status.INCORRECT_P1_P2: "incorrect parameters P1-P2",
    status.REFERENCED_DATA_NOT_FOUND: "referenced data not found",
    status.FILE_EXISTS: "the file exists already",
    status.WRONG_OFFSET: "the offset lies outside the file",
    status.INSTRUCTION_NOT_SUPPORTED: "instruction not supported",
    status.CLASS_NOT_SUPPORTED: "class not supported",
    status.NO_PRECISE_DIAGNOSIS: "no precise diagnosis",
}


def explain(command: CommandApdu) -> str:
    """One sentence. Never shows a data field that may hold a secret."""
    if isinstance(command, ProtectedCommand):
        return f"{_sentence(command.plain)}, under secure messaging."
    return f"{_sentence(command)}."


def explain_status(status_word: int) -> str:
    """A few words for a status word; the number itself where the standard leaves its meaning open."""
    left = status.tries_left(status_word)
    if left is not None and status_word != status.AUTHENTICATION_METHOD_BLOCKED:
        return f"not verified, {left} {'try is' if left == 1 else 'tries are'} left"
    if status_word >> 8 == 0x61:
        return f"done, {status_word & 0xFF or 256} more bytes are available"
    if status_word >> 8 == 0x6C:
        return f"wrong Le, {status_word & 0xFF or 256} bytes are available"
    return _STATUS.get(status_word, f"status word {status_word:04X}")


def _sentence(command: CommandApdu) -> str:
    teller = _TELLERS.get(command.ins)
    return f"Instruction {command.ins:02X}" if teller is None else teller(command)


def _select(command: CommandApdu) -> str:
    if command.p1 == 0x04:
        return f"SELECT {_APPLICATIONS.get(command.data, 'the application ' + command.data.hex().upper())}"
    if not command.data:
        return "SELECT the master file"
    name = _FILES.get(int.from_bytes(command.data[-2:], "big"), f"the file {command.data.hex().upper()}")
    return f"SELECT {name}"


def _read_binary(command: CommandApdu) -> str:
    amount = "" if command.expected is None else f"up to {command.expected} bytes "
    if command.p1 & 0x80:
        short = command.p1 & 0x1F
        name = _SHORT_FILES.get(short, f"the file with the short identifier {short:02X}")
        return f"READ BINARY: {amount}of {name}, from offset {command.p2}"
    return f"READ BINARY: {amount}of the selected file, from offset {command.p1 << 8 | command.p2}"


def _read_binary_far(command: CommandApdu) -> str:
    try:
        offset = int.from_bytes(tlv.decode_expected(command.data, 0x54), "big")
    except DecodingError:
        return "READ BINARY with an offset data object"
    return f"READ BINARY: the selected file from offset {offset}, given as a data object"


def _manage_security_environment(command: CommandApdu) -> str:
    match command.p1, command.p2:
        case 0xC1, 0xA4:
            name = _PASSWORDS.get(int.from_bytes(_object(command.data, 0x83) or b"", "big"))
            return "MSE:Set AT: choose PACE" + ("" if name is None else f" with {name} as password")
        case 0x81, 0xB6:
            return "MSE:Set DST: choose the key and algorithm for the digital signature"
        case 0x41, 0xA4:
            return "MSE:Set AT: choose chip authentication"
        case 0x41, 0xA6:
            return "MSE:Set KAT: send the terminal's public key for chip authentication"
        case 0x81, 0xA4:
            return "MSE:Set AT: choose the terminal's key for terminal authentication"
        case _:
            return "MANAGE SECURITY ENVIRONMENT"


def _general_authenticate(command: CommandApdu) -> str:
    content = _object(command.data, 0x7C)
    if content is None:
        return "GENERAL AUTHENTICATE"
    if not content:
        return "PACE: ask the card for a nonce, encrypted under a key derived from the password"
    return _PACE_STEPS.get(content[0], "GENERAL AUTHENTICATE")


def _verify(command: CommandApdu) -> str:
    if not command.data:
        return f"VERIFY without data: ask how many tries are left for the PIN {command.p2 & 0x7F}"
    return f"VERIFY: present the PIN or PUK {command.p2 & 0x7F}"


def _perform_security_operation(command: CommandApdu) -> str:
    match command.p1, command.p2:
        case 0x9E, 0x9A:
            return f"PSO: COMPUTE DIGITAL SIGNATURE over a digest of {len(command.data)} bytes"
        case 0x00, 0xBE:
            return "PSO: VERIFY CERTIFICATE of the terminal"
        case _:
            return "PERFORM SECURITY OPERATION"


def _data_object(verb: str) -> Callable[[CommandApdu], str]:
    def tell(command: CommandApdu) -> str:
        number = command.p1 << 8 | command.p2
        return f"{verb} {_OBJECTS.get(number, f'the data object {number:04X}')}"

    return tell


def _fixed(text: str) -> Callable[[CommandApdu], str]:
    return lambda command: text


def _object(raw: bytes, tag: int) -> bytes | None:
    """The value of a data object of the command; None where there is none or the field is malformed."""
    try:
        return tlv.find_optional(tlv.decode_all(raw), tag)
    except DecodingError:
        return None


_TELLERS: Final[dict[int, Callable[[CommandApdu], str]]] = {
    0x20: _verify,
    0x22: _manage_security_environment,
    0x24: lambda command: f"CHANGE REFERENCE DATA: set a new value of the PIN {command.p2 & 0x7F}",
    0x2A: _perform_security_operation,
    0x2C: lambda command: f"RESET RETRY COUNTER of the PIN {command.p2 & 0x7F}",
    0x47: _fixed("GENERATE ASYMMETRIC KEY PAIR on the chip"),
    0x82: _fixed("EXTERNAL AUTHENTICATE: the terminal proves who it is"),
    0x84: lambda command: f"GET CHALLENGE: ask for {command.expected or 0} random bytes",
    0x86: _general_authenticate,
    0x88: _fixed("INTERNAL AUTHENTICATE: the chip signs the terminal's challenge (active authentication)"),
    0xA4: _select,
    0xB0: _read_binary,
    0xB1: _read_binary_far,
    0xC0: _fixed("GET RESPONSE: fetch the rest of the answer"),
    0xCA: _data_object("GET DATA: read"),
    0xD6: lambda command: f"UPDATE BINARY: write {len(command.data)} bytes into the selected file",
    0xDA: _data_object("PUT DATA: write"),
    0xE0: _fixed("CREATE FILE"),
    0xE4: _fixed("DELETE FILE"),
    0xFE: _fixed("TERMINATE CARD USAGE"),
}
