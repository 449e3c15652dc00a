"""Web origins and addresses below them, in the one form that both sides compare as text."""

import re

from openeoi.encoding.errors import EncodingError

_LONGEST_ORIGIN = 255
_LONGEST_ADDRESS = 2048
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_PORT = r"(?::[1-9][0-9]{0,4})?"
_SECURE_ORIGIN = re.compile(rf"https://(?:{_HOST}|\[[0-9a-f:]+\]){_PORT}", re.ASCII)
# Plain http only where the bytes do not leave the machine (W3C Secure Contexts, 3.1: loopback is trustworthy).
_LOOPBACK_ORIGIN = re.compile(rf"http://(?:127\.0\.0\.1|localhost|\[::1\]){_PORT}", re.ASCII)
# RFC 3986 path and query characters; no fragment, no backslash, nothing that a browser would rewrite into another host.
_BELOW_ORIGIN = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*", re.ASCII)


def check_origin(field: str, origin: str) -> None:
    """EncodingError unless `origin` is `https://host[:port]` (or http on loopback) in lower case without a path."""
    if len(origin) > _LONGEST_ORIGIN or not (_SECURE_ORIGIN.fullmatch(origin) or _LOOPBACK_ORIGIN.fullmatch(origin)):
        raise EncodingError(field, "not an https origin (or http on this machine) in its plain form")


def check_below(field: str, address: str, origin: str) -> None:
    """EncodingError unless `address` is an absolute address on exactly `origin`."""
    rest = address.removeprefix(origin)
    if len(address) > _LONGEST_ADDRESS or rest == address or not _BELOW_ORIGIN.fullmatch(rest):
        raise EncodingError(field, "not an address below the origin")
