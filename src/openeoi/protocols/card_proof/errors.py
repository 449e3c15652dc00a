"""What can be wrong with a card's proof."""

from datetime import datetime

from openeoi.errors import OpenEoiError


class CardProofError(OpenEoiError):
    """A proof signed by a card was not accepted."""


class ProofSignatureInvalid(CardProofError):
    """The signature does not belong to this text and this certificate: start over with a new challenge."""


class CertificateUnusable(CardProofError):
    """The certificate cannot be read, or its key is not an EC key on P-384; `reason` is a short English phrase."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"certificate: {reason}")


class ProofExpired(CardProofError):
    """The text was valid until `expires_at`: start over with a new challenge."""

    def __init__(self, expires_at: datetime) -> None:
        self.expires_at = expires_at
        super().__init__(f"the text expired at {expires_at.isoformat()}")


class ProofNotYetValid(CardProofError):
    """The text says that it was issued at `issued_at`, which is in the future: one of the clocks is wrong."""

    def __init__(self, issued_at: datetime) -> None:
        self.issued_at = issued_at
        super().__init__(f"the text is issued in the future, at {issued_at.isoformat()}")


class PurposeTextRefused(CardProofError):
    """Bytes offered for a document signature are (or begin like) a text of purpose `tag`: never sign them."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        super().__init__(f"the bytes to be signed begin like a {tag} text")
