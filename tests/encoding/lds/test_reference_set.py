"""The TR-03105-5 reference document, file by file: read, written again byte for byte where the form is canonical, and damaged."""

from collections.abc import Callable

import pytest

from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding.biometrics.face_19794 import FacialRecord
from openeoi.encoding.biometrics.image_formats import ImageDescription, ImageFormat, describe
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    TerminalAuthenticationInfo,
)
from openeoi.encoding.lds.security_object import SecurityObject
from reference_data import reference

FILES = {
    "EF_COM.bin": Com.decode,
    "Datagroup1.bin": DataGroup1.decode,
    "Datagroup2.bin": DataGroup2.decode,
    "Datagroup14.bin": DataGroup14.decode,
    "Datagroup15.bin": DataGroup15.decode,
    "EF_SOD.bin": SecurityObject.decode,
}
CANONICAL = ["EF_COM.bin", "Datagroup1.bin", "Datagroup2.bin", "Datagroup15.bin"]

files = pytest.mark.parametrize(("name", "decode"), FILES.items(), ids=FILES)


@pytest.mark.parametrize("name", CANONICAL)
def test_canonical_files_are_written_as_read(name: str) -> None:
    raw = reference(f"tr-03105-5/{name}")
    assert FILES[name](raw).encode() == raw


@files
def test_every_truncation_is_refused(name: str, decode: Callable[[bytes], object]) -> None:
    check_truncation(decode, reference(f"tr-03105-5/{name}"))


@files
def test_a_flipped_byte_raises_decoding_error_or_nothing(name: str, decode: Callable[[bytes], object]) -> None:
    check_flipped_bytes(decode, reference(f"tr-03105-5/{name}"))


@files
def test_nothing_may_follow(name: str, decode: Callable[[bytes], object]) -> None:
    check_trailing_bytes(decode, reference(f"tr-03105-5/{name}"))


def test_the_security_object_holds_the_digests_of_all_data_groups() -> None:
    sod = SecurityObject.decode(reference("tr-03105-5/EF_SOD.bin"))
    assert list(sod.lds.digests) == [1, 2, 3, 14, 4]
    for number, digest in sod.lds.digests.items():
        assert sod.lds.hash_algorithm.digest(reference(f"tr-03105-5/Datagroup{number}.bin")) == digest
    assert sod.lds.encode() == sod.content


def test_com_names_the_files_on_the_chip() -> None:
    com = Com.decode(reference("tr-03105-5/EF_COM.bin"))
    assert com.data_groups == (1, 2, 3, 4, 14)
    assert (com.lds_version, com.unicode_version) == ("0107", "040000")


def test_the_zone_has_its_lines() -> None:
    assert DataGroup1.decode(reference("tr-03105-5/Datagroup1.bin")).mrz.splitlines()[0].startswith("P<D<<MUSTERMANN<<ERIKA<")


def test_the_chip_authentication_key_is_found() -> None:
    infos = DataGroup14.decode(reference("tr-03105-5/Datagroup14.bin")).security_infos
    assert [type(info) for info in infos] == [
        ChipAuthenticationPublicKeyInfo,
        ChipAuthenticationInfo,
        TerminalAuthenticationInfo,
    ]


def test_security_infos_are_written_in_the_order_der_demands() -> None:
    # The reference file holds its SET OF in another order: what is written differs in the order and in nothing else.
    raw = reference("tr-03105-5/Datagroup14.bin")
    group = DataGroup14.decode(raw)
    written = group.encode()
    assert written != raw
    assert sorted(written) == sorted(raw)
    assert set(DataGroup14.decode(written).security_infos) == set(group.security_infos)
    assert DataGroup14.decode(written).encode() == written


def test_the_portrait_is_jpeg_2000_in_icao_size() -> None:
    (face,) = DataGroup2.decode(reference("tr-03105-5/Datagroup2.bin")).faces
    assert isinstance(face.record, FacialRecord)
    (image,) = face.record.faces
    assert (image.data_type.name, image.width, image.height) == ("JPEG_2000", 337, 449)
    # The set's record header and its image disagree about the size; both are shown as they are.
    assert describe(image.image) == ImageDescription(ImageFormat.JPEG_2000, 413, 531)
