"""Whether a certificate leads to a trusted one at a time (RFC 5280, 6). Nobody is asked: revocation is another question."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openeoi.signing.certificates import for_pyhanko


def trust_problem(
    certificate: bytes, others: Sequence[bytes], anchors: Sequence[bytes], intermediates: Sequence[bytes], at: datetime
) -> str:
    """ "" for a trusted chain, else the sub-indication of ETSI EN 319 102-1. All certificates are DER."""
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)  # what it would say is the answer
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, PathBuildingError, PathError

    context = ValidationContext(
        trust_roots=[for_pyhanko(one) for one in anchors],
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    known = [for_pyhanko(one) for one in (*intermediates, *others)]
    validator = CertificateValidator(for_pyhanko(certificate), known, validation_context=context)
    try:
        # Any usage: whether the certificate is meant for signatures is a check of its own.
        asyncio.run(validator.async_validate_usage(set()))  # type: ignore[no-untyped-call]  # pyHanko has no types
    except (ExpiredError, NotYetValidError):
        return "OUT_OF_BOUNDS_NO_POE"
    except PathBuildingError:
        return "NO_CERTIFICATE_CHAIN_FOUND"
    except PathError:
        return "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    return ""


@dataclass(frozen=True, slots=True)
class Trust:
    """What is trusted, and what may help to build chains (DER)."""

    anchors: Sequence[bytes]
    intermediates: Sequence[bytes]
    at: datetime

    def problem(self, certificate: bytes, others: Sequence[bytes], stamped_at: datetime | None) -> str:
        """ "" for a trusted chain, now or, since nothing but time has passed, when the signature was stamped at the latest
        (EN 319 102-1, 5.5.4); else the sub-indication."""
        found = trust_problem(certificate, others, self.anchors, self.intermediates, self.at)
        if found == "OUT_OF_BOUNDS_NO_POE" and stamped_at is not None:
            return trust_problem(certificate, others, self.anchors, self.intermediates, stamped_at)
        return found
