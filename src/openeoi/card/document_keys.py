"""Keys that the chip makes for the travel document: chip authentication and active authentication. Private keys never leave it.

Making a key and storing it is one write: there is the old key or the new one. Made again, a key of the same domain parameters is
replaced; that of active authentication is always replaced.
"""

from __future__ import annotations

from dataclasses import replace

from openeoi.card.operating_system import OperatingSystem
from openeoi.crypto import rsa_generation
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.public_keys import byte_group
from openeoi.crypto.randomness import scalar_below
from openeoi.protocols.personalisation import key_templates
from openeoi.protocols.personalisation.document_protocols import ActiveKey, DocumentProtocols, SigningCurveKey, StaticKey
from openeoi.protocols.personalisation.key_templates import ActiveKeyTemplate, ChipKeyTemplate


def generate_chip_key(system: OperatingSystem, template: ChipKeyTemplate) -> bytes:
    """The public key's data object 7F49."""
    group = byte_group(template.parameter_id)
    key = StaticKey(template.parameter_id, scalar_below(group.order, system.random), template.ciphers, template.key_id)
    before = system.state.document.static_keys
    others = tuple(one for one in before if one.parameter_id != template.parameter_id)
    _store(system, replace(system.state.document, static_keys=(*others, key)))
    return key_templates.encode_agreement_value(template.parameter_id, key.public_key())


def generate_active_key(system: OperatingSystem, template: ActiveKeyTemplate) -> bytes:
    if template.rsa_bits is not None:
        public, private = rsa_generation.generate(template.rsa_bits, system.random)
        _store(system, replace(system.state.document, active_key=ActiveKey(private, template.digest)))
        return key_templates.encode_rsa_key(public)
    group = elliptic_curve_group(template.parameter_id or 0)
    scalar = scalar_below(group.order, system.random)
    key = SigningCurveKey(template.parameter_id or 0, scalar)
    _store(system, replace(system.state.document, active_key=ActiveKey(key, template.digest)))
    return key_templates.encode_point(group.encode(group.multiply(scalar, group.generator)))


def _store(system: OperatingSystem, document: DocumentProtocols) -> None:
    system.commit(replace(system.state, document=document))
