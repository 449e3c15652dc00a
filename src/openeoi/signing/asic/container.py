"""The ZIP file of an ASiC-E container (ETSI EN 319 162-1, 4.2 and 4.4), written plainly and read within limits.

`mimetype` is the first entry, stored and without extra fields, so that a file manager knows the container by its first bytes;
signatures stand in `META-INF/*signatures*.xml`, the list of files in `META-INF/manifest.xml`.
"""

from __future__ import annotations

import mimetypes
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from lxml import etree

from openeoi.signing.errors import ContainerUnreadable, DocumentTooLarge, FileNameNotAllowed

MEDIA_TYPE: Final = "application/vnd.etsi.asic-e+zip"
SUFFIXES: Final = (".asice", ".sce", ".bdoc")
MOST_FILES: Final = 100
LARGEST_CONTENT: Final = 30 * 1024 * 1024

_MIMETYPE: Final = "mimetype"
_META: Final = "META-INF/"
_MANIFEST: Final = "META-INF/manifest.xml"
_MANIFEST_NAMESPACE: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_LONGEST_NAME: Final = 200
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # a ZIP file has no time before
_ENCRYPTED: Final = 0x1
_MEDIA_TYPES: Final = mimetypes.MimeTypes(filenames=())


@dataclass(frozen=True, slots=True)
class Container:
    """`files` are what people signed, by name, in file order; `signatures` the XML documents by their names in META-INF."""

    files: Mapping[str, bytes] = field(repr=False)
    signatures: Mapping[str, bytes] = field(repr=False, default_factory=dict)


def is_container(content: bytes) -> bool:
    """Whether this is a ZIP file at all; `read` says whether it is a container."""
    return content.startswith(b"PK\x03\x04")


def write(container: Container, at: datetime) -> bytes:
    """Raises FileNameNotAllowed for a name that cannot stand in a container."""
    output = BytesIO()
    moment = max(_FIRST_DAY, at.timetuple()[:6])
    with zipfile.ZipFile(output, "w") as archive:

        def add(name: str, content: bytes, method: int) -> None:
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = method
            archive.writestr(entry, content)

        add(_MIMETYPE, MEDIA_TYPE.encode(), zipfile.ZIP_STORED)
        for name, content in container.files.items():
            check_name(name)
            add(name, content, zipfile.ZIP_DEFLATED)
        add(_MANIFEST, _manifest(container), zipfile.ZIP_DEFLATED)
        for name, content in container.signatures.items():
            add(name, content, zipfile.ZIP_DEFLATED)
    return output.getvalue()


def read(content: bytes) -> Container:
    """Strict: one entry a name, nothing before the first, no encryption, sizes bounded whatever the entries claim.

    Raises ContainerUnreadable with the reason, DocumentTooLarge.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            contents = _contents(archive, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise ContainerUnreadable(f"the ZIP file cannot be read ({type(error).__name__})") from error
    if contents.pop(_MIMETYPE) != MEDIA_TYPE.encode():
        raise ContainerUnreadable("its media type is not that of ASiC-E")
    signatures = {name: value for name, value in contents.items() if _is_signature(name)}
    files = {name: value for name, value in contents.items() if not name.startswith(_META)}
    return Container(files, signatures)


def check_name(name: str) -> None:
    """A plain relative path below the container's root, outside META-INF. Raises FileNameNotAllowed."""
    parts = name.split("/")
    plain = name.isprintable() and "\\" not in name and len(name) <= _LONGEST_NAME
    if not name or not plain or any(part in ("", ".", "..") for part in parts):
        raise FileNameNotAllowed("the name is no plain path inside the container")
    if name == _MIMETYPE or parts[0].upper() == "META-INF":
        raise FileNameNotAllowed("the name belongs to the container itself")


def next_signature_name(container: Container) -> str:
    """`META-INF/signatures0.xml`, or the first free number."""
    number = 0
    while (name := f"{_META}signatures{number}.xml") in container.signatures:
        number += 1
    return name


def _is_signature(name: str) -> bool:
    path = PurePosixPath(name)
    return str(path.parent) == "META-INF" and "signatures" in path.name and path.suffix == ".xml"


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if not entries or entries[0].filename != _MIMETYPE or entries[0].header_offset != 0:
        raise ContainerUnreadable("its first entry is not mimetype")
    if entries[0].compress_type != zipfile.ZIP_STORED:
        raise ContainerUnreadable("mimetype is compressed")
    if len(entries) > MOST_FILES:
        raise ContainerUnreadable(f"it has more than {MOST_FILES} entries")
    # Two names that differ in case alone are one file on many computers.
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) != len(names):
        raise ContainerUnreadable("two entries have the same name")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise ContainerUnreadable("an entry is encrypted")
        if not entry.filename.startswith(_META) and entry.filename != _MIMETYPE:
            try:
                check_name(entry.filename.rstrip("/"))
            except FileNameNotAllowed as error:
                raise ContainerUnreadable(str(error)) from error


def _contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """What an entry claims of its size counts for nothing: no more than the limit is ever unpacked."""
    contents, left = {}, LARGEST_CONTENT
    for entry in entries:
        if entry.is_dir():
            continue
        with archive.open(entry) as source:
            content = source.read(left + 1)
        if len(content) > left:
            raise DocumentTooLarge(f"it unpacks to more than {LARGEST_CONTENT} bytes")
        left -= len(content)
        contents[entry.filename] = content
    return contents


def _manifest(container: Container) -> bytes:
    def name(text: str) -> str:
        return f"{{{_MANIFEST_NAMESPACE}}}{text}"

    root = etree.Element(name("manifest"), {name("version"): "1.2"}, nsmap={"manifest": _MANIFEST_NAMESPACE})
    listed = [("/", MEDIA_TYPE), *((one, media_type(one)) for one in container.files)]
    for path, kind in listed:
        etree.SubElement(root, name("file-entry"), {name("full-path"): path, name("media-type"): kind})
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return content


def media_type(name: str) -> str:
    """By the name alone, from the table that comes with Python and not from this computer's."""
    guessed, encoding = _MEDIA_TYPES.guess_type(name)
    return guessed if guessed is not None and encoding is None else "application/octet-stream"
