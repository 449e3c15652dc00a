import subprocess
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st

from document_signers import Holder, country_signer, document_signer
from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding import der, tlv
from openeoi.encoding.cms import SignerIdentification
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds.security_object import (
    LdsSecurityObject,
    LdsVersion,
    SecurityObject,
    build_security_object,
    encode_lds_security_object,
)
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm

ALGORITHMS = [
    SignatureAlgorithm.RSA_PSS_SHA256,
    SignatureAlgorithm.RSA_PKCS1_SHA256,
    SignatureAlgorithm.ECDSA_SHA256,
    SignatureAlgorithm.ECDSA_SHA384,
]
DATA_GROUPS = {1: b"data group 1", 2: b"data group 2", 14: b"data group 14"}
SIGNED_AT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)


def lds_object(algorithm: DigestAlgorithm = DigestAlgorithm.SHA256, version: LdsVersion | None = None) -> bytes:
    return encode_lds_security_object(algorithm, {n: algorithm.digest(c) for n, c in DATA_GROUPS.items()}, version)


def signer(algorithm: SignatureAlgorithm) -> Holder:
    return document_signer(country_signer(algorithm), algorithm)


def sod(
    algorithm: SignatureAlgorithm,
    identification: SignerIdentification = SignerIdentification.ISSUER_AND_SERIAL_NUMBER,
    signing_time: datetime | None = None,
) -> bytes:
    holder = signer(algorithm)
    return build_security_object(
        lds_object(algorithm.digest),
        holder.der,
        algorithm.digest,
        algorithm,
        holder.sign,
        identification=identification,
        signing_time=signing_time,
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("identification", SignerIdentification)
def test_a_built_security_object_reads_back(algorithm: SignatureAlgorithm, identification: SignerIdentification) -> None:
    read = SecurityObject.decode(sod(algorithm, identification, SIGNED_AT))
    assert read.lds.digests == {n: algorithm.digest.digest(c) for n, c in DATA_GROUPS.items()}
    assert read.signer.signature_algorithm == algorithm.algorithm_identifier()
    assert read.signer.signing_time == SIGNED_AT
    assert read.signer.content_type == "2.23.136.1.1.1"
    assert read.signer.message_digest == algorithm.digest.digest(read.content)
    by_key = identification is SignerIdentification.SUBJECT_KEY_IDENTIFIER
    assert (read.signer.version, read.signer.issuer is None) == ((3, True) if by_key else (1, False))
    assert len(read.certificates) == 1


def test_what_is_signed_is_der_of_a_set() -> None:
    seen: list[bytes] = []
    holder = signer(SignatureAlgorithm.ECDSA_SHA256)

    def sign(data: bytes) -> bytes:
        seen.append(data)
        return holder.sign(data)

    raw = build_security_object(
        lds_object(), holder.der, DigestAlgorithm.SHA256, SignatureAlgorithm.ECDSA_SHA256, sign, signing_time=SIGNED_AT
    )
    assert SecurityObject.decode(raw).signer.signed_attributes == seen[0]
    assert len(der.decode_set_of(seen[0])) == 3


def test_the_whole_object_is_der() -> None:
    def check(element: tlv.Tlv) -> None:
        if element.is_constructed:
            children = tlv.children(element)
            if element.tag == der.SET:
                assert [one.encode() for one in children] == sorted(one.encode() for one in children)
            for child in children:
                check(child)

    check(tlv.decode(sod(SignatureAlgorithm.RSA_PSS_SHA256, signing_time=SIGNED_AT)))


@pytest.mark.parametrize("algorithm", [SignatureAlgorithm.RSA_PSS_SHA256, SignatureAlgorithm.ECDSA_SHA256])
def test_damage_is_refused_or_survived(algorithm: SignatureAlgorithm) -> None:
    raw = sod(algorithm)
    check_truncation(SecurityObject.decode, raw)
    check_flipped_bytes(SecurityObject.decode, raw)
    check_trailing_bytes(SecurityObject.decode, raw)


@given(
    st.dictionaries(st.integers(1, 16), st.binary(min_size=32, max_size=32), min_size=2, max_size=16),
    st.none() | st.just(LdsVersion("0108", "040000")),
)
def test_the_lds_security_object_survives_encoding(digests: dict[int, bytes], version: LdsVersion | None) -> None:
    raw = encode_lds_security_object(DigestAlgorithm.SHA256, digests, version)
    read = LdsSecurityObject.decode(raw)
    assert (read.digests, read.lds_version, read.version) == (digests, version, 0 if version is None else 1)
    assert read.encode() == raw


def test_version_1_of_icao_9303_10_d() -> None:
    raw = lds_object(version=LdsVersion("0108", "040000"))
    assert raw.startswith(b"\x30\x81")
    assert raw.endswith(bytes.fromhex("300E 1304 30313038 1306 303430303030".replace(" ", "")))
    check_truncation(LdsSecurityObject.decode, raw)


def test_what_may_not_be_written() -> None:
    holder = signer(SignatureAlgorithm.ECDSA_SHA256)
    with pytest.raises(EncodingError):
        encode_lds_security_object(DigestAlgorithm.SHA256, {1: bytes(32)})
    with pytest.raises(EncodingError):
        encode_lds_security_object(DigestAlgorithm.SHA256, {1: bytes(32), 2: bytes(31)})
    with pytest.raises(EncodingError):
        encode_lds_security_object(DigestAlgorithm.SHA256, {1: bytes(32), 17: bytes(32)})
    with pytest.raises(EncodingError):
        build_security_object(lds_object(), holder.der, DigestAlgorithm.SHA1, SignatureAlgorithm.ECDSA_SHA256, holder.sign)


def test_two_digests_for_one_data_group_are_refused() -> None:
    raw = lds_object().replace(bytes.fromhex("020102"), bytes.fromhex("020101"), 1)
    with pytest.raises(DecodingError, match="two digests"):
        LdsSecurityObject.decode(raw)


@pytest.mark.interop
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("identification", SignerIdentification)
def test_openssl_verifies_a_built_security_object(
    algorithm: SignatureAlgorithm, identification: SignerIdentification, tmp_path: Path
) -> None:
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("install the package openssl")
    authority = country_signer(algorithm)
    (tmp_path / "sod.der").write_bytes(tlv.decode(sod(algorithm, identification, SIGNED_AT)).value)
    (tmp_path / "csca.der").write_bytes(authority.der)
    subprocess.run([openssl, "x509", "-inform", "DER", "-in", "csca.der", "-out", "csca.pem"], cwd=tmp_path, check=True)
    command = "cms -verify -inform DER -in sod.der -CAfile csca.pem -purpose any -attime 1790000000 -binary -out content.der"
    done = subprocess.run([openssl, *command.split()], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "content.der").read_bytes() == lds_object(algorithm.digest)
