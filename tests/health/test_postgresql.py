"""The point of care on PostgreSQL: the same path, and one winner where several come at once.

Runs where EOI_TEST_POSTGRESQL names a database that the tests may fill, e.g. postgresql+psycopg://user@127.0.0.1/eoi_test; each
test takes a schema of its own there.
"""

import json
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from health.world import World
from openeoi.health import fhir_messages, samples, store
from openeoi.health.errors import ChallengeUnknown, NoProfessionalSession
from openeoi.health.sessions import FAILURES_MAXIMUM
from openeoi.health.tokens import check_token

URL = os.environ.get("EOI_TEST_POSTGRESQL", "")

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not URL, reason="set EOI_TEST_POSTGRESQL to a database (package: postgresql; see .ci/run)"),
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    schema = f"eoi_{secrets.token_hex(6)}"
    admin = create_engine(URL)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(URL).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    made = World(tmp_path, url=url)
    yield made
    made.office.database.close()
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


def test_the_whole_path(world: World) -> None:
    token = world.token()
    claims = check_token(world.office.keys, world.office.issuer, token, world.client, world.now)
    body = json.dumps(fhir_messages.request(claims, ("validation",), world.now)).encode()
    answer = world.office.eligibility.ask(world.client, token, body, '"0"')
    assert answer.code is None
    assert [entry.entry.action for entry in world.audit(claims.patient_id)] == ["presence-proved", "eligibility-given"]


def test_of_many_answers_at_once_one_is_accepted(world: World) -> None:
    challenge = world.challenge()

    def answer(_: int) -> bool:
        try:
            return world.prove(challenge=challenge) is not None
        except ChallengeUnknown:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(answer, range(8))) == [False] * 7 + [True]


def test_of_equal_key_proofs_at_once_one_is_the_first(world: World) -> None:
    def note(_: int) -> bool:
        with world.office.database.begin() as connection:
            return store.add_key_proof(connection, bytes(32), world.now + timedelta(minutes=2))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(note, range(8))) == [False] * 7 + [True]


def test_guesses_of_a_pin_at_once_are_counted_one_by_one(world: World) -> None:
    def guess(number: int) -> str:
        try:
            world.office.sessions.sign_in(world.client, samples.RECEPTIONIST.professional_id, f"{number:06d}", world.now)
        except NoProfessionalSession as refusal:
            return str(refusal)
        return "in"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(24)))
    assert sorted(set(answers)) == ["the PIN is wrong", "the professional's entry is locked"]
    assert answers.count("the PIN is wrong") == FAILURES_MAXIMUM
