"""New certificates for the keys of a card that its holder has (PUT DATA 0125, our choice): the files of its PKCS#15 applications
are replaced as a whole, and nothing else is touched. How the real card's office does it is not public.

Data: one A0{80 application, 81 file identifier, 82 content} for each file; every application that is named has only these files
afterwards. 80 is 1 for *Prijava brez PIN-a*, 2 for *Podpis in prijava*. It is one command, so it happens whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.pkcs15 import files as pkcs15
from openeoi.protocols.personalisation.applications import Application

ApplicationFiles: TypeAlias = Mapping[Application, Mapping[int, bytes]]

APPLICATIONS: Final = MappingProxyType({1: Application.PINLESS, 2: Application.SIGN_AND_LOGIN})
CONTENT_MAXIMUM: Final = 0x8000

# Without these a program finds nothing in the application (ISO/IEC 7816-15).
REQUIRED: Final = frozenset({pkcs15.OBJECT_DIRECTORY, pkcs15.TOKEN_INFORMATION})


def encode_certificate_update(files: ApplicationFiles) -> bytes:
    """Raises EncodingError for other applications, and for one without EF.ODF and EF.TokenInfo."""
    numbers = {application: number for number, application in APPLICATIONS.items()}
    records = []
    for application in sorted(files, key=lambda one: numbers.get(one, 0)):
        if application not in numbers or not set(files[application]) >= REQUIRED:
            raise EncodingError("certificate update", f"the {application} application cannot be replaced like that")
        for file_id, content in sorted(files[application].items()):
            if not 0 < len(content) <= CONTENT_MAXIMUM:
                raise EncodingError("certificate update", f"a file of {len(content)} bytes")
            objects = ((0x80, bytes((numbers[application],))), (0x81, file_id.to_bytes(2, "big")), (0x82, content))
            records.append(tlv.encode(0xA0, b"".join(tlv.encode(tag, value) for tag, value in objects)))
    return b"".join(records)


def decode_certificate_update(raw: bytes) -> ApplicationFiles:
    """Strict inverse. Raises DecodingError."""
    files: dict[Application, dict[int, bytes]] = {}
    for record in tlv.decode_all(raw):
        objects = tlv.decode_all(record.value) if record.tag == 0xA0 else ()
        if [item.tag for item in objects] != [0x80, 0x81, 0x82]:
            raise DecodingError("a file is an application, an identifier and its content")
        number, file_id, content = (item.value for item in objects)
        application = APPLICATIONS.get(int.from_bytes(number, "big"))
        if application is None or len(file_id) != 2:
            raise DecodingError("no application or file of that number is replaced")
        files.setdefault(application, {})[int.from_bytes(file_id, "big")] = content
    try:
        is_canonical = encode_certificate_update(files) == raw
    except EncodingError as error:
        raise DecodingError(str(error)) from error
    if not files or not is_canonical:
        raise DecodingError("the files are none, repeated or out of order")
    return files
