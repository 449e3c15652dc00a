"""Taking in the German master list of 28 May 2026 with its 588 certificates, and using it afterwards.

Bars: at most 70 ms cold (from the bytes of the file to the verified list with every certificate read), at most 5 ms from the
desk's database, which is the cache: it holds what was verified at the import, bound to the list's SHA-256, asked by country.
Rivals in the same run: `cryptography` (Rust) reading the same 588 certificates one by one, subjects, validity and extensions
touched, those that it refuses counted as read; and, for the database, reading and verifying the file cold.
Method: cold 15 times with everything that is kept between calls forgotten before; from the database 15 times, each with a new
desk over the same database that finds the authority of one German document signer. The fastest of each, because machines are
shared. Needs OPENEOI_TEST_DATA.
"""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from cryptography import x509
from result import Result

from openeoi.encoding.cms import SignedData
from openeoi.encoding.master_list import MasterList
from openeoi.exchange.desk import ExchangeDesk
from openeoi.exchange.store import MIGRATIONS, ExchangeStore
from openeoi.exchange.verification import fingerprint, verify_master_list
from openeoi.protocols.passive_authentication import certificates
from openeoi.protocols.passive_authentication.public_keys import load_public_key
from openeoi.storage.database import Database

ROUNDS = 15
AT = datetime(2026, 11, 22, tzinfo=UTC)
COLD, FROM_DATABASE = 70.0, 5.0
FILE = Path(os.environ.get("OPENEOI_TEST_DATA", "../shared/data")) / "master-lists" / "DE_ML_2026-05-28-08-28-45.ml"


def measure() -> tuple[Result, ...]:
    raw = FILE.read_bytes()
    cold = 1000 * _fastest(lambda: verify_master_list(raw, AT), _forget)
    listed = MasterList.decode(SignedData.decode(raw).content).certificates
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of serial numbers that are not positive
        rival = 1000 * _fastest(lambda: [_read_by_cryptography(one) for one in listed], lambda: None)
    stored = 1000 * _from_database(raw)
    return (
        _result("master-list-cold", cold, "cryptography's reader", rival, COLD),
        _result("master-list-from-database", stored, "the cold list", cold, FROM_DATABASE),
    )


def _result(name: str, figure: float, rival: str, rivals_figure: float, bar: float) -> Result:
    return Result(name, "border", figure, "ms", rival, figure / rivals_figure, f"{bar:g} ms", figure <= bar)


def _from_database(raw: bytes) -> float:
    verified = verify_master_list(raw, AT)
    own = SimpleNamespace(trust_anchors=lambda: SimpleNamespace(country_signing=()))
    with tempfile.TemporaryDirectory() as folder:
        database = Database.in_file(Path(folder) / "exchange.sqlite", MIGRATIONS)
        desk = ExchangeDesk("SI", own, ExchangeStore(database, lambda: AT), lambda: AT)
        desk.import_master_list(raw, fingerprint(verified.authority))

        def find() -> None:
            desk = ExchangeDesk("SI", own, ExchangeStore(database, lambda: AT), lambda: AT)
            found = desk.country_signing_certificates("DE", verified.authority.subject_key_identifier, verified.authority.subject)
            if verified.authority not in found:
                raise RuntimeError("the authority was not found")

        seconds = _fastest(find, _forget)
        database.close()
    return seconds


def _read_by_cryptography(raw: bytes) -> None:
    try:
        certificate = x509.load_der_x509_certificate(raw)
        _ = certificate.subject.rfc4514_string(), certificate.not_valid_after_utc, certificate.extensions
    except ValueError:
        return


def _forget() -> None:
    certificates.forget()
    load_public_key.cache_clear()


def _fastest(operation: Callable[[], object], before: Callable[[], None]) -> float:
    times = []
    for _ in range(ROUNDS + 1):
        before()
        started = time.perf_counter()
        operation()
        times.append(time.perf_counter() - started)
    return min(times[1:])
