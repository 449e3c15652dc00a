"""What the duties of the point of care hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.card_proof import PresenceText


class OrganisationKind(StrEnum):
    CLINIC = "clinic"
    PHARMACY = "pharmacy"
    PORTAL = "portal"  # where patients read their own access log


class ProfessionalRole(StrEnum):
    """From the register of providers, never from a certificate."""

    RECEPTION = "reception"
    DOCTOR = "doctor"
    PHARMACIST = "pharmacist"
    BILLING = "billing"
    HOLDER = "holder"  # the patient at the portal


class Purpose(StrEnum):
    """Why the card is read (HL7 v3 ActReason)."""

    TREATMENT = "TREAT"
    PAYMENT = "HPAYMT"
    PATIENT_REQUEST = "PATRQT"


@dataclass(frozen=True, slots=True)
class Organisation:
    """`number` is the provider's number in the register."""

    number: str
    name: str
    kind: OrganisationKind
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class Professional:
    """`professional_id` is a pseudonym within the organisation."""

    professional_id: str
    name: str = field(repr=False)
    role: ProfessionalRole
    organisation: str


@dataclass(frozen=True, slots=True)
class Client:
    """A counter's program: the key it proved to hold (RFC 7638 thumbprint) and whose it is."""

    organisation: Organisation
    key_thumbprint: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """One question to one card. `text` is what the card signs; `level` the credential that must sign it."""

    challenge_id: str
    text: PresenceText
    level: CredentialRole

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.text.purpose)


@dataclass(frozen=True, slots=True)
class Presence:
    """A proof that was accepted: the token and what it is about."""

    token: str = field(repr=False)
    token_id: str
    patient_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a checked presence token says."""

    token_id: str
    patient_id: str
    insurer_id: str
    organisation: str
    professional_id: str
    role: ProfessionalRole
    purpose: Purpose
    key_thumbprint: str
    expires_at: datetime
