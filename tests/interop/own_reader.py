"""Our terminal as a program like those around other people's readers: reads the card in the first PC/SC reader, a request a line.

A request is words "name=value" with tabs between them: can, and length ("short" or "extended"); other words are for others.
The answer is "= " and a JSON object with the seconds from connecting to the last file, the holder, and what was read.
"""

from __future__ import annotations

import json
import secrets
import sys
import time

from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.extended_length import read_announced_maximum
from openeoi.terminal.read_document import read_document
from openeoi.terminal.unlock import unlock
from openeoi.transport import run
from openeoi.transport.pcsc import PcscTransport, list_readers, wait_for_card


def main() -> None:
    for line in sys.stdin:
        request = dict(word.split("=", 1) for word in line.rstrip("\n").split("\t"))
        print("=", json.dumps(answer(request)), flush=True)


def answer(request: dict[str, str]) -> dict[str, object]:
    reader = list_readers()[0].name
    wait_for_card(reader, 10)
    password = PacePassword.from_can(request["can"])
    started = time.perf_counter()
    with PcscTransport(reader) as card:
        maximum = 256
        if request.get("length") == "extended":
            maximum = run(read_announced_maximum(), card) or maximum
        channel = run(unlock(password, secrets.token_bytes), card)
        files = run(read_document(channel, (1, 2), response_maximum=maximum), card)
        seconds = time.perf_counter() - started
    holder = DataGroup1.decode(files.data_groups[1])
    return {
        "seconds": str(seconds),
        "holder": holder.mrz.split("\n")[2].split("<<")[0],
        "groups": str(sorted(files.data_groups)),
        "refusals": [],
    }


if __name__ == "__main__":
    main()
