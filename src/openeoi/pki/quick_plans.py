"""A plan whose RSA keys are small: the same certificates in a tenth of the time, for tests. They protect nothing."""

from __future__ import annotations

from dataclasses import replace

from openeoi.pki.key_store import KeyAlgorithm
from openeoi.pki.plans import AuthorityDefinition, Plan


def with_small_keys(plan: Plan) -> Plan:
    """The plan with RSA-2048 wherever it has RSA."""
    return replace(plan, definitions=tuple(_small(one) for one in plan.definitions))


def _small(definition: AuthorityDefinition) -> AuthorityDefinition:
    if not definition.key_algorithm.is_rsa:
        return definition
    profile = replace(definition.profile, key_algorithms=frozenset({KeyAlgorithm.RSA_2048}))
    return replace(definition, key_algorithm=KeyAlgorithm.RSA_2048, profile=profile)
