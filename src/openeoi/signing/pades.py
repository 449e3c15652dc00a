"""PAdES B-B and B-T in two steps: the document becomes CMS signed attributes, the card's signature over them completes it.

Between the steps the document lies here with an empty place for the signature, so that the card may be anywhere. Profile:
SubFilter ETSI.CAdES.detached, digest SHA-384, ECDSA on P-384, signing-certificate-v2, no signing time in the CMS (ETSI EN 319
142-1, 5.3 and 6.3). pyHanko writes PDF and CMS; it is imported on first use, because it would slow every start.
"""

import asyncio
import hashlib
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openeoi.signing.bounded import examine_bounded
from openeoi.signing.certificates import SigningCertificate, for_pyhanko
from openeoi.signing.errors import (
    DocumentEncrypted,
    DocumentLocked,
    DocumentTooLarge,
    DocumentUnreadable,
    SigningRefused,
)
from openeoi.signing.prepared import SCALAR_SIZE, DocumentFacts, FileFacts, PreparedSignature, SignatureForm
from openeoi.signing.time_stamps import TimeStamps

if TYPE_CHECKING:
    from pyhanko.sign.signers import ExternalSigner
    from pyhanko.sign.timestamps import TimeStamper

LARGEST_DOCUMENT = 30 * 1024 * 1024
_MOST_PAGES = 100_000
_DIGEST = "sha384"
_RESERVED = 32768  # hexadecimal characters for the CMS: certificates of up to about 15 kB


def describe(document: bytes) -> DocumentFacts:
    """Raises DocumentTooLarge, DocumentEncrypted, DocumentUnreadable."""
    reader = _reader(document)
    try:
        pages = int(reader.root["/Pages"]["/Count"])
        signatures = len(reader.embedded_regular_signatures)
    except Exception as error:  # whatever a hostile document provokes in the reader
        raise DocumentUnreadable(f"its structure cannot be followed ({type(error).__name__})") from error
    return _facts(document, pages, signatures)


def describe_bounded(document: bytes, at: datetime) -> DocumentFacts:
    """`describe` within limits on time and memory, for documents from strangers. Raises the same, and ExaminationBroken."""
    if len(document) > LARGEST_DOCUMENT:
        raise DocumentTooLarge(f"larger than {LARGEST_DOCUMENT} bytes")
    found = examine_bounded(document, (), (), at)
    if found.problem == "encrypted":
        raise DocumentEncrypted("it is encrypted")
    if found.problem:
        raise DocumentUnreadable(found.problem)
    return _facts(document, found.pages, len(found.signatures))


def _facts(document: bytes, pages: int, signatures: int) -> DocumentFacts:
    if not 0 < pages < _MOST_PAGES:
        raise DocumentUnreadable("it has no pages")
    file = FileFacts("", "application/pdf", len(document), hashlib.sha256(document).digest())
    return DocumentFacts(SignatureForm.PADES, (file,), pages, signatures)


def prepare(document: bytes, certificate: SigningCertificate, at: datetime) -> PreparedSignature:
    """The first step. `at` is written into the document as the signer's claimed time.

    Raises DocumentTooLarge, DocumentEncrypted, DocumentUnreadable, DocumentLocked.
    """
    describe(document)
    try:
        return asyncio.run(_prepare(document, certificate, at))
    except SigningRefused:
        raise
    except Exception as error:  # whatever a hostile document provokes in the writer
        from pyhanko.sign.general import SigningError

        if isinstance(error, SigningError):
            raise DocumentLocked(str(error)) from error
        raise DocumentUnreadable(f"it cannot be extended ({type(error).__name__})") from error


def finish(prepared: PreparedSignature, signature: bytes, stamps: TimeStamps | None = None) -> bytes:
    """The second step: the signed document, with `stamps` at level B-T. `signature` is the card's raw r || s.

    Raises SignatureWrong, TimeStampRefused, TimeStampUnavailable.
    """
    return asyncio.run(_finish(prepared, prepared.verified_der(signature), stamps))


async def _prepare(document: bytes, certificate: SigningCertificate, at: datetime) -> PreparedSignature:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    signer = _external_signer(certificate.certificate, certificate.chain, b"")
    writer = IncrementalPdfFileWriter(BytesIO(document), strict=True)
    taken = {signature.field_name for signature in writer.prev.embedded_signatures}
    name = next(name for number in range(1, len(taken) + 2) if (name := f"Signature{number}") not in taken)
    metadata = PdfSignatureMetadata(
        field_name=name, md_algorithm=_DIGEST, subfilter=SigSeedSubFilter.PADES, embed_validation_info=False
    )
    pdf_signer = PdfSigner(metadata, signer, new_field_spec=SigFieldSpec(name))
    session = pdf_signer.init_signing_session(writer)
    session.system_time = at
    prepared, output = session.prepare_tbs_document(None, _RESERVED).digest_tbs_document()
    attributes = await signer.signed_attrs(prepared.document_digest, _DIGEST, use_pades=True)
    output.seek(0)
    return PreparedSignature(
        output.read(),
        prepared.reserved_region_start,
        prepared.reserved_region_end,
        attributes.dump(),
        certificate.certificate,
        certificate.chain,
    )


async def _finish(prepared: PreparedSignature, der_signature: bytes, stamps: TimeStamps | None) -> bytes:
    from asn1crypto.cms import CMSAttributes
    from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest

    signer = _external_signer(prepared.certificate, prepared.chain, der_signature)
    attributes = CMSAttributes.load(prepared.to_be_signed)
    stamper = None if stamps is None else _stamper(stamps)
    content = await signer.async_sign_prescribed_attributes(_DIGEST, signed_attrs=attributes, timestamper=stamper)
    output = BytesIO(prepared.document)
    PreparedByteRangeDigest(b"", prepared.start, prepared.end).fill_with_cms(output, content)
    return output.getvalue()


def _stamper(stamps: TimeStamps) -> "TimeStamper":
    """Our source of time stamps as pyHanko wants one."""
    from asn1crypto.cms import ContentInfo
    from pyhanko.sign.timestamps import TimeStamper

    class Stamper(TimeStamper):
        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> ContentInfo:
            return ContentInfo.load(stamps.over(message_digest))

    return Stamper()  # type: ignore[no-untyped-call]  # pyHanko has no types


def _external_signer(certificate: bytes, chain: tuple[bytes, ...], signature: bytes) -> "ExternalSigner":
    from asn1crypto.algos import SignedDigestAlgorithm
    from pyhanko.sign.signers import ExternalSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # its constructor has no annotation
    for one in chain:
        registry.register(for_pyhanko(one))
    return ExternalSigner(
        signing_cert=for_pyhanko(certificate),
        cert_registry=registry,
        signature_value=signature or 2 * SCALAR_SIZE + 9,
        signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha384_ecdsa"}),
        embed_roots=False,
    )


def _reader(document: bytes) -> Any:  # noqa: ANN401 - pyHanko has no types
    from pyhanko.pdf_utils.reader import PdfFileReader

    if len(document) > LARGEST_DOCUMENT:
        raise DocumentTooLarge(f"larger than {LARGEST_DOCUMENT} bytes")
    try:
        reader = PdfFileReader(BytesIO(document), strict=True)
    except Exception as error:  # whatever a hostile document provokes in the reader
        raise DocumentUnreadable(f"it is no PDF that can be read reliably ({type(error).__name__})") from error
    if reader.encrypted:
        raise DocumentEncrypted("it is encrypted")
    return reader
