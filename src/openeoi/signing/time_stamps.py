"""Time stamps over signatures: asking a time-stamping unit, and judging a token (RFC 3161; ETSI EN 319 102-1, 5.4).

A token over the signature value proves that the signature was there at that time: from then on it no longer matters that the
signer's certificate expires.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import algos, cms, tsp

from openeoi.crypto.randomness import RandomSource
from openeoi.signing.certificates import for_pyhanko
from openeoi.signing.errors import TimeStampRefused
from openeoi.signing.ports import TimeStampSource

DIGEST: Final = "sha384"
DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})  # ETSI TS 119 312
_NONCE_SIZE: Final = 8
_LARGEST_ANSWER: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class StampFacts:
    """`time` is what the token says. `problem` is "" for a token of a trusted unit over just this, else a code."""

    time: datetime | None
    problem: str = ""


@dataclass(frozen=True)
class TimeStamps:
    """Asks one time-stamping unit; `random` gives the nonces."""

    source: TimeStampSource
    random: RandomSource

    def over(self, digest: bytes) -> bytes:
        """The token (DER of its ContentInfo) over a SHA-384 digest. Raises TimeStampRefused, TimeStampUnavailable."""
        return _obtain(digest, self.source, self.random)


def _obtain(digest: bytes, source: TimeStampSource, random: RandomSource) -> bytes:
    nonce = int.from_bytes(random(_NONCE_SIZE), "big") >> 1
    imprint = tsp.MessageImprint({"hash_algorithm": algos.DigestAlgorithm({"algorithm": DIGEST}), "hashed_message": digest})
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    answer = source(bytes(request.dump()))
    if len(answer) > _LARGEST_ANSWER:
        raise TimeStampRefused("the unit's answer is too large")
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        granted = response["status"]["status"].native in ("granted", "granted_with_mods")
        token = bytes(response["time_stamp_token"].dump())
        said = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        fits = said["message_imprint"].native == imprint.native and said["nonce"].native == nonce
    except (ValueError, TypeError, KeyError) as error:
        raise TimeStampRefused("the unit gave no token") from error
    if not granted or not fits:
        raise TimeStampRefused("the unit's token is about something else")
    return token


def examine(token: bytes, content: bytes, anchors: Sequence[bytes], intermediates: Sequence[bytes], at: datetime) -> StampFacts:
    """What a token says of `content`, judged at the aware time `at`. Never raises for the token's sake."""
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(
        trust_roots=[for_pyhanko(one) for one in anchors],
        other_certs=[for_pyhanko(one) for one in intermediates],
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        found = asyncio.run(validate_tst_signed_data(signed, context, lambda algorithm: _imprint(algorithm, content)))
    except MemoryError:
        raise
    except Exception:  # whatever a hostile token provokes in the readers
        return StampFacts(None, "stamp_unreadable")
    if not (found["intact"] and found["valid"]):
        return StampFacts(found["timestamp"], "stamp_wrong")
    is_trusted = found["trust_problem_indic"] is None and found["validation_path"] is not None
    return StampFacts(found["timestamp"], "" if is_trusted else "stamp_not_trusted")


def _imprint(algorithm: str, content: bytes) -> bytes:
    if algorithm not in DIGESTS:
        raise ValueError(f"{algorithm} is too weak or unknown")
    return hashlib.new(algorithm, content).digest()
