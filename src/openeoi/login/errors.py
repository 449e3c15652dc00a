"""Why a login did not happen. `reason` is a code that stays the same in logs, audit and texts (`login.refused.<reason>`)."""

from typing import ClassVar

from openeoi.errors import OpenEoiError


class LoginError(OpenEoiError):
    """The root of what this office raises."""


class LoginRefused(LoginError):
    """The card's answer was not accepted; nothing was given to the service.

    `transaction_id` names the login that can be tried again, "" when there is none.
    """

    reason: ClassVar[str]
    transaction_id: str = ""


class TransactionUnknown(LoginRefused):
    """No login with that state is waiting: it never was, or was finished."""

    reason = "transaction_unknown"


class ChallengeUsed(LoginRefused):
    """This challenge was answered before."""

    reason = "challenge_used"


class ChallengeExpired(LoginRefused):
    """The answer came later than two minutes after the challenge."""

    reason = "challenge_expired"


class OtherBrowser(LoginRefused):
    """The login was begun in one browser and is being finished in another."""

    reason = "other_browser"


class AnswerUnreadable(LoginRefused):
    """What was posted is no response of an agent."""

    reason = "answer_unreadable"


class CardNotUsed(LoginRefused):
    """The holder cancelled, or the card could not do it."""

    reason = "card_not_used"


class SignatureWrong(LoginRefused):
    """The signature does not belong to the challenge and the certificate."""

    reason = "signature_wrong"


class CertificateUnreadable(LoginRefused):
    """The certificate cannot be read or breaks its profile."""

    reason = "certificate_unreadable"


class IssuerNotTrusted(LoginRefused):
    """No trusted issuer signed the certificate."""

    reason = "issuer_not_trusted"


class LevelNotReached(LoginRefused):
    """The certificate is of another level of assurance than the one asked for."""

    reason = "level_not_reached"


class SignatureOnlyCertificate(LoginRefused):
    """The certificate is for qualified signatures; a login with it would be a signature on something unseen."""

    reason = "signature_only_certificate"


class PolicyNotAccepted(LoginRefused):
    """The certificate does not name the policy of its level."""

    reason = "policy_not_accepted"


class UsageNotAccepted(LoginRefused):
    """Key usage or extended key usage do not allow client authentication."""

    reason = "usage_not_accepted"


class CertificateNotYetValid(LoginRefused):
    reason = "certificate_not_yet_valid"


class CertificateExpired(LoginRefused):
    reason = "certificate_expired"


class CertificateRevoked(LoginRefused):
    reason = "certificate_revoked"


class StatusUnknown(LoginRefused):
    """The issuer does not know this certificate."""

    reason = "status_unknown"


class StatusUnavailable(LoginRefused):
    """The certificate's status cannot be learned now: without it nobody is let in."""

    reason = "status_unavailable"


class PersonUnknown(LoginRefused):
    """No person belongs to the certificate's number (any more)."""

    reason = "person_unknown"


class ProviderKeyUnreadable(LoginError):
    """The stored keys cannot be opened with the wrapping key given: it is not the one they were stored under."""


class ClientNotAllowed(LoginError):
    """A client's registration breaks a rule; `field` names it."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(f"{field}: {reason}")
