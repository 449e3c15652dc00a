import shutil
from pathlib import Path

import pytest

from agent.agent_sample import agent_over, make_cards
from openeoi.agent.office import Agent


@pytest.fixture(scope="session")
def made_cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cards")
    make_cards(folder)
    return folder


@pytest.fixture
def agent(made_cards: Path, tmp_path: Path) -> Agent:
    """An agent over its own copy of the cards."""
    folder = tmp_path / "box"
    shutil.copytree(made_cards, folder)
    return agent_over(folder)
