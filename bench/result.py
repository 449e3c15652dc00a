"""What a benchmark returns, and how it is printed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Area = Literal["foundation", "chip", "authorities", "signing", "login", "health", "border"]


@dataclass(frozen=True)
class Result:
    """`figure` in `unit` (median); `rival` names the program or bare operation, `ratio` is figure divided by the rival's figure.

    Both are None without a rival. `bar` is the limit in words, `holds` whether it was kept in this run.
    """

    name: str
    area: Area
    figure: float
    unit: str
    rival: str | None
    ratio: float | None
    bar: str
    holds: bool

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        beside = f", {self.ratio:.2f} times {self.rival}" if self.ratio is not None else ""
        verdict = "kept" if self.holds else "MISSED"
        return f"{self.name} ({self.area}): {self.figure:.3g} {self.unit}{beside}; bar {self.bar}: {verdict}"
