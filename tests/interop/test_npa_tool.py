"""npa-tool, OpenSC's reader of protected identity documents, on the travel document of the card.

Version 0.26 has no `--application` (0.27 has `--application eMRTD`) and its `--read-dg1` and so on look in the application of the
German card. It carries any command through the channel that PACE opened, though (`--translate`): with the selection of the travel
document and READ BINARY in a file it reads the whole document. It ends with an error when that file ends.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import pytest

from interop.desk import Desk, pem, verifies
from interop.reader import VirtualReader
from openeoi.encoding.lds import files
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.files import ElementaryFile

pytestmark = pytest.mark.interop

SELECT_TRAVEL_DOCUMENT = "00A4040C07A0000002471001"
BLOCK = 223  # bytes: what fits into a protected response
ANSWER = re.compile(r"Decrypted R-APDU sw1=(..) sw2=(..)\nDecrypted R-APDU response data \(\d+ bytes\):?\n([0-9A-F \n]*)")


def password(desk: Desk, kind: str) -> str:
    return f"--{kind}={desk.issued.access_number if kind == 'can' else desk.issued.mrz}"


def answers(desk: Desk, kind: str, commands: Sequence[str]) -> list[tuple[str, bytes]]:
    """Status words and data, through a channel opened with this password."""
    file = desk.put("commands", "".join(f"{command}\n" for command in (SELECT_TRAVEL_DOCUMENT, *commands)))
    said = desk.run("npa-tool", password(desk, kind), f"--translate={file}", ok=False)
    assert f"Established PACE channel with {kind.upper()}" in said
    found = [((sw1 + sw2).lower(), bytes.fromhex("".join(data.split()))) for sw1, sw2, data in ANSWER.findall(said)]
    assert len(found) == len(commands) + 1, said
    assert found[0] == ("9000", b"")
    return found[1:]


def read(desk: Desk, kind: str, file: ElementaryFile, length: int) -> bytes:
    """A file of this length; for the head of one whose length is not known yet, a length of 4."""
    offsets = range(0, length, BLOCK)
    blocks = [f"00B0{offset:04X}{min(BLOCK, length - offset):02X}" for offset in offsets]
    selected, *found = answers(desk, kind, [f"00A4020C02{file.file_id:04X}", *blocks])
    assert {status for status, _ in (selected, *found)} == {"9000"}
    return b"".join(data for _, data in found)


def whole(desk: Desk, kind: str, file: ElementaryFile) -> bytes:
    head = read(desk, kind, file, 4)
    count = head[1] & 0x7F if head[1] & 0x80 else 0
    return read(desk, kind, file, 2 + count + (int.from_bytes(head[2 : 2 + count]) if count else head[1]))


def test_this_version_is_the_one_described_above(reader: VirtualReader) -> None:
    """When it goes, `--application eMRTD` takes the place of `--translate` here."""
    assert "--application" not in reader.run("npa-tool", "--help").stdout


@pytest.mark.parametrize("kind", ["can", "mrz"])
def test_pace(desk: Desk, kind: str) -> None:
    assert f"Established PACE channel with {kind.upper()}" in desk.run("npa-tool", password(desk, kind))


def test_wrong_passwords_open_nothing(desk: Desk) -> None:
    number, mrz = desk.issued.access_number, desk.issued.mrz
    for wrong in (f"--can={(int(number) + 1) % 1_000_000:06d}", f"--mrz={mrz.replace('VZOREC', 'VZOREK')[:5]}X{mrz[6:]}"):
        assert "Established" not in desk.run("npa-tool", wrong, ok=False)


def test_the_document_is_read_and_its_signature_and_digests_hold(desk: Desk) -> None:
    """What passive authentication checks (ICAO 9303-11, 5.1), by openssl: the document signer's signature up to the country
    signing certificate, and in what it signed the digest of each data group that npa-tool read."""
    listed = Com.decode(whole(desk, "mrz", files.COM)).data_groups
    assert {1, 2, 3, 14} <= set(listed)
    groups = {number: whole(desk, "can", files.data_group(number)) for number in listed if number != 3}
    assert desk.issued.mrz.encode() in groups[1]

    desk.put("security.der", whole(desk, "can", files.SOD)[4:])
    desk.put("country.pem", pem(desk.issued.anchors.country_signing))
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "security.der", "-CAfile", "country.pem", "-purpose", "any"]
    verifies([*command, "-out", "signed"], desk.reader.shared)
    signed = desk.path("signed").read_bytes()
    for content in groups.values():
        assert any(hashlib.new(name, content).digest() in signed for name in ("sha256", "sha384", "sha512"))


def test_fingerprints_stay_closed_to_who_is_no_inspection_system(desk: Desk) -> None:
    ((status, data),) = answers(desk, "can", ["00B0830004"])
    assert status == "6982"
    assert data == b""
