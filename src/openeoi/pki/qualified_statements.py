"""The qualified certificate statements (ETSI EN 319 412-5 V2.4.1, 4.2 and 4.3) and two ASN.1 strings that DER builders need."""

from __future__ import annotations

from openeoi.encoding import der, tlv
from openeoi.encoding.errors import EncodingError
from openeoi.pki.certificate_profiles import QualifiedStatements

COMPLIANCE = "0.4.0.1862.1.1"
SECURE_DEVICE = "0.4.0.1862.1.4"
DISCLOSURE = "0.4.0.1862.1.5"
TYPE = "0.4.0.1862.1.6"
TYPE_ELECTRONIC_SIGNATURE = "0.4.0.1862.1.6.1"

PRINTABLE_STRING = 0x13
IA5_STRING = 0x16


def encode(statements: QualifiedStatements) -> bytes:
    """DER of QCStatements: compliance, key on a secure device, for electronic signatures, where the disclosure statement lies."""
    places = der.encode_sequence(
        *(
            der.encode_sequence(ia5_string(address), printable_string(language))
            for address, language in statements.disclosure_statements
        )
    )
    purpose = der.encode_sequence(der.encode_object_identifier(TYPE_ELECTRONIC_SIGNATURE))
    return der.encode_sequence(
        der.encode_sequence(der.encode_object_identifier(COMPLIANCE)),
        der.encode_sequence(der.encode_object_identifier(SECURE_DEVICE)),
        der.encode_sequence(der.encode_object_identifier(DISCLOSURE), places),
        der.encode_sequence(der.encode_object_identifier(TYPE), purpose),
    )


def ia5_string(text: str) -> bytes:
    return tlv.encode(IA5_STRING, _ascii("IA5String", text))


def printable_string(text: str) -> bytes:
    return tlv.encode(PRINTABLE_STRING, _ascii("PrintableString", text))


def _ascii(kind: str, text: str) -> bytes:
    try:
        return text.encode("ascii")
    except UnicodeEncodeError as error:
        raise EncodingError(kind, "a character outside ASCII") from error
