"""A tester's variant of a country's card, out of a TOML file: behaviour, numbers of tries, protocols of the travel document.

Every table and key may be left out; what is left out is as the country's profile has it. Unknown tables, keys and values are
refused by name (`docs/tester-options.md` lists them all).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeVar

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.encoding.lds.security_infos import PACE, PaceInfo
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.errors import OpenEoiError
from openeoi.profiles.card import (
    ActiveAuthenticationParameters,
    CardParameters,
    ChipAuthenticationParameters,
    ChipOptions,
    TravelDocumentParameters,
)

Value = TypeVar("Value")

DELAY_MAXIMUM: Final = 60_000
ATR_SIZES: Final = range(2, 34)  # ISO/IEC 7816-3: TS, T0 and at most 31 characters more
TRIES: Final = range(1, 16)
RSA_BITS: Final = (1024, 1280, 1536, 2048, 3072)
SHORT_RSA_BITS: Final = 1536  # a signature of more bits does not fit a short response under secure messaging

CIPHERS: Final = {"3des": Cipher.TRIPLE_DES, "aes-128": Cipher.AES_128, "aes-192": Cipher.AES_192, "aes-256": Cipher.AES_256}
# ICAO 9303-11, 9.2.1: the arc for key agreement and mapping.
MAPPINGS: Final = {"gm-dh": 1, "gm-ecdh": 2, "im-dh": 3, "im-ecdh": 4, "cam-ecdh": 6}
SECRETS: Final = ("norm_pin", "sig_pin", "puk", "initial_password")


class CardOptionsInvalid(OpenEoiError):
    """The options file says something that no card can be; `place` names table and key, `reason` what is wrong there."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"{place}: {reason}")


def apply(text: str, parameters: CardParameters) -> CardParameters:
    """The country's parameters with what the TOML document `text` changes. Raises CardOptionsInvalid."""
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CardOptionsInvalid("the file", f"it is not TOML: {error}") from error
    tables = _Table("the file", content)
    options = _behaviour(tables.table("behaviour"))
    tries = _tries(tables.table("tries"))
    document = _document(tables.table("travel_document"), parameters.document)
    tables.finish()
    _require_possible(options, document)
    changed = replace(parameters, options=options, document=document)
    for secret, number in tries.items():
        changed = replace(changed, **{secret: replace(getattr(changed, secret), tries=number)})
    return changed


def _behaviour(table: _Table) -> ChipOptions:
    options = ChipOptions(
        contact_atr=table.atr("atr_contact"),
        contactless_atr=table.atr("atr_contactless"),
        answer_delay=table.integer("answer_delay_ms", range(DELAY_MAXIMUM + 1)) or 0,
        short_length_only=table.flag("short_length_only") or False,
        imports_keys=table.flag("imports_keys") or False,
    )
    table.finish()
    return options


def _tries(table: _Table) -> dict[str, int]:
    found = {name: table.integer(name, TRIES) for name in SECRETS}
    table.finish()
    return {name: number for name, number in found.items() if number is not None}


def _document(table: _Table, profile: TravelDocumentParameters) -> TravelDocumentParameters:
    pace = table.tables("pace")
    chip = table.tables("chip_authentication")
    has_active = table.has("active_authentication")
    active = table.table("active_authentication")
    terminal = table.flag("terminal_authentication")
    basic = table.flag("basic_access")
    table.finish()
    changed = profile
    if pace is not None:
        changed = replace(changed, pace_infos=tuple(_pace(one) for one in pace))
    if chip is not None:
        changed = replace(changed, chip_authentication=tuple(_chip(one) for one in chip))
    if has_active:
        changed = replace(changed, active_authentication=_active(active))
    if terminal is not None:
        changed = replace(changed, terminal_authentication=terminal)
    if basic is not None:
        changed = replace(changed, basic_access=basic)
    return changed


def _pace(table: _Table) -> PaceInfo:
    mapping, cipher = table.choice("mapping", MAPPINGS), table.choice("cipher", CIPHERS)
    known = STANDARDISED_GROUPS if mapping in (1, 3) else STANDARDISED_CURVES
    parameters = table.number("parameters", tuple(known))
    table.finish()
    if mapping == MAPPINGS["cam-ecdh"] and cipher is Cipher.TRIPLE_DES:
        raise CardOptionsInvalid(table.place, "chip authentication mapping is not defined with 3des")
    return PaceInfo(f"{PACE}.{mapping}.{tuple(CIPHERS.values()).index(cipher) + 1}", parameters)


def _chip(table: _Table) -> ChipAuthenticationParameters:
    parameters = table.number("parameters", (*STANDARDISED_GROUPS, *STANDARDISED_CURVES))
    ciphers = frozenset(table.choices("ciphers", CIPHERS))
    table.finish()
    return ChipAuthenticationParameters(parameters, ciphers)


