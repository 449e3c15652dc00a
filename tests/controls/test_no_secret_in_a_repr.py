"""A repr ends up in logs and crash reports: no dataclass shows a secret in it (CONTRIBUTING.md, house rules)."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

import openeoi

SECRET = re.compile(
    r"(^|_)(pin|puk|can|password|passphrase|secret|access_number|office_key|maker_key|wrapping_key|private_key|verifier|id_token"
    r"|token|continuation)$"
)


def fields_of_all_dataclasses() -> Iterator[tuple[type, dataclasses.Field[object]]]:
    for module in pkgutil.walk_packages(openeoi.__path__, "openeoi."):
        if ".migrations." in module.name:
            continue
        for kind in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(kind) and kind.__module__ == module.name and dataclasses.is_dataclass(kind):
                yield from ((kind, field) for field in dataclasses.fields(kind))


def test_no_dataclass_shows_a_secret() -> None:
    shown = [
        f"{kind.__module__}.{kind.__name__}.{field.name}"
        for kind, field in fields_of_all_dataclasses()
        if SECRET.search(field.name)
        and str(field.type).removesuffix(" | None") in ("str", "bytes", "<class 'str'>", "<class 'bytes'>")
        and field.repr
    ]
    assert shown == []
