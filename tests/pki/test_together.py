"""Several processes and a kill: authorities are founded once, keys and certificates stay together."""

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

from openeoi.pki import country_plans
from openeoi.pki.authorities import Authorities
from openeoi.pki.encrypted_files import QUICK_COST, EncryptedFiles
from openeoi.pki.key_files import Directory
from openeoi.pki.store import MIGRATIONS, PkiStore
from openeoi.storage.database import Database


def found(folder: Path) -> list[bytes]:
    database = Database.in_file(folder / "pki.sqlite", MIGRATIONS)
    keys = EncryptedFiles(Directory(folder / "keys"), "a passphrase", QUICK_COST)
    authorities = Authorities(country_plans.load("me"), keys, PkiStore(database, _now), _now)
    authorities.found()
    authorities.sign_security_object({1: b"one", 2: b"two"})
    certificates = [one.certificate.content for one in authorities.generations()]
    database.close()
    return certificates


def _now() -> datetime:
    return datetime.now(UTC)


def test_two_processes_found_the_same_authorities(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        first, second = pool.map(found, [tmp_path, tmp_path])
    assert first == second
    assert len(first) == 9
    assert len(Directory(tmp_path / "keys").names()) == 10  # one for each, and the verifying authority
