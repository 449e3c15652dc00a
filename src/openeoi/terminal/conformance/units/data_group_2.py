"""EF.DG2: the face (ICAO 9303-10, 4.7.2)."""

from __future__ import annotations

from openeoi.encoding import tlv
from openeoi.encoding.biometrics import image_formats, templates
from openeoi.encoding.biometrics.image_formats import ImageFormat
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_2 import ISO_19794_5, ISO_39794_5, DataGroup2
from openeoi.terminal.conformance.case import CaseFailed, Subject
from openeoi.terminal.conformance.units.lds import inspections, well_formed

FILE = files.data_group(2)
FACES = (ISO_19794_5, ISO_39794_5)


def group_template(subject: Subject) -> None:
    if not _templates(subject):
        raise CaseFailed("EF.DG2 holds no face")


def headers(subject: Subject) -> None:
    for template in _templates(subject):
        header = template.header
        if header.format_owner != templates.SC37 or header.format_type not in FACES:
            named = f"{header.format_owner.hex().upper()} {header.format_type.hex().upper()}"
            raise CaseFailed(f"the header names the format {named}, which is no face of ISO/IEC 19794-5 or 39794-5")


def records(subject: Subject) -> None:
    DataGroup2.decode(subject.content(FILE))


def images(subject: Subject) -> None:
    for image in DataGroup2.decode(subject.content(FILE)).images:
        found = image_formats.describe(image)
        if found.image_format not in (ImageFormat.JPEG, ImageFormat.JPEG_2000):
            raise CaseFailed(f"an image is {found.image_format}")


def _templates(subject: Subject) -> tuple[templates.BiometricTemplate, ...]:
    return templates.decode_group(tlv.decode(subject.content(FILE)).value)


CASES = inspections("OEOI-DG2", FILE, well_formed(FILE), group_template, headers, records, images)
