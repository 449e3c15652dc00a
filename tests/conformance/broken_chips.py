"""Cards whose files are wrong in one place each. The samples of the border's tests serve as the good one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from border import sample_post as good
from openeoi.encoding import der
from openeoi.encoding.biometrics import templates
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import PaceInfo, TerminalAuthenticationInfo
from openeoi.encoding.tlv import encode
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.conformance.runner import Access
from openeoi.transport.in_process import InProcess

PACE = PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13)
ACCESS = Access(PacePassword.from_can(good.CAN), good.ZONE.encode())
Groups = Mapping[int, bytes]


def groups() -> dict[int, bytes]:
    return {
        **good.data_groups(),
        12: DataGroup12(issuing_authority="UE Ljubljana", date_of_issue="20260504").encode(),
        14: DataGroup14((PACE,)).encode(),
    }


def card(changed: Groups | None = None, files: Mapping[int, bytes] | None = None) -> InProcess:
    """A signed card with these data groups, and these files put in place of the right ones afterwards."""
    return good.card({**good.signed_files({**groups(), **(changed or {})}), **(files or {})})


def with_extended_access_control(trust_points: bytes = encode(0x42, b"SITESTCVCA00001").ljust(36, b"\x00")) -> InProcess:
    """Announces terminal authentication; EF.CVCA has the file identifier 011C and no short one. No trust points: no such file."""
    place = der.encode_sequence(der.encode_octet_string(b"\x01\x1c"))
    infos = DataGroup14((PACE, TerminalAuthenticationInfo(efcvca=place)))
    return card({14: infos.encode()}, {0x011C: trust_points} if trust_points else None)


def _wrong_check_digit() -> InProcess:
    zone = good.ZONE.encode().replace("\n", "")
    digit = str((int(zone[14]) + 1) % 10)
    return card({1: encode(0x61, encode(0x5F1F, (zone[:14] + digit + zone[15:]).encode()))})


def _other_zone() -> InProcess:
    return card({1: DataGroup1(good.changed(document_number="IE0000001").encode()).encode()})


def _iris_as_face() -> InProcess:
    face = DataGroup2.decode(groups()[2]).faces[0].template()
    header = templates.BiometricHeader(bytes.fromhex("0009"))
    return card({2: encode(0x75, templates.encode_group([templates.BiometricTemplate(header, face.data)]))})


def _two_faces_announced() -> InProcess:
    raw = groups()[2]
    return card({2: raw.replace(bytes.fromhex("020101"), bytes.fromhex("020102"), 1)})


def _bad_signature() -> InProcess:
    sod = good.signed_files(groups())[lds.SOD.file_id]
    return card(files={lds.SOD.file_id: sod[:-1] + bytes((sod[-1] ^ 1,))})


def _file(name: lds.ElementaryFile, content: bytes) -> InProcess:
    return card(files={name.file_id: content})


# What is broken -> the card and the cases that must fail; others may fail with it only where it is said so.
FILES: Mapping[str, tuple[Callable[[], InProcess], frozenset[str]]] = {
    "EF.COM lists a data group that is not there": (
        lambda: _file(lds.COM, Com((1, 2, 11, 12, 14, 13)).encode()),
        frozenset({"OEOI-ACCESS-6", "OEOI-ACCESS-7", "OEOI-ACCESS-8", "OEOI-COM-4", "OEOI-COM-5", "OEOI-SOD-5"}),
    ),
    "EF.COM hides a data group": (lambda: _file(lds.COM, Com((1, 2, 11, 14)).encode()), frozenset({"OEOI-COM-5"})),
    "EF.COM has a version of letters": (
        lambda: _file(lds.COM, Com((1, 2, 11, 12, 14)).encode().replace(b"0107", b"01xx")),
        frozenset({"OEOI-COM-2"}),
    ),
    "a data group was exchanged": (
        lambda: _file(lds.data_group(12), DataGroup12(issuing_authority="UE Nova Gorica").encode()),
        frozenset({"OEOI-SOD-4"}),
    ),
    "the signature is wrong": (_bad_signature, frozenset({"OEOI-SOD-3"})),
    "a check digit is wrong": (_wrong_check_digit, frozenset({"OEOI-DG1-3", "OEOI-DG1-4"})),
    "the zone is another one": (_other_zone, frozenset({"OEOI-DG1-4"})),
    "the header of the face says iris": (_iris_as_face, frozenset({"OEOI-DG2-3", "OEOI-DG2-4", "OEOI-DG2-5"})),
    "two faces are announced": (
        _two_faces_announced,
        frozenset({"OEOI-DG2-2", "OEOI-DG2-3", "OEOI-DG2-4", "OEOI-DG2-5"}),
    ),
    "the tag list names what does not follow": (
        lambda: card({12: encode(0x6C, encode(0x5C, bytes.fromhex("5F195F26")) + encode(0x5F19, b"UE"))}),
        frozenset({"OEOI-DG12-2"}),
    ),
    "a date is no day": (
        lambda: card({12: encode(0x6C, encode(0x5C, bytes.fromhex("5F26")) + encode(0x5F26, b"20261340"))}),
        frozenset({"OEOI-DG12-2", "OEOI-DG12-3"}),
    ),
    "EF.DG14 does not repeat the PACEInfo": (
        lambda: card({14: DataGroup14((PaceInfo(PACE.protocol, 16),)).encode()}),
        frozenset({"OEOI-DG14-3", "OEOI-DG14-5"}),
    ),
    "EF.DG11 has another tag": (
        lambda: card({11: b"\x6c" + groups()[11][1:]}),
        frozenset({"OEOI-ACCESS-6", "OEOI-DG11-1", "OEOI-DG11-2", "OEOI-DG11-3"}),
    ),
}
