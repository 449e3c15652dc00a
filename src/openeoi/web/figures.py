"""Values of the drawn things: the card, a chain of certificates, an application's life, the steps of a journey.

The macros in `web/macros.html` draw them. They hold finished texts: whoever fills them has translated already.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

OUTCOMES = ("successful", "failed", "undetermined", "not_supported", "aborted")


def data_uri(media_type: str, content: bytes) -> str:
    """A picture as an address that a page may hold (`img-src data:`); `media_type` is ours, never what an upload said."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPicture:
    """What stands on a card. Empty texts are left out; `photo` is a data URI or an address, "" draws a silhouette.

    `access_number` is the CAN (6 digits, right edge of the front); `mrz` the three lines of 30 characters on the back;
    `date_of_expiry` None means permanent. Repr shows the document number only.
    """

    document_number: str
    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    sex: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)
    date_of_birth: date | None = field(default=None, repr=False)
    date_of_issue: date | None = field(default=None, repr=False)
    date_of_expiry: date | None = field(default=None, repr=False)
    place_of_birth: str = field(default="", repr=False)
    personal_number: str = field(default="", repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    authority: str = field(default="", repr=False)
    access_number: str = field(default="", repr=False)
    mrz: tuple[str, ...] = field(default=(), repr=False)
    photo: str = field(default="", repr=False)
    state_code: str = "SI"
    state_name: str = "TESTNA DRŽAVA SLOVENIJA · TEST STATE SLOVENIA"


@dataclass(frozen=True, slots=True)
class CheckPicture:
    """One verdict: `outcome` is one of OUTCOMES, `text` what was checked, `reason` why it came out so (may be empty)."""

    outcome: str
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CertificatePicture:
    """One node of a chain, drawn from the trust anchor down; `checks` stand on the edge from the issuer to this one."""

    subject: str
    details: tuple[tuple[str, str], ...] = ()
    checks: tuple[CheckPicture, ...] = ()
    issued: tuple[CertificatePicture, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """`state` is done, current or open; `when` a written moment or empty."""

    title: str
    when: str = ""
    detail: str = ""
    state: str = "done"


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """`state` is done, current, open or blocked; `href` "" for a step that cannot be opened."""

    title: str
    sentence: str = ""
    state: str = "open"
    href: str = ""


def chain_of(certificates: Iterable[CertificatePicture]) -> CertificatePicture | None:
    """Nest a straight chain (trust anchor first) into a tree; None for no certificate."""
    node: CertificatePicture | None = None
    for certificate in reversed(tuple(certificates)):
        issued = certificate.issued if node is None else (*certificate.issued, node)
        node = CertificatePicture(certificate.subject, certificate.details, certificate.checks, issued)
    return node
