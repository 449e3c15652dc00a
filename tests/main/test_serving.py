import asyncio
import logging

import pytest

from openeoi.main.serving import AddressTaken, AddressUnusable, _worth_telling, take_address


def test_a_taken_port_is_said() -> None:
    with take_address("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(AddressTaken) as taken:
            take_address("127.0.0.1", port)
    assert taken.value.port == port


def test_an_address_of_another_machine_is_unusable() -> None:
    with pytest.raises(AddressUnusable):
        take_address("192.0.2.1", 0)


@pytest.mark.parametrize(("error", "told"), [(asyncio.CancelledError(), False), (ValueError("fault"), True)])
def test_a_request_cut_off_by_a_stop_prints_no_traceback(error: BaseException, told: bool) -> None:
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception", None, (type(error), error, None))
    assert _worth_telling(record) is told
