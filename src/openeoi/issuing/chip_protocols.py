"""The travel document's protocols on a card in production: what the country's profile wants, the keys that the chip makes for it,
and what EF.CardAccess, EF.CardSecurity, EF.DG14 and EF.DG15 say of them (ICAO 9303-11, 9.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.public_keys import (
    byte_group,
    encode_agreement_key,
    encode_signature_key,
    encode_standardised_key,
)
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    PACE,
    PUBLIC_KEY,
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    SecurityInfo,
    TerminalAuthenticationInfo,
)
from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import CardParameters
from openeoi.protocols.active_authentication.shared import PLAIN_ECDSA
from openeoi.protocols.chip_authentication.shared import protocol_identifier
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.key_templates import ActiveKeyTemplate, ChipKeyTemplate
from openeoi.protocols.personalisation.shared import SecretRole
from openeoi.protocols.personalisation.terminal import generate_active_key, generate_chip_key, set_secret
from openeoi.protocols.terminal_authentication.trust import Trust

CHIP_MAPPING: Final = f"{PACE}.6."


@dataclass(frozen=True, slots=True)
class ChipKeys:
    """Public keys that the chip gave out: of chip authentication by domain parameters, as protocols send them; of active
    authentication as SubjectPublicKeyInfo (empty: none)."""

    agreement: Mapping[int, bytes]
    active: bytes = b""

    def as_texts(self) -> dict[str, str]:
        """For the record of the step."""
        texts = {f"chip {parameter_id}": key.hex() for parameter_id, key in self.agreement.items()}
        return texts | ({"active": self.active.hex()} if self.active else {})

    @classmethod
    def from_texts(cls, texts: Mapping[str, object]) -> ChipKeys:
        agreement = {
            int(name.removeprefix("chip ")): bytes.fromhex(str(key)) for name, key in texts.items() if name.startswith("chip ")
        }
        return cls(agreement, bytes.fromhex(str(texts.get("active", ""))))


def make_chip_keys(card: CardParameters, trust_point: CardVerifiableCertificate | None, issued_on: date) -> CardSteps[ChipKeys]:
    """Puts the protocols onto the chip and has it make their keys. The chip's idea of today begins with the day of issue."""
    document = card.document
    trust = None if trust_point is None else Trust((trust_point,), issued_on)
    settings = DocumentProtocols(document.basic_access, document.pace_infos, (), None, trust)
    if settings != DocumentProtocols():
        yield from set_secret(SecretRole.DOCUMENT_PROTOCOLS, settings.encode(), extended=not card.options.short_length_only)
    agreement = {}
    for parameters, key_id in zip(document.chip_authentication, _key_numbers(card), strict=True):
        template = ChipKeyTemplate(parameters.parameter_id, parameters.ciphers, key_id)
        agreement[parameters.parameter_id] = yield from generate_chip_key(template)
    active = document.active_authentication
    if active is None:
        return ChipKeys(agreement)
    made = yield from generate_active_key(ActiveKeyTemplate(active.digest, active.parameter_id, active.rsa_bits))
    return ChipKeys(agreement, encode_signature_key(made))


def pace_infos(card: CardParameters) -> tuple[PaceInfo, ...]:
    """The card's own parameters first, which the office's channel uses as well."""
    return PaceInfo(card.pace_oid, card.pace_parameter_id), *card.document.pace_infos


def card_access(card: CardParameters) -> bytes:
    """EF.CardAccess; data group 14 repeats it under the document signer's signature (ICAO 9303-11, 9.2)."""
    return CardAccess(pace_infos(card)).encode()


def card_security_infos(card: CardParameters, keys: ChipKeys) -> tuple[SecurityInfo, ...]:
    """What EF.CardSecurity holds for chip authentication mapping (9.2.11); empty for a card without it."""
    mapped = {info.parameter_id for info in card.document.pace_infos if info.protocol.startswith(CHIP_MAPPING)}
    if not mapped:
        return ()
    return (
        *pace_infos(card),
        *(
            ChipAuthenticationPublicKeyInfo(f"{PUBLIC_KEY}.2", encode_standardised_key(parameters.parameter_id, public), key_id)
            for parameters, key_id in zip(card.document.chip_authentication, _key_numbers(card), strict=True)
            if parameters.parameter_id in mapped and (public := keys.agreement[parameters.parameter_id])
        ),
    )


def data_group_14(card: CardParameters, keys: ChipKeys) -> DataGroup14:
    document, infos = card.document, list[SecurityInfo](pace_infos(card))
    for parameters, key_id in zip(document.chip_authentication, _key_numbers(card), strict=True):
        agreement = byte_group(parameters.parameter_id).agreement
        ciphers = sorted(parameters.ciphers, key=lambda cipher: cipher.label)
        infos += [ChipAuthenticationInfo(protocol_identifier(agreement, cipher), 1, key_id) for cipher in ciphers]
        kind = f"{PUBLIC_KEY}.{1 if parameters.parameter_id in STANDARDISED_GROUPS else 2}"
        public = encode_agreement_key(parameters.parameter_id, keys.agreement[parameters.parameter_id])
        infos.append(ChipAuthenticationPublicKeyInfo(kind, public, key_id))
    if document.terminal_authentication:
        infos.append(TerminalAuthenticationInfo())
    active = document.active_authentication
    if active is not None and active.rsa_bits is None:
        (algorithm,) = [name for name, digest in PLAIN_ECDSA.items() if digest is active.digest]
        infos.append(ActiveAuthenticationInfo(algorithm))
    return DataGroup14(tuple(infos))


def data_group_15(keys: ChipKeys) -> DataGroup15 | None:
    return DataGroup15(keys.active) if keys.active else None


def _key_numbers(card: CardParameters) -> list[int | None]:
    """Several keys are numbered, so that a command can say which it means; a single one needs no number."""
    count = len(card.document.chip_authentication)
    return [None] if count == 1 else [number + 1 for number in range(count)]
