"""What the cryptographic layer refuses."""

from openeoi.errors import OpenEoiError


class CryptographicError(OpenEoiError):
    """A cryptographic value is not acceptable."""


class InvalidGroupElement(CryptographicError):
    """Received bytes are no element of the group: wrong length or form, not on the curve, or outside the subgroup."""


class IdentityElement(CryptographicError):
    """A computation ended in the point at infinity (or in 1, for a multiplicative group), which no protocol may go on with."""


class InvalidPadding(CryptographicError):
    """Decrypted data does not end in the padding of ISO/IEC 9797-1, method 2."""


class InvalidKey(CryptographicError):
    """A key or initial vector does not have the length that its algorithm asks for."""


class KeyNotSupported(CryptographicError):
    """A public key of a kind or over a group that is not standardised here; the message names it."""
