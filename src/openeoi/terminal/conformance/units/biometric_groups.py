"""Units LDS_G and LDS_H: the templates of fingerprints (DG3) and irises (DG4), as far as the chip gives them away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.biometrics import templates
from openeoi.encoding.lds import files
from openeoi.terminal.conformance.case import CaseFailed, CaseNotApplicable, CaseNotRun, Implementation, Subject
from openeoi.terminal.conformance.rights import NO_CERTIFICATES

DISCRETIONARY_DATA = 0x53
OWNER, TYPE, SUBTYPE = 0x87, 0x88, 0x82


@dataclass(frozen=True, slots=True)
class Group:
    """`types`: format types allowed in the first instance; `identifier`: how each data block begins."""

    number: int
    types: tuple[bytes, ...]
    identifier: bytes
    subtype_is_optional: bool

    def content(self, subject: Subject) -> bytes:
        found = subject.read(files.data_group(self.number))
        if found.content is None:
            if subject.trust_point is None:
                raise CaseNotRun(NO_CERTIFICATES)
            raise CaseFailed(f"DG{self.number} was not read: {found.problem}")
        return found.content

    def group(self, subject: Subject) -> tlv.Tlv:
        return tlv.children(tlv.decode(self.content(subject)))[0]

    def instances(self, subject: Subject) -> tuple[tuple[tlv.Tlv, ...], ...]:
        """The data objects of each template."""
        found = tuple(tlv.children(one) for one in tlv.children(self.group(subject))[1:])
        if not found:
            raise CaseNotApplicable(f"DG{self.number} holds no template")
        return found

    def headers(self, subject: Subject) -> list[tuple[tlv.Tlv, ...]]:
        return [tlv.children(parts[0]) for parts in self.instances(subject)]


GROUPS = {
    "LDS_G": Group(3, (bytes.fromhex("0007"),), b"FIR\x00", subtype_is_optional=False),
    "LDS_H": Group(4, (bytes.fromhex("0009"), bytes.fromhex("000B")), b"IIR\x00", subtype_is_optional=True),
}


def file_tag(group: Group, subject: Subject) -> None:
    content, tag = group.content(subject), files.data_group(group.number).tag
    if content[:1] != bytes((tag or 0,)):
        raise CaseFailed(f"the file begins with {content[:1].hex().upper()}")


def file_length(group: Group, subject: Subject) -> None:
    tlv.decode(group.content(subject))


def group_template(group: Group, subject: Subject) -> None:
    objects = tlv.children(tlv.decode(group.content(subject)))
    if not objects or objects[0].tag != templates.GROUP_TAG:
        raise CaseFailed("the first object is not 7F61")
    empty = not [one for one in tlv.children(objects[0]) if one.tag == templates.TEMPLATE_TAG]
    # Random data keep the digest of an empty group from being the same in all documents.
    allowed = [templates.GROUP_TAG], [templates.GROUP_TAG, DISCRETIONARY_DATA]
    if [one.tag for one in objects] not in allowed[: 2 if empty else 1]:
        raise CaseFailed("something else than 7F61 stands in the file")


def number_of_instances(group: Group, subject: Subject) -> None:
    objects = tlv.children(group.group(subject))
    if not objects or objects[0].tag != templates.COUNT_TAG:
        raise CaseFailed("the group template does not begin with the number of instances")
    announced, found = int.from_bytes(objects[0].value, "big"), sum(one.tag == templates.TEMPLATE_TAG for one in objects)
    if announced != found:
        raise CaseFailed(f"{announced} instances are announced, {found} are there")


def instance_templates(group: Group, subject: Subject) -> None:
    group.instances(subject)
    for one in tlv.children(group.group(subject))[1:]:
        if one.tag != templates.TEMPLATE_TAG:
            raise CaseFailed(f"tag {one.tag:02X} stands where a template 7F60 belongs")


def header_templates(group: Group, subject: Subject) -> None:
    for parts in group.instances(subject):
        if not parts or parts[0].tag != templates.HEADER_TAG:
            raise CaseFailed("a template does not begin with its header A1")
        tlv.children(parts[0])


def format_owner(group: Group, subject: Subject) -> None:
    _check(group, subject, OWNER, "format owner", 2, (templates.SC37,))


def format_type(group: Group, subject: Subject) -> None:
    _check(group, subject, TYPE, "format type", 2, group.types)


def biometric_subtype(group: Group, subject: Subject) -> None:
    headers = group.headers(subject)
    if group.subtype_is_optional and not any(one.tag == SUBTYPE for header in headers for one in header):
        raise CaseNotApplicable("no header names a subtype, which is optional here")
    _check(group, subject, SUBTYPE, "biometric subtype", 1, ())


def data_block(group: Group, subject: Subject) -> None:
    for parts in group.instances(subject):
        if len(parts) != 2 or parts[1].tag not in (templates.PRIMITIVE_DATA, templates.CONSTRUCTED_DATA):
            raise CaseFailed("a template does not hold one data block 5F2E or 7F2E after its header")


def format_identifier(group: Group, subject: Subject) -> None:
    for parts in group.instances(subject):
        block = next((one.value for one in parts if one.tag == templates.PRIMITIVE_DATA), None)
        if block is None:
            raise CaseNotApplicable("the data block follows ISO/IEC 39794, which has no format identifier")
        if not block.startswith(group.identifier):
            raise CaseFailed(f"a data block begins with {block[:4].hex().upper()}")


def _check(group: Group, subject: Subject, tag: int, name: str, size: int, first: tuple[bytes, ...]) -> None:
    """`first`: what may stand in the first instance, empty for anything."""
    for position, header in enumerate(group.headers(subject)):
        value = tlv.find(header, tag)
        if len(value) != size:
            raise CaseFailed(f"the {name} has {len(value)} bytes, not {size}")
        if not position and first and value not in first:
            raise CaseFailed(f"the {name} of the first instance is {value.hex().upper()}")


_CASES: tuple[Callable[[Group, Subject], None], ...] = (
    file_tag,
    file_length,
    group_template,
    number_of_instances,
    instance_templates,
    header_templates,
    format_owner,
    format_type,
    biometric_subtype,
    data_block,
    format_identifier,
)


def _bound(case: Callable[[Group, Subject], None], group: Group) -> Callable[[Subject], None]:
    return lambda subject: case(group, subject)


CASES = {
    f"{unit}_{number}": Implementation(inspection=_bound(case, group), file=files.data_group(group.number))
    for unit, group in GROUPS.items()
    for number, case in enumerate(_CASES, 1)
}
