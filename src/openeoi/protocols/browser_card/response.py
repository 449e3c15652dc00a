"""The response: what the agent hands back to the page."""

import re
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import Self

from openeoi.encoding import strict_json
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.protocols.browser_card.errors import ForeignResponse, OperationNotDone
from openeoi.protocols.browser_card.request import check_state

_VERSION = 1
_LARGEST_CERTIFICATE = 8192
_LONGEST_CHAIN = 4
_SIGNATURE_SIZE = 96  # raw r || s on P-384
_LONGEST_READER = 128
_REASON = re.compile(r"[a-z0-9-]{0,64}", re.ASCII)


class ResponseOutcome(StrEnum):
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class CardResponse:
    """What happened, and when it was done: the certificate (DER), its issuers up to and without the anchor, the signature.

    `signature` is raw r || s of 96 bytes, empty for the operation `certificate`. `reader` names the reader, `reason` is a code
    of lower-case words with hyphens (`pin-blocked`, `no-card`) when it was not done.
    """

    state: str
    outcome: ResponseOutcome
    certificate: bytes = b""
    chain: tuple[bytes, ...] = ()
    signature: bytes = b""
    reader: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        check_state(self.state)
        if (self.outcome is ResponseOutcome.DONE) != bool(self.certificate):
            raise EncodingError("certificate", "present exactly when the operation was done")
        if max(map(len, (self.certificate, *self.chain))) > _LARGEST_CERTIFICATE or len(self.chain) > _LONGEST_CHAIN:
            raise EncodingError("chain", f"at most {_LONGEST_CHAIN} certificates of {_LARGEST_CERTIFICATE} bytes")
        if self.signature and (not self.certificate or len(self.signature) != _SIGNATURE_SIZE):
            raise EncodingError("signature", f"{_SIGNATURE_SIZE} bytes beside a certificate, or none")
        if len(self.reader) > _LONGEST_READER or not self.reader.isprintable():
            raise EncodingError("reader", f"at most {_LONGEST_READER} characters that can be shown")
        if not _REASON.fullmatch(self.reason):
            raise EncodingError("reason", "lower-case words with hyphens")

    def require_state(self, state: str) -> None:
        """Raises ForeignResponse unless this answers the request with that state."""
        if not compare_digest(self.state, state):
            raise ForeignResponse("the response belongs to another request")

    def require_done(self) -> None:
        """Raises OperationNotDone when the holder cancelled or the card failed."""
        if self.outcome is not ResponseOutcome.DONE:
            raise OperationNotDone(self.outcome.value, self.reason)

    def encode(self) -> str:
        """The form field `response`."""
        return strict_json.to_form_field(
            {
                "version": _VERSION,
                "state": self.state,
                "outcome": self.outcome.value,
                "certificate": strict_json.encode_bytes(self.certificate),
                "chain": [strict_json.encode_bytes(certificate) for certificate in self.chain],
                "signature": strict_json.encode_bytes(self.signature),
                "reader": self.reader,
                "reason": self.reason,
            }
        )

    @classmethod
    def decode(cls, form_field: str) -> Self:
        """The response in the form field; DecodingError for anything that is not one."""
        names = ("version", "state", "outcome", "certificate", "chain", "signature", "reader", "reason")
        members = strict_json.members(strict_json.from_form_field(form_field), names)
        if strict_json.number(members, "version") != _VERSION:
            raise DecodingError("unknown version")
        outcome = strict_json.text(members, "outcome")
        if outcome not in set(ResponseOutcome):
            raise DecodingError("unknown outcome")
        try:
            return cls(
                strict_json.text(members, "state"),
                ResponseOutcome(outcome),
                strict_json.octets(members, "certificate"),
                tuple(_certificate(item) for item in strict_json.items(members, "chain", _LONGEST_CHAIN)),
                strict_json.octets(members, "signature"),
                strict_json.text(members, "reader"),
                strict_json.text(members, "reason"),
            )
        except EncodingError as error:
            raise DecodingError(str(error)) from error


def _certificate(item: strict_json.JsonValue) -> bytes:
    if not isinstance(item, str):
        raise DecodingError("a certificate of the chain is not a string")
    return strict_json.decode_bytes(item)
