"""EF.SOD (ICAO 9303-10, 4.6.2; 9303-12, 7.1). Whether the signer is trusted is not the chip's matter and not judged here."""

from __future__ import annotations

from openeoi.encoding.lds import files
from openeoi.encoding.lds.security_object import SecurityObject
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.errors import NotDecidable, PassiveAuthenticationError
from openeoi.protocols.passive_authentication.verify import check_signature, find_signer
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, Subject
from openeoi.terminal.conformance.units.lds import inspections, well_formed


def signed_data(subject: Subject) -> None:
    _object(subject)


def signature(subject: Subject) -> None:
    try:
        check_signature(subject.content(files.SOD))
    except NotDecidable as error:
        raise CaseEnded(str(error)) from error
    except PassiveAuthenticationError as error:
        raise CaseFailed(str(error)) from error


def digests(subject: Subject) -> None:
    lds = _object(subject).lds
    for number, signed in lds.digests.items():
        content = subject.read(files.data_group(number)).content
        if content is not None and lds.hash_algorithm.digest(content) != signed:
            raise CaseFailed(f"DG{number} is not what was signed")


def everything_is_signed(subject: Subject) -> None:
    signed = _object(subject).lds.digests
    unsigned = [number for number in subject.data_groups if number not in signed]
    if unsigned:
        raise CaseFailed(f"DG{unsigned[0]} is on the chip and not signed")


def signer(subject: Subject) -> None:
    found = _signer(subject)
    if found.key_usage is not None and "digital_signature" not in found.key_usage:
        raise CaseFailed("the signer's certificate is not for digital signatures")
    if found.is_authority:
        raise CaseFailed("the signer's certificate is an authority's")
    if len(found.country) != 2:
        raise CaseFailed("the signer's certificate names no country")


def _object(subject: Subject) -> SecurityObject:
    return SecurityObject.decode(subject.content(files.SOD))


def _signer(subject: Subject) -> Certificate:
    found = _object(subject)
    try:
        return find_signer(found.signer, found.certificates)
    except NotDecidable as error:
        raise CaseFailed(f"EF.SOD holds no certificate of its signer: {error}") from error


CASES = inspections("OEOI-SOD", files.SOD, well_formed(files.SOD), signed_data, signature, digests, everything_is_signed, signer)
