"""The PKCS#15 files of a card for its credentials' certificates, at personalisation and at every renewal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from openeoi.encoding.pkcs15 import application_files as pkcs15
from openeoi.encoding.pkcs15 import files as pkcs15_files
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.profiles.card import CardParameters, PinParameters
from openeoi.protocols.personalisation.applications import Application

Chains = Mapping[CredentialRole, tuple[bytes, ...]]
"""The holder's certificate and those above it (DER) by role."""


def credential_files(card: CardParameters, serial: str, chains: Chains, at: datetime) -> dict[Application, dict[int, bytes]]:
    """By application and file identifier. `serial` of the chip in hexadecimal; `at` goes into EF.TokenInfo."""
    held = {role: pkcs15.HolderCredential(role, own, tuple(above)) for role, (own, *above) in chains.items()}
    description = pkcs15.TokenDescription(
        serial_number=bytes.fromhex(serial),
        manufacturer=pkcs15_files.OUR_MANUFACTURER,
        last_update=at,
        norm_pin=_place(card.norm_pin),
        norm_puk=_place(card.puk),
        sig_pin=_place(card.sig_pin),
        gap=card.object_gap,
    )
    files = {}
    if CredentialRole.LOW in held:
        files[Application.PINLESS] = pkcs15.pinless_files(description, held[CredentialRole.LOW])
    if CredentialRole.HIGH in held:
        files[Application.SIGN_AND_LOGIN] = pkcs15.sign_and_login_files(
            description, held[CredentialRole.HIGH], held.get(CredentialRole.QUALIFIED)
        )
    return files


def _place(pin: PinParameters) -> pkcs15.PinPlace:
    return pkcs15.PinPlace(pin.reference, pin.minimum_length, pin.maximum_length)
