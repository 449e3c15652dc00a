"""Facts about any document's signatures: a PDF's, or those of an ASiC-E container."""

from collections.abc import Sequence
from datetime import datetime

from openeoi.signing import pdf_findings
from openeoi.signing.asic import container
from openeoi.signing.asic import findings as container_findings
from openeoi.signing.findings import LARGEST_DOCUMENT, DocumentFindings


def examine(document: bytes, anchors: Sequence[bytes], intermediates: Sequence[bytes], at: datetime) -> DocumentFindings:
    """The findings about every signature of a document; never raises for the document's sake.

    `anchors` and `intermediates` are certificates (DER): the ones trusted, and those that may help to build a chain.
    """
    if len(document) > LARGEST_DOCUMENT:
        return DocumentFindings("too_large")
    if document.startswith(b"%PDF-"):
        return pdf_findings.examine(document, anchors, intermediates, at)
    if container.is_container(document):
        return container_findings.examine(document, anchors, intermediates, at)
    return DocumentFindings("unknown_format")
