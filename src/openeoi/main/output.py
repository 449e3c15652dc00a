"""How commands speak: text for people or `--json` for machines, and the exit codes 0 done, 1 check failed, 2 wrong use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

DONE: Final = 0
CHECK_FAILED: Final = 1
WRONG_USE: Final = 2
INTERRUPTED: Final = 130

console = Console(highlight=False)
error_console = Console(stderr=True, highlight=False)

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def as_json(value: Json) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_error(text: str) -> None:
    """To the standard error output, as it is: brackets are no markup, long lines are not broken."""
    error_console.print(text, markup=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    grid = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        grid.add_row(*row)
    console.print(grid)
