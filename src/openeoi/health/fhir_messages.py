"""The FHIR R4B messages of the eligibility question: built as plain JSON and held against the official models (`fhir.resources`).

The models are imported when the first message passes, not when the server starts: their import takes about a second.
Identifier systems are the project's own; official Slovenian ones were not found, this table is the one place to put them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TypeAlias

from openeoi.health.errors import INSURED_UNKNOWN, NOT_IN_FORCE, MalformedRequest
from openeoi.health.ports import InsuredPerson, Relationship
from openeoi.health.values import TokenClaims

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"
JsonObject: TypeAlias = "dict[str, Json]"

SYSTEMS = {
    name: f"https://openeoi.example/fhir/sid/{name}"
    for name in ("patient", "insured-number", "insurer", "provider", "professional", "presence-jti", "poc-code")
}
PURPOSES = ("validation", "benefits")


@dataclass(frozen=True, slots=True)
class EligibilityRequest:
    """What the office needs of a CoverageEligibilityRequest that passed the model."""

    purposes: tuple[str, ...]
    serviced: date
    identifier: str


def read_request(body: bytes, claims: TokenClaims, today: date) -> EligibilityRequest:
    """The request in `body`, which must ask about the token's patient, for the token's provider. Raises MalformedRequest."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("the body is no JSON") from error
    if not isinstance(content, dict) or content.get("resourceType") != "CoverageEligibilityRequest":
        raise MalformedRequest("the body is no CoverageEligibilityRequest")
    validate(content)
    for element, system, expected in (
        ("patient", "patient", claims.patient_id),
        ("provider", "provider", claims.organisation),
        ("insurer", "insurer", claims.insurer_id),
    ):
        if content.get(element, {}).get("identifier") != {"system": SYSTEMS[system], "value": expected}:
            raise MalformedRequest(f"{element}.identifier is not the one of the presence token")
    purposes = tuple(content["purpose"])
    if not purposes or not set(purposes) <= set(PURPOSES):
        raise MalformedRequest("purpose: validation or benefits")
    serviced = content.get("servicedDate", today.isoformat())
    if len(serviced) != 10:
        raise MalformedRequest("servicedDate is no whole day")
    return EligibilityRequest(purposes, date.fromisoformat(serviced), str(content.get("id", "request")))


def request(claims: TokenClaims, purposes: tuple[str, ...], created: datetime) -> JsonObject:
    """What a counter sends."""
    return {
        "resourceType": "CoverageEligibilityRequest",
        "id": "request",
        "status": "active",
        "purpose": list(purposes),
        "patient": _reference("patient", claims.patient_id),
        "servicedDate": created.date().isoformat(),
        "created": created.isoformat(),
        "enterer": _reference("professional", claims.professional_id),
        "provider": _reference("provider", claims.organisation),
        "insurer": _reference("insurer", claims.insurer_id),
        "supportingInfo": [{"sequence": 1, "information": _reference("presence-jti", claims.token_id), "appliesToAll": True}],
    }


def version_tag(person: InsuredPerson | None, asked: EligibilityRequest) -> str:
    """The ETag: the same as long as the answer says the same."""
    known = None if person is None else asdict(person)
    facts = [known, person is not None and person.in_force(asked.serviced), sorted(asked.purposes), asked.serviced]
    return '"' + hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:32] + '"'


def answer(
    person: InsuredPerson | None, asked: EligibilityRequest, claims: TokenClaims, insurer_name: str, created: datetime
) -> JsonObject:
    """The bundle: CoverageEligibilityResponse first, then patient, insurer and coverage where the insurer knows the person."""
    response: JsonObject = {
        "resourceType": "CoverageEligibilityResponse",
        "id": "response",
        "status": "active",
        "purpose": list(asked.purposes),
        "patient": _reference("patient", claims.patient_id) if person is None else {"reference": "urn:eoi:patient"},
        "servicedDate": asked.serviced.isoformat(),
        "created": created.isoformat(),
        "request": {"identifier": {"system": SYSTEMS["presence-jti"], "value": claims.token_id}},
        "outcome": "error" if person is None else "complete",
        "insurer": {"reference": "urn:eoi:insurer"},
    }
    entries: list[JsonObject] = [response, _insurer(claims.insurer_id, insurer_name)]
    if person is None:
        response["error"] = [_error(INSURED_UNKNOWN)]
        return _bundle(entries)
    in_force = person.in_force(asked.serviced)
    insurance: JsonObject = {
        "coverage": {"reference": "urn:eoi:coverage"},
        "inforce": in_force,
        "benefitPeriod": _period(person),
    }
    if "benefits" in asked.purposes:
        insurance["item"] = [
            {
                "category": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/ex-benefitcategory", "code": "1"}]},
                "excluded": not in_force,
                "authorizationRequired": False,
            }
        ]
    response["insurance"] = [insurance]
    if not in_force:
        response["error"] = [_error(NOT_IN_FORCE)]
    entries += [_patient(person, claims.patient_id), _coverage(person, in_force)]
    return _bundle(entries)


