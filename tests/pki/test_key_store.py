"""Keys are used for their purpose, stay inside, survive damage with a named error, and are never overwritten."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki.encrypted_files import QUICK_COST, EncryptedFiles
from openeoi.pki.errors import (
    AlgorithmMismatch,
    DamagedKeyFile,
    KeyExists,
    KeyNotFound,
    KeyPurposeMismatch,
    KeyStoreError,
    WrongPassphrase,
)
from openeoi.pki.key_files import Directory, Memory
from openeoi.pki.key_store import KeyAlgorithm, KeyId, KeyPurpose

PASSPHRASE = "correct horse"
SLOW = (KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096)


def store(files: Memory | Directory, passphrase: str = PASSPHRASE) -> EncryptedFiles:
    return EncryptedFiles(files, passphrase, QUICK_COST)


def one_key() -> Memory:
    files = Memory()
    store(files).generate(KeyPurpose.EID_ROOT, KeyAlgorithm.P_256, "root-1")
    return files


@pytest.mark.parametrize("algorithm", [one for one in KeyAlgorithm if one not in SLOW])
def test_a_signature_verifies_after_reopening(algorithm: KeyAlgorithm) -> None:
    files = Memory()
    key = store(files).generate(KeyPurpose.DOCUMENT_SIGNING, algorithm, "signer-1")
    signing = SignatureAlgorithm.RSA_PSS_SHA256 if algorithm.is_rsa else SignatureAlgorithm.ECDSA_SHA384
    reopened = store(files)
    signature = reopened.sign(key, KeyPurpose.DOCUMENT_SIGNING, b"data", signing)
    public_key = load_der_public_key(reopened.public_key(key))
    if isinstance(public_key, rsa.RSAPublicKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        public_key.verify(signature, b"data", pss, hashes.SHA256())
    else:
        assert isinstance(public_key, ec.EllipticCurvePublicKey)
        public_key.verify(signature, b"data", ec.ECDSA(hashes.SHA384()))


def test_a_key_refuses_another_purpose() -> None:
    keys = store(one_key())
    with pytest.raises(KeyPurposeMismatch) as refused:
        keys.sign(KeyId("root-1"), KeyPurpose.DOCUMENT_SIGNING, b"data", SignatureAlgorithm.ECDSA_SHA256)
    assert (refused.value.made_for, refused.value.asked_for) == ("eid-root", "document-signing")


def test_a_key_refuses_an_algorithm_of_another_kind() -> None:
    with pytest.raises(AlgorithmMismatch):
        store(one_key()).sign(KeyId("root-1"), KeyPurpose.EID_ROOT, b"data", SignatureAlgorithm.RSA_PSS_SHA256)


def test_a_label_is_used_once() -> None:
    files = one_key()
    before = dict(files.content)
    with pytest.raises(KeyExists):
        store(files).generate(KeyPurpose.EID_ROOT, KeyAlgorithm.P_256, "root-1")
    assert files.content == before


def test_a_missing_key() -> None:
    with pytest.raises(KeyNotFound):
        store(Memory()).public_key(KeyId("nobody"))


@pytest.mark.parametrize("label", ["", "UPPER", "../etc", "a--b", "-a", "a" * 65, "a b", "a\n"])
def test_a_label_cannot_be_a_path(label: str) -> None:
    with pytest.raises(EncodingError):
        KeyId(label)


def test_a_wrong_passphrase_is_told_on_opening() -> None:
    with pytest.raises(WrongPassphrase, match=r"root-1\.key"):
        store(one_key(), "something else")


def test_an_empty_passphrase_is_refused() -> None:
    with pytest.raises(KeyStoreError, match="empty"):
        store(Memory(), "")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_flipped_byte_and_every_truncation_is_damage(data: st.DataObject) -> None:
    files = one_key()
    name, content = next(iter(files.content.items()))
    position = data.draw(st.integers(0, len(content) - 1))
    spoilt = content[:position]
    if data.draw(st.booleans()):
        spoilt += bytes((content[position] ^ data.draw(st.integers(1, 255)),)) + content[position + 1 :]
    files.content[name] = spoilt
    try:
        opened = store(files)
    except DamagedKeyFile as damage:
        assert name in damage.where
        assert files.content[name] == spoilt
    else:
        # White space between the fields is all that may differ.
        assert json.loads(spoilt) == json.loads(content)
        assert opened.has(KeyId("root-1"))


def written_again(files: Memory, document: dict[str, object]) -> None:
    """With a checksum that fits."""
    del document["checksum"]
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    files.content["root-1.key"] = json.dumps({**document, "checksum": hashlib.sha256(canonical).hexdigest()}).encode()


def test_another_purpose_written_into_the_file_does_not_open() -> None:
    """Even with the checksum made anew: the purpose is bound into what was encrypted."""
    files = one_key()
    document = json.loads(files.content["root-1.key"])
    document["purpose"] = "document-signing"
    written_again(files, document)
    with pytest.raises(WrongPassphrase):
        store(files)


@pytest.mark.parametrize("name", ["memory", "__class__"])
def test_a_cost_of_another_name_is_damage(name: str) -> None:
    files = one_key()
    document = json.loads(files.content["root-1.key"])
    document["derivation"][name] = document["derivation"].pop("passes")
    written_again(files, document)
    with pytest.raises(DamagedKeyFile):
        store(files)


@pytest.mark.parametrize("size", [0, 7, 11, 13, 200])
def test_a_nonce_of_another_size_is_damage(size: int) -> None:
    files = one_key()
    document = json.loads(files.content["root-1.key"])
    document["nonce"] = base64.b64encode(bytes(size)).decode()
    written_again(files, document)
    with pytest.raises(DamagedKeyFile):
        store(files)


def test_a_file_under_another_name_is_found_out() -> None:
    files = one_key()
    files.content["other-1.key"] = files.content["root-1.key"]
    with pytest.raises(DamagedKeyFile, match="it holds the key root-1"):
        store(files).public_key(KeyId("other-1"))


def test_files_on_disk(tmp_path: Path) -> None:
    files = Directory(tmp_path / "keys")
    key = store(files).generate(KeyPurpose.EID_ISSUING, KeyAlgorithm.P_384, "issuing-1")
    path = tmp_path / "keys" / "issuing-1.key"
    assert list((tmp_path / "keys").iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        files.create("issuing-1.key", b"")
    assert store(Directory(tmp_path / "keys")).keys() == (key,)
    path.write_bytes(b"")
    with pytest.raises(DamagedKeyFile, match=str(tmp_path)):
        store(Directory(tmp_path / "keys"))


def test_two_stores_with_keys_made_under_different_salts() -> None:
    files = Memory()
    first, second = store(files), store(files)
    first.generate(KeyPurpose.EID_ROOT, KeyAlgorithm.P_256, "a-1")
    second.generate(KeyPurpose.EID_ROOT, KeyAlgorithm.P_256, "b-1")
    opened = store(files)
    for label in ("a-1", "b-1"):
        assert opened.sign(KeyId(label), KeyPurpose.EID_ROOT, b"x", SignatureAlgorithm.ECDSA_SHA256)
