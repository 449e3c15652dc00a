"""The insurer's answers for five people in different states, and every refusal on the way to them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from joserfc.jwk import ECKey

from health.world import World
from openeoi.health import errors, fhir_messages, samples
from openeoi.health.eligibility import Eligibility
from openeoi.health.insurer.sample_insurer import CHILD, FOREIGN, IN_FORCE, NOT_IN_FORCE, UNKNOWN_NUMBER
from openeoi.health.tokens import check_token


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def message(world: World, token: str, purposes: tuple[str, ...] = ("validation",), **changes: object) -> bytes:
    claims = check_token(world.office.keys, world.office.issuer, token, world.client, world.now)
    return json.dumps({**fhir_messages.request(claims, purposes, world.now), **changes}).encode()


def ask(world: World, token: str, body: bytes | None = None, tag: str | None = '"0"') -> Eligibility:
    return world.office.eligibility.ask(world.client, token, message(world, token) if body is None else body, tag)


def resources(answer: Eligibility) -> dict[str, Any]:
    """The bundle's resources by type; every one validates against the official model."""
    bundle: Any = answer.bundle
    get_fhir_model_class("Bundle").model_validate(bundle)
    return {entry["resource"]["resourceType"]: entry["resource"] for entry in bundle["entry"]}


@pytest.mark.parametrize(
    ("number", "code", "in_force"),
    [
        (IN_FORCE.insured_number, None, True),
        (NOT_IN_FORCE.insured_number, "POC-121", False),
        (CHILD.insured_number, None, True),
        (FOREIGN.insured_number, None, True),
    ],
)
def test_people_whom_the_insurer_knows(world: World, number: str, code: str | None, in_force: bool) -> None:
    answer = ask(world, world.token(number))
    found = resources(answer)
    response = found["CoverageEligibilityResponse"]
    assert answer.code == code
    assert (response["outcome"], response["insurance"][0]["inforce"]) == ("complete", in_force)
    assert [error["code"]["coding"][0]["code"] for error in response.get("error", [])] == ([code] if code else [])
    assert found["Coverage"]["subscriberId"] == number


def test_a_child_is_insured_through_the_carer(world: World) -> None:
    found = resources(ask(world, world.token(CHILD.insured_number)))
    assert found["Coverage"]["relationship"]["coding"][0]["code"] == "child"
    assert found["Coverage"]["policyHolder"]["display"] == "JANA VZOREC"
    assert found["Patient"]["contact"][0]["name"]["text"] == "JANA VZOREC"


def test_a_person_insured_abroad(world: World) -> None:
    found = resources(ask(world, world.token(FOREIGN.insured_number)))
    assert found["Coverage"]["payor"] == [{"display": "Musterkrankenkasse (DE)"}]
    assert found["Coverage"]["type"]["text"] == "EHIC"


def test_a_person_whom_the_insurer_does_not_know(world: World) -> None:
    answer = ask(world, world.token(UNKNOWN_NUMBER))
    found = resources(answer)
    assert (answer.code, answer.person) == ("POC-120", None)
    assert found["CoverageEligibilityResponse"]["outcome"] == "error"
    assert set(found) == {"CoverageEligibilityResponse", "Organization"}


def test_only_what_the_profile_allows_is_told(world: World) -> None:
    patient = resources(ask(world, world.token()))["Patient"]
    assert set(patient) == {"resourceType", "id", "identifier", "name", "birthDate", "generalPractitioner"}


def test_unchanged_answers_are_not_sent_again_but_recorded(world: World) -> None:
    token = world.token()
    first = ask(world, token)
    again = ask(world, token, tag=first.tag)
    assert (again.bundle, again.tag) == (None, first.tag)
    world.insurer.enter(NOT_IN_FORCE, IN_FORCE)
    assert ask(world, token, tag=first.tag).bundle is None
    from dataclasses import replace

    world.insurer.enter(replace(IN_FORCE, is_suspended=True))
    changed = ask(world, token, tag=first.tag)
    assert changed.bundle is not None
    assert changed.code == "POC-121"
    claims = check_token(world.office.keys, world.office.issuer, token, world.client, world.now)
    actions = [entry.entry.action for entry in world.audit(claims.patient_id)]
    assert actions == [
        "presence-proved",
        "eligibility-given",
        "eligibility-unchanged",
        "eligibility-unchanged",
        "eligibility-given",
    ]


def test_the_condition_must_be_sent(world: World) -> None:
    with pytest.raises(errors.ConditionMissing):
        ask(world, world.token(), tag=None)


def test_reception_learns_less_than_the_doctor(world: World) -> None:
    token = world.token()
    with pytest.raises(errors.RoleMayNotSee):
        ask(world, token, message(world, token, ("validation", "benefits")))
    doctor = world.sign_in(world.client, samples.DOCTOR.professional_id)
    token = world.token(caller=doctor)
    response = resources(ask(world, token, message(world, token, ("validation", "benefits"))))["CoverageEligibilityResponse"]
    assert response["insurance"][0]["item"][0]["excluded"] is False


def test_the_insurer_is_down(world: World) -> None:
    token = world.token()
    world.insurer.is_down = True
    with pytest.raises(errors.InsurerDown):
        ask(world, token)


@pytest.mark.parametrize(
    "changes",
    [
        {"patient": {"identifier": {"system": fhir_messages.SYSTEMS["patient"], "value": "another"}}},
        {"provider": {"identifier": {"system": fhir_messages.SYSTEMS["provider"], "value": "LEK-VZOREC"}}},
        {"insurer": {"reference": "Organization/1"}},
        {"purpose": ["discovery"]},
        {"purpose": []},
        {"purpose": ["validation", "anything"]},
        {"status": None},
        {"created": "yesterday"},
        {"servicedDate": "2026"},
        {"resourceType": "Patient"},
        {"extra": 1},
    ],
)
def test_malformed_requests(world: World, changes: dict[str, Any]) -> None:
    token = world.token()
    with pytest.raises(errors.MalformedRequest):
        ask(world, token, message(world, token, **changes))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"'])
def test_bodies_that_are_no_request(world: World, body: bytes) -> None:
    with pytest.raises(errors.MalformedRequest):
        ask(world, world.token(), body)


def test_a_token_helps_only_the_client_it_is_bound_to(world: World) -> None:
    token = world.token()
    thief = world.new_client(ECKey.generate_key("P-256"))
    with pytest.raises(errors.ForeignChallenge):
        world.office.eligibility.ask(thief, token, message(world, token), '"0"')
    body = message(world, token)
    world.pass_time(hours=12)
    with pytest.raises(errors.TokenNotValid):
        world.office.eligibility.ask(world.client, token, body, '"0"')


def test_validity_is_judged_for_the_day_of_service(world: World) -> None:
    token = world.token(NOT_IN_FORCE.insured_number)
    past = (world.now - timedelta(days=400)).date().isoformat()
    assert ask(world, token, message(world, token, servicedDate=past)).code is None


def test_the_capability_statement_validates(world: World) -> None:
    fhir_messages.validate(fhir_messages.capability_statement("http://127.0.0.1:8000/health/api/fhir", world.now))


def test_outcomes_validate() -> None:
    fhir_messages.validate(fhir_messages.problem("POC-104", "reason", "Poskusite še enkrat."))
    with pytest.raises(errors.MalformedRequest):
        fhir_messages.validate({"resourceType": "Nothing"})
