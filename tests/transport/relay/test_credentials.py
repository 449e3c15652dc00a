"""Certificates for a lent card: what is written, and what cannot be used."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from openeoi.transport.relay import Credentials
from openeoi.transport.relay.credentials import make
from openeoi.transport.relay.errors import RelayCertificatesUnusable

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_set_is_written_once_and_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    paths = make(folder, ("card.example.org", "192.0.2.7"), ("ana",), NOW)
    assert [path.name for path in paths] == ["authority.pem", "card.pem", "ana.pem"]
    assert {path.stat().st_mode & 0o077 for path in (folder, *paths)} == {0}
    assert b"PRIVATE KEY" not in paths[0].read_bytes()
    card, user = (x509.load_pem_x509_certificate(path.read_bytes()) for path in paths[1:])
    names = card.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["card.example.org"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.7"]
    usages = [one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value for one in (card, user)]
    assert [list(usage) for usage in usages] == [[ExtendedKeyUsageOID.SERVER_AUTH], [ExtendedKeyUsageOID.CLIENT_AUTH]]
    before = [path.read_bytes() for path in paths]
    with pytest.raises(RelayCertificatesUnusable, match="there already"):
        make(folder, (), ("ana",), NOW)
    assert [path.read_bytes() for path in paths] == before


def test_the_users_file_is_found_where_there_is_one(tmp_path: Path) -> None:
    with pytest.raises(RelayCertificatesUnusable, match="no user's"):
        Credentials.of_only_user(tmp_path)
    make(tmp_path, (), ("ana", "bor"), NOW)
    with pytest.raises(RelayCertificatesUnusable, match="several"):
        Credentials.of_only_user(tmp_path)
    (tmp_path / "bor.pem").unlink()
    assert Credentials.of_only_user(tmp_path).own == tmp_path / "ana.pem"


@pytest.mark.parametrize(
    ("file", "content"), [("authority.pem", None), ("card.pem", None), ("authority.pem", "x"), ("card.pem", "x")]
)
def test_what_cannot_be_used_is_named(tmp_path: Path, file: str, content: str | None) -> None:
    make(tmp_path, (), ("ana",), NOW)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_text(content)
    with pytest.raises(RelayCertificatesUnusable) as told:
        Credentials.of_card(tmp_path).server_context()
    assert told.value.path == str(tmp_path / file)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RelayCertificatesUnusable):
        make(tmp_path / "file", (), ("ana",), NOW)