def problem(code: str, diagnostics: str, text: str) -> JsonObject:
    """An OperationOutcome with the POC code; `text` for the counter, `diagnostics` for the vendor."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "processing",
                "details": {"coding": [{"system": SYSTEMS["poc-code"], "code": code}], "text": text},
                "diagnostics": diagnostics,
            }
        ],
    }


def capability_statement(address: str, at: datetime) -> JsonObject:
    """What `GET metadata` says of this server."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "draft",
        "date": at.isoformat(),
        "kind": "instance",
        "implementation": {"description": "OpenEOI point of care, sample insurer", "url": address},
        "fhirVersion": "4.3.0",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "DPoP-bound presence token of the point of care (typ eoi-poc+jwt)"},
                "resource": [
                    {
                        "type": "CoverageEligibilityRequest",
                        "operation": [
                            {
                                "name": "submit",
                                "definition": "http://hl7.org/fhir/OperationDefinition/CoverageEligibilityRequest-submit",
                            }
                        ],
                    }
                ],
            }
        ],
    }


def validate(content: Mapping[str, object]) -> None:
    """Hold a resource against the official R4B model. Raises MalformedRequest naming the first element at fault."""
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    try:
        get_fhir_model_class(str(content.get("resourceType"))).model_validate(content)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise MalformedRequest(f"the resource breaks the FHIR model at {place}") from error
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("no such resource type") from error


def _reference(system: str, value: str) -> JsonObject:
    return {"identifier": {"system": SYSTEMS[system], "value": value}}


def _bundle(resources: list[JsonObject]) -> JsonObject:
    entries: list[Json] = [{"fullUrl": f"urn:eoi:{resource['id']}", "resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _insurer(insurer_id: str, name: str) -> JsonObject:
    return {
        "resourceType": "Organization",
        "id": "insurer",
        "identifier": [{"system": SYSTEMS["insurer"], "value": insurer_id}],
        "name": name,
    }


def _patient(person: InsuredPerson, patient_id: str) -> JsonObject:
    patient: JsonObject = {
        "resourceType": "Patient",
        "id": "patient",
        "identifier": [
            {"system": SYSTEMS["patient"], "value": patient_id},
            {
                "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "HC"}]},
                "system": SYSTEMS["insured-number"],
                "value": person.insured_number,
            },
        ],
        "name": [{"family": person.family_name, "given": [person.given_name]}],
        "birthDate": person.birth_date.isoformat(),
    }
    if person.carer:
        patient["contact"] = [
            {
                "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "GUARD"}]}],
                "name": {"text": person.carer},
            }
        ]
    if person.chosen_doctor:
        patient["generalPractitioner"] = [{"display": person.chosen_doctor}]
    return patient


def _coverage(person: InsuredPerson, in_force: bool) -> JsonObject:
    foreign: JsonObject = {"display": f"{person.institution} ({person.country})"}
    payor: JsonObject = foreign if person.institution else {"reference": "urn:eoi:insurer"}
    coverage: JsonObject = {
        "resourceType": "Coverage",
        "id": "coverage",
        "status": "active" if in_force else "cancelled",
        "type": {"text": "EHIC" if person.country != "SI" else "compulsory health insurance"},
        "beneficiary": {"reference": "urn:eoi:patient"},
        "subscriberId": person.insured_number,
        "relationship": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship",
                    "code": person.relationship.value,
                }
            ]
        },
        "period": _period(person),
        "payor": [payor],
    }
    if person.relationship is Relationship.CHILD and person.carer:
        coverage["policyHolder"] = {"display": person.carer}
    return coverage


def _period(person: InsuredPerson) -> JsonObject:
    period: JsonObject = {"start": person.begins.isoformat()}
    if person.ends is not None:
        period["end"] = person.ends.isoformat()
    return period


def _error(code: str) -> JsonObject:
    return {"code": {"coding": [{"system": SYSTEMS["poc-code"], "code": code}]}}
