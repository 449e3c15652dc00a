"""What the cases about files share."""

from __future__ import annotations

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.terminal.conformance.case import CaseFailed, Implementation, Inspection, Subject


def well_formed(file: ElementaryFile) -> Inspection:
    """The file is one data object with its tag, and ends where that ends."""

    def inspect(subject: Subject) -> None:
        content = subject.content(file)
        try:
            one = tlv.decode(content)
        except DecodingError as error:
            raise CaseFailed(f"{file.name}: {error}") from error
        if one.tag != file.tag:
            raise CaseFailed(f"{file.name} begins with tag {one.tag:02X}, not {file.tag:02X}")

    return inspect


def objects_of(subject: Subject, file: ElementaryFile) -> tuple[tlv.Tlv, ...]:
    """The data objects inside the outermost one. Raises DecodingError."""
    return tlv.children(tlv.decode(subject.content(file)))


def inspections(prefix: str, file: ElementaryFile, *cases: Inspection) -> dict[str, Implementation]:
    """Numbered from 1 in their order."""
    return {f"{prefix}-{number}": Implementation(inspection=case, file=file) for number, case in enumerate(cases, 1)}
