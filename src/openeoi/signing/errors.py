"""Why a document was not signed. `reason` is a code that stays the same in texts (`signing.refused.<reason>`) and in JSON."""

from typing import ClassVar

from openeoi.errors import OpenEoiError


class SigningRefused(OpenEoiError):
    """Nothing was signed, and the document is unchanged. `job_id` names the job that can go on, "" when there is none."""

    reason: ClassVar[str]
    job_id: str = ""


class DocumentUnreadable(SigningRefused):
    """The file is no PDF, or one that cannot be read reliably."""

    reason = "document_unreadable"


class DocumentEncrypted(SigningRefused):
    """The PDF is encrypted: what would be signed could not be shown."""

    reason = "document_encrypted"


class DocumentTooLarge(SigningRefused):
    reason = "document_too_large"


class ContainerUnreadable(SigningRefused):
    """The container (ASiC-E) is no plain ZIP file of files and signatures."""

    reason = "container_unreadable"


class FileNameNotAllowed(SigningRefused):
    """A file's name cannot stand in a container."""

    reason = "file_name_not_allowed"


class SignatureUnreadable(SigningRefused):
    """An XML signature is none of the baseline profile, or uses something too weak."""

    reason = "signature_unreadable"


class TimeStampUnavailable(SigningRefused):
    """The time-stamping unit cannot be asked now."""

    reason = "time_stamp_unavailable"


class TimeStampRefused(SigningRefused):
    """The time-stamping unit gave no token, or one about something else."""

    reason = "time_stamp_refused"


class DocumentLocked(SigningRefused):
    """An earlier signature certifies the document and forbids further changes."""

    reason = "document_locked"


class CertificateUnreadable(SigningRefused):
    reason = "certificate_unreadable"


class IssuerNotTrusted(SigningRefused):
    reason = "issuer_not_trusted"


class NotASigningCertificate(SigningRefused):
    """A login certificate, or one without nonRepudiation, policy or statements of a qualified certificate."""

    reason = "not_a_signing_certificate"


class CertificateNotValidNow(SigningRefused):
    reason = "certificate_not_valid_now"


class CertificateRevoked(SigningRefused):
    reason = "certificate_revoked"


class StatusUnavailable(SigningRefused):
    """The certificate's status cannot be learned now: a signature with an unchecked certificate is not made."""

    reason = "status_unavailable"


class NoSigningCertificate(SigningRefused):
    """The card holds no certificate that documents may be signed with."""

    reason = "no_signing_certificate"


class SignatureWrong(SigningRefused):
    """The card's signature does not belong to the attributes and the certificate."""

    reason = "signature_wrong"


class AnswerUnreadable(SigningRefused):
    """What was posted is no response of an agent."""

    reason = "answer_unreadable"


class CardNotUsed(SigningRefused):
    """The holder cancelled, or the card could not do it."""

    reason = "card_not_used"


class OtherCertificate(SigningRefused):
    """The card that signed is not the card whose certificate the signature was prepared for."""

    reason = "other_certificate"


class JobUnknown(SigningRefused):
    """No such signing is under way: it never was, was finished, or its time is over."""

    reason = "job_unknown"


class ExaminationBroken(OpenEoiError):
    """The process that examines documents cannot run on this machine: an installation fault, not the document's."""
