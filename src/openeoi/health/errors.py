"""Every refusal at the point of care, each with its POC code and HTTP status (docs/clinic-vendor.md).

What the counter and the vendor read about a code are translated texts, `health.code.poc_NNN.counter` and `.vendor`.
"""

from __future__ import annotations

from typing import ClassVar

from openeoi.errors import OpenEoiError


class HealthError(OpenEoiError):
    """The root of what this office raises."""


class StoredKeyUnreadable(HealthError):
    """The stored keys cannot be opened with the wrapping key given: it is not the one they were stored under."""


class PointOfCareError(HealthError):
    """A request that was refused. `code` stays the same in logs, audit, answers and texts."""

    code: ClassVar[str]
    status: ClassVar[int]


class MalformedRequest(PointOfCareError):
    """The request is not what the interface says; `reason` names where."""

    code = "POC-100"
    status = 400


class ClientUnknown(PointOfCareError):
    """The client's key, or the organisation it belongs to, is unknown or blocked."""

    code = "POC-101"
    status = 401


class NoProfessionalSession(PointOfCareError):
    """No professional is signed in at this client (any more)."""

    code = "POC-102"
    status = 401


class ChallengeExpired(PointOfCareError):
    """The card's answer came after the challenge's 60 seconds."""

    code = "POC-103"
    status = 410


class ChallengeUnknown(PointOfCareError):
    """The challenge was never given, or was answered before: possibly a replay."""

    code = "POC-104"
    status = 409


class ForeignChallenge(PointOfCareError):
    """The challenge or the token belongs to another organisation or another key."""

    code = "POC-105"
    status = 403


class SignatureWrong(PointOfCareError):
    """The card's signature does not belong to the challenge and the certificate."""

    code = "POC-106"
    status = 422


class CertificateNotValid(PointOfCareError):
    """The certificate is revoked, suspended, expired or not yet valid."""

    code = "POC-107"
    status = 403


class DocumentNotValid(PointOfCareError):
    """The document is reported lost or stolen, or was replaced. The card stays with its bearer."""

    code = "POC-108"
    status = 403


class RateLimited(PointOfCareError):
    """Too many proofs of this organisation or this card; `retry_after` in seconds."""

    code = "POC-109"
    status = 429

    def __init__(self, reason: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class CertificateNotAccepted(PointOfCareError):
    """Another issuer or another policy than asked for: the wrong application of the card, or a foreign card."""

    code = "POC-110"
    status = 422


class StatusTooOld(PointOfCareError):
    """What is known about the certificate's or the document's status is too old, or cannot be learned now."""

    code = "POC-111"
    status = 503


class InsurerDown(PointOfCareError):
    """The insurer's system does not answer."""

    code = "POC-122"
    status = 503


class RoleMayNotSee(PointOfCareError):
    """The professional's role may not see what was asked for."""

    code = "POC-140"
    status = 403


class ConditionMissing(PointOfCareError):
    """`If-None-Match` is missing."""

    code = "POC-141"
    status = 428


class TokenNotValid(PointOfCareError):
    """The presence token is missing, expired or not ours. (OUR CHOICE: the list that we follow has no code for it.)"""

    code = "POC-142"
    status = 401


# Business answers, given with HTTP 200: the insurer does not know the person, the insurance is not in force.
INSURED_UNKNOWN = "POC-120"
NOT_IN_FORCE = "POC-121"