def _active(table: _Table) -> ActiveAuthenticationParameters | None:
    """An empty table takes active authentication away."""
    if not table.has("hash"):
        table.finish()
        return None
    digest = table.choice("hash", {one.value: one for one in DigestAlgorithm})
    if table.has("rsa_bits"):
        bits = table.number("rsa_bits", RSA_BITS)
        table.finish()
        return ActiveAuthenticationParameters(digest, rsa_bits=bits)
    parameters = table.number("parameters", tuple(STANDARDISED_CURVES))
    table.finish()
    return ActiveAuthenticationParameters(digest, parameter_id=parameters)


def _require_possible(options: ChipOptions, document: TravelDocumentParameters) -> None:
    """What goes together on one chip."""
    keys = [one.parameter_id for one in document.chip_authentication]
    if len(set(keys)) != len(keys):
        raise CardOptionsInvalid("travel_document.chip_authentication", "two keys have the same domain parameters")
    mapped = {info.parameter_id for info in document.pace_infos if info.protocol.startswith(f"{PACE}.6.")}
    if mapped - set(keys):
        raise CardOptionsInvalid(
            "travel_document.pace", "chip authentication mapping needs a key of chip authentication on the same domain parameters"
        )
    if document.terminal_authentication and not keys:
        raise CardOptionsInvalid("travel_document.terminal_authentication", "it needs chip authentication before it")
    active = document.active_authentication
    if options.short_length_only and (active is not None and (active.rsa_bits or 0) > SHORT_RSA_BITS):
        raise CardOptionsInvalid("behaviour.short_length_only", f"RSA with {active.rsa_bits} bits does not fit short length")
    if options.short_length_only and set(keys) & set(STANDARDISED_GROUPS):
        raise CardOptionsInvalid("behaviour.short_length_only", "a multiplicative group does not fit short length")


class _Table:
    """One table, read key by key; `finish` refuses what nobody asked for."""

    def __init__(self, place: str, content: object) -> None:
        if not isinstance(content, dict):
            raise CardOptionsInvalid(place, "a table belongs here")
        self.place = place
        self._left: dict[str, object] = dict(content)

    def has(self, key: str) -> bool:
        return key in self._left

    def finish(self) -> None:
        for key in self._left:
            raise CardOptionsInvalid(self._name(key), "there is no such option")

    def table(self, key: str) -> _Table:
        return _Table(self._name(key), self._left.pop(key, {}))

    def tables(self, key: str) -> list[_Table] | None:
        if not self.has(key):
            return None
        found = self._left.pop(key)
        if not isinstance(found, list):
            raise CardOptionsInvalid(self._name(key), "a list of tables belongs here")
        return [_Table(f"{self._name(key)}[{number}]", one) for number, one in enumerate(found, 1)]

    def flag(self, key: str) -> bool | None:
        found = self._left.pop(key, None)
        if found is not None and not isinstance(found, bool):
            raise CardOptionsInvalid(self._name(key), "true or false belongs here")
        return found

    def integer(self, key: str, allowed: range) -> int | None:
        found = self._left.pop(key, None)
        if found is None:
            return None
        if not isinstance(found, int) or isinstance(found, bool) or found not in allowed:
            raise CardOptionsInvalid(self._name(key), f"a number from {allowed[0]} to {allowed[-1]} belongs here")
        return found

    def number(self, key: str, allowed: tuple[int, ...]) -> int:
        found = self._left.pop(key, None)
        if not isinstance(found, int) or isinstance(found, bool) or found not in allowed:
            raise CardOptionsInvalid(self._name(key), f"one of {', '.join(map(str, sorted(allowed)))} belongs here")
        return found

    def choice(self, key: str, allowed: Mapping[str, Value]) -> Value:
        found = self._left.pop(key, None)
        if not isinstance(found, str) or found not in allowed:
            raise CardOptionsInvalid(self._name(key), f"one of {', '.join(allowed)} belongs here")
        return allowed[found]

    def choices(self, key: str, allowed: Mapping[str, Value]) -> list[Value]:
        found = self._left.pop(key, None)
        if not isinstance(found, list) or not found or any(not isinstance(one, str) or one not in allowed for one in found):
            raise CardOptionsInvalid(self._name(key), f"a list out of {', '.join(allowed)} belongs here")
        return [allowed[one] for one in found]

    def atr(self, key: str) -> bytes:
        found = self._left.pop(key, None)
        if found is None:
            return b""
        try:
            raw = bytes.fromhex(found) if isinstance(found, str) else b""
        except ValueError:
            raw = b""
        if len(raw) not in ATR_SIZES:
            raise CardOptionsInvalid(self._name(key), "an answer to reset of 2 to 33 bytes in hexadecimal belongs here")
        return raw

    def _name(self, key: str) -> str:
        return key if self.place == "the file" else f"{self.place}.{key}"
