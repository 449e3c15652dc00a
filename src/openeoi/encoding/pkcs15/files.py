"""File and application identifiers of the two applications. The file numbers below the object directory are our choice."""

from typing import Final

AID_PINLESS: Final = bytes.fromhex("E828BD080F014E585031")
AID_SIGN_AND_LOGIN: Final = bytes.fromhex("E828BD080F014E585030")
LABEL_PINLESS: Final = "Prijava brez PIN-a"
LABEL_SIGN_AND_LOGIN: Final = "Podpis in prijava"

# What EF.TokenInfo names as its maker on a virtual card (our choice); the state's cards say NXP.
OUR_MANUFACTURER: Final = "OpenEOI"

DIRECTORY: Final = 0x2F00
OBJECT_DIRECTORY: Final = 0x5031
TOKEN_INFORMATION: Final = 0x5032
AUTHENTICATION_OBJECTS: Final = 0x7001
PRIVATE_KEYS: Final = 0x7002
CERTIFICATES: Final = 0x7005
FIRST_CERTIFICATE: Final = 0x7101

# ISO/IEC 7816-15:2016, 7.3: the short identifiers that every such application has.
SHORT_IDENTIFIERS: Final = {DIRECTORY: 0x1E, OBJECT_DIRECTORY: 0x11, TOKEN_INFORMATION: 0x12}
