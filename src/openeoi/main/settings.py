"""The effective configuration: defaults, one TOML file, environment variables `EOI_...`; each value knows its origin."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from openeoi.errors import OpenEoiError

DEFAULT_FILE = "eoi.toml"
TRUSTED, UNTRUSTED = "trusted", "untrusted"


class WrongSetting(OpenEoiError):
    """A setting is unknown or its value cannot be used; `name` and `source` say which and where it was set."""

    def __init__(self, name: str, source: str, reason: str) -> None:
        self.name = name
        self.source = source
        self.reason = reason
        super().__init__(f"{name} (from {source}): {reason}")


@dataclass(frozen=True)
class Settings:
    """What an installation can be told. `var` is the folder of databases, keys and virtual cards; created when missing.

    `faulty_chips`: whether agent and border post trust the authorities that signed the faulty chips in the box ("trusted"), so
    that each is judged by its fault; by default they trust no more than the exchange desk decided.

    `reader`: whose card the agent and the border post use: "virtual", a reader of this computer by its name or a part of it, or
    relay:HOST:PORT. `relay_certificates`: the folder of the certificates for relayed cards; `relay` below `var` when empty.
    """

    var: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    country: str = "si"
    partner: str = "me"
    language: str = "sl"
    faulty_chips: str = UNTRUSTED
    reader: str = "virtual"
    relay_certificates: str = ""

    @property
    def origin(self) -> str:
        """The address people type: `base_url`, or what host and port give."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"


@dataclass(frozen=True)
class Effective:
    """`settings` and for each of its fields where the value came from: default, the file's path, or the variable's name."""

    settings: Settings
    sources: Mapping[str, str]


def load(environment: Mapping[str, str] | None = None) -> Effective:
    """Read the settings; raises WrongSetting. The file is `EOI_CONFIG`, else `eoi.toml` in the current folder if it exists."""
    environment = os.environ if environment is None else environment
    values: dict[str, str | int | Path] = {}
    sources = {field.name: "default" for field in fields(Settings)}
    for name, (value, source) in {**_from_file(environment), **_from_environment(environment)}.items():
        values[name] = _typed(name, value, source)
        sources[name] = source
    return Effective(Settings(**values), sources)  # type: ignore[arg-type]  # _typed checked each value against its field


def _from_file(environment: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    named = environment.get("EOI_CONFIG")
    path = Path(named or DEFAULT_FILE)
    if not path.exists():
        if named:
            raise WrongSetting("EOI_CONFIG", "environment", f"there is no file {path}")
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise WrongSetting("configuration file", str(path), str(error)) from error
    return {name: (value, str(path)) for name, value in content.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    names = {f"EOI_{field.name.upper()}": field.name for field in fields(Settings)}
    return {names[variable]: (value, variable) for variable, value in environment.items() if variable in names and value}


def _typed(name: str, value: object, source: str) -> str | int | Path:
    kinds = {field.name: field.type for field in fields(Settings)}
    if name not in kinds:
        raise WrongSetting(name, source, f"unknown setting; known are {', '.join(kinds)}")
    if name == "port":
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 65535:
            raise WrongSetting(name, source, "a port is a number from 1 to 65535")
        return value
    if not isinstance(value, str):
        raise WrongSetting(name, source, "a text is expected")
    if name in ("country", "partner") and not (len(value) == 2 and value.isalpha() and value.islower()):
        raise WrongSetting(name, source, "a profile is named by two small letters, such as si")
    if name == "language" and value not in ("sl", "en"):
        raise WrongSetting(name, source, "sl or en")
    if name == "faulty_chips" and value not in (TRUSTED, UNTRUSTED):
        raise WrongSetting(name, source, f"{TRUSTED} or {UNTRUSTED}")
    return Path(value) if name == "var" else value
