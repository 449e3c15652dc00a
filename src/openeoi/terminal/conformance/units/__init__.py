"""How the cases are carried out, by identifier. What they are about stands in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from openeoi.terminal.conformance.case import Implementation
from openeoi.terminal.conformance.units import (
    access,
    atr_information,
    basic_access,
    biometric_groups,
    card_security,
    certificates,
    chip_authentication,
    com,
    credentials,
    data_group_1,
    data_group_2,
    details,
    extended_access,
    pace,
    secure_messaging,
    security_infos,
    security_object,
    signer_trust,
    terminal_authentication,
    trust_updates,
)

_MODULES = (
    extended_access,
    chip_authentication,
    certificates,
    terminal_authentication,
    trust_updates,
    biometric_groups,
    atr_information,
    access,
    pace,
    basic_access,
    card_security,
    secure_messaging,
    com,
    data_group_1,
    data_group_2,
    details,
    security_infos,
    security_object,
    signer_trust,
    credentials,
)

IMPLEMENTATIONS: Mapping[str, Implementation] = MappingProxyType(
    {identifier: how for module in _MODULES for identifier, how in module.CASES.items()}
)
