import pytest

from transport.pcsc import fake_scard
from transport.pcsc.fake_scard import FakeScard


@pytest.fixture
def scard(monkeypatch: pytest.MonkeyPatch) -> FakeScard:
    return fake_scard.install(monkeypatch)
