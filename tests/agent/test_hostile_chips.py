"""What a chip holds is shown, or not shown; it never breaks the page. Everything here is signed by a trusted authority."""

import io
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from agent import agent_sample
from agent.agent_sample import agent_over, client, make_card
from agent.test_pages import send
from card import sample_card as cards
from openeoi.agent.card_folder import CardFolder
from openeoi.protocols.personalisation.shared import LifeCycle


def jpeg_2000(width: int = 413, height: int = 531) -> bytes:
    """A small picture whose headers claim another size."""
    output = io.BytesIO()
    Image.effect_noise((413, 531), 20).convert("RGB").save(output, "JPEG2000", quality_mode="rates", quality_layers=[60])
    said = output.getvalue().replace((531).to_bytes(4) + (413).to_bytes(4), height.to_bytes(4) + width.to_bytes(4))
    return said.replace((413).to_bytes(4) + (531).to_bytes(4), width.to_bytes(4) + height.to_bytes(4))


def read(folder: Path, image: bytes) -> str:
    make_card(CardFolder(folder, secrets.token_bytes), "ACTIVE", LifeCycle.ACTIVE, image)
    return send(client(agent_over(folder)), "/agent/read", key="can", can=cards.CAN)


@pytest.mark.parametrize(
    ("image", "shown"),
    [(jpeg_2000(), True), (jpeg_2000(30000, 30000), False), (jpeg_2000()[:300], False), (jpeg_2000()[:-400] + bytes(400), False)],
)
def test_a_picture_that_cannot_be_shown_is_left_out(tmp_path: Path, image: bytes, shown: bool) -> None:
    page = read(tmp_path, image)
    assert "VZOREC" in page
    assert shown <= ("data:image/png;base64," in page)


def test_days_that_no_calendar_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "DOCUMENT", replace(cards.DOCUMENT, date_of_birth="050231", date_of_expiry="360231"))
    page = read(tmp_path, agent_sample.portrait())
    assert "VZOREC" in page
    assert "The data on the card are genuine" not in page
