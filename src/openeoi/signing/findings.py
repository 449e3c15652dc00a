"""What a document says about its signatures, before anyone is asked about trust lists or revocation: facts, no verdicts.

pyHanko reads the document and is imported on first use. Everything here may be run on hostile input: sizes and counts are
bounded, and whatever the readers raise becomes a finding. Time and memory are bounded by `bounded`, which runs `examine` in a
process of its own; so findings travel as JSON.
"""

import asyncio
import base64
import logging
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto.cms import ContentInfo

from openeoi.signing.certificates import for_pyhanko

MOST_SIGNATURES = 20
MOST_CERTIFICATES = 20
LARGEST_DOCUMENT = 32 * 1024 * 1024
_LONGEST_TEXT = 200
_PLACE = re.compile(rb"<(?:(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+)>")


@dataclass(frozen=True)
class SignatureFindings:
    """One signature field.

    `problem` is a code when the signature could not be examined at all. `certificate` is the signer's, in base64 of DER;
    `coverage` and `changes` are pyHanko's names of SignatureCoverageLevel and ModificationLevel; `place_clean`: the place left
    out of the signed bytes holds the signature and nothing else; `trust_problem` the sub-indication of ETSI EN 319 102-1 when no
    trusted chain was found; `claimed_time` is the signer's own word, in ISO 8601.
    """

    field_name: str
    problem: str = ""
    certificate: str = field(default="", repr=False)
    intact: bool = False
    valid: bool = False
    coverage: str = ""
    place_clean: bool = False
    changes: str = ""
    changes_allowed: bool = False
    trusted: bool = False
    trust_problem: str = ""
    claimed_time: str = ""
    subfilter: str = ""
    digest_algorithm: str = ""
    signature_algorithm: str = ""


@dataclass(frozen=True)
class DocumentFindings:
    """`problem` is a code when the document could not be read as a PDF; otherwise its signatures in the order of signing and
    the number of pages it says it has."""

    problem: str = ""
    signatures: tuple[SignatureFindings, ...] = ()
    pages: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "DocumentFindings":
        return cls(value["problem"], tuple(SignatureFindings(**one) for one in value["signatures"]), value["pages"])


def examine(document: bytes, anchors: Sequence[bytes], intermediates: Sequence[bytes], at: datetime) -> DocumentFindings:
    """The findings about every signature of a PDF; never raises for the document's sake.

    `anchors` and `intermediates` are certificates (DER): the ones trusted, and those that may help to build a chain.
    """
    if len(document) > LARGEST_DOCUMENT:
        return DocumentFindings("too_large")
    if not document.startswith(b"%PDF-"):
        return DocumentFindings("not_pdf")
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it would say stands in the findings
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(BytesIO(document), strict=True)
        if reader.encrypted:
            return DocumentFindings("encrypted")
        embedded = list(reader.embedded_regular_signatures)
        pages = int(reader.root["/Pages"]["/Count"])
    except MemoryError:
        return DocumentFindings("too_costly")
    except Exception:  # whatever a hostile document provokes in the reader is the finding
        return DocumentFindings("unreadable")
    if len(embedded) > MOST_SIGNATURES:
        return DocumentFindings("too_many_signatures")
    return DocumentFindings("", tuple(_examine_one(document, one, anchors, intermediates, at) for one in embedded), pages)


def _examine_one(
    document: bytes,
    embedded: Any,  # noqa: ANN401 - pyHanko's own type
    anchors: Sequence[bytes],
    intermediates: Sequence[bytes],
    at: datetime,
) -> SignatureFindings:
    name = _shown(embedded.field_name)
    try:
        if len(embedded.other_embedded_certs) > MOST_CERTIFICATES:  # path building must not be made to search
            return SignatureFindings(name, "too_many_certificates")
        return asyncio.run(_status(name, document, embedded, anchors, intermediates, at))
    except Exception:  # a signature that cannot be parsed, of whatever making
        return SignatureFindings(name, "signature_unreadable")


async def _status(
    name: str,
    document: bytes,
    embedded: Any,  # noqa: ANN401 - pyHanko's own type
    anchors: Sequence[bytes],
    intermediates: Sequence[bytes],
    at: datetime,
) -> SignatureFindings:
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(
        trust_roots=[for_pyhanko(one) for one in anchors],
        other_certs=[for_pyhanko(one) for one in intermediates],
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",  # revocation is judged by the desk's own source
    )
    status = await async_validate_pdf_signature(embedded, context)
    claimed = status.signer_reported_dt
    return SignatureFindings(
        field_name=name,
        certificate=base64.b64encode(status.signing_cert.dump()).decode(),
        intact=status.intact,
        valid=status.valid,
        coverage=status.coverage.name if status.coverage is not None else "",
        place_clean=_is_place_clean(document, embedded),
        changes=status.modification_level.name if status.modification_level is not None else "",
        changes_allowed=bool(status.docmdp_ok),
        trusted=status.trusted,
        trust_problem=getattr(status.trust_problem_indic, "name", ""),
        claimed_time=claimed.astimezone(UTC).isoformat() if claimed is not None else "",
        subfilter=_shown(str(embedded.sig_object.get("/SubFilter", ""))).lstrip("/"),
        digest_algorithm=_shown(status.md_algorithm),
        signature_algorithm=_shown(status.pkcs7_signature_mechanism),
    )


def _is_place_clean(document: bytes, embedded: Any) -> bool:  # noqa: ANN401 - pyHanko's own type
    """Between the two signed ranges stand only hexadecimal digits of one case: the CMS, then zeros (ISO 32000-2, 12.8.1).

    No signature covers these bytes, so whatever else stood there could be changed unnoticed.
    """
    ranges = [int(value) for value in embedded.byte_range]
    place = document[ranges[0] + ranges[1] : ranges[2]]
    if not _PLACE.fullmatch(place):
        return False
    content = bytes.fromhex(place[1:-1].decode())
    return not content[len(ContentInfo.load(content).dump()) :].strip(b"\0")


def _shown(text: object) -> str:
    """A text of the document, cut and without characters that cannot be shown."""
    return "".join(character if character.isprintable() else "\ufffd" for character in str(text)[:_LONGEST_TEXT])
