import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from whole_journey import Seen, travelled


@pytest.fixture(scope="package")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A whole journey on a machine whose user asks for no protection of files at all."""
    before = os.umask(0)
    try:
        return travelled(tmp_path_factory.mktemp("installation") / "var")
    finally:
        os.umask(before)
