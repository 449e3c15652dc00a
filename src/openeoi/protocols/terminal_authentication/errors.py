"""How terminal authentication ends on the terminal's side when it opens nothing. Secure messaging goes on in every case."""

from __future__ import annotations

from collections.abc import Sequence

from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.errors import OpenEoiError


class TerminalAuthenticationError(OpenEoiError):
    """The chip grants no further rights."""


class NoCertificateChain(TerminalAuthenticationError):
    """No chain of the certificates at hand begins at one of the chip's `authorities`: get newer (link) certificates."""

    def __init__(self, authorities: Sequence[KeyReference]) -> None:
        self.authorities = tuple(authorities)
        super().__init__(f"no certificate chain begins at {' or '.join(map(str, authorities)) or 'nothing'}")


class CertificateRefused(TerminalAuthenticationError):
    """The chip did not take the certificate of `holder`: expired, of another authority, or its signature is wrong."""

    def __init__(self, holder: KeyReference, step: str, status_word: int) -> None:
        self.holder = holder
        self.status = status_word
        super().__init__(f"the chip answered {status_word:04X} to {step} for the certificate of {holder}")


class AuthenticationRefused(TerminalAuthenticationError):
    """The chip did not accept the terminal itself: `status` is its answer to `step`."""

    def __init__(self, step: str, status_word: int) -> None:
        self.step = step
        self.status = status_word
        super().__init__(f"the chip answered {status_word:04X} to {step}")


class ChallengeMalformed(TerminalAuthenticationError):
    """The chip's challenge does not have eight bytes."""
