"""The card's side of one READ BINARY of 223 bytes under secure messaging with AES-256: command bytes in, response bytes out.

Bar: under 0.2 ms. Rival: the four bare cryptographic operations in it (CMAC over the command, the response's initial vector, CBC
over 224 bytes, CMAC over the response) with the same library in the same run, keys set up once.
Method: 3000 commands one after another, the terminal's side of each outside the measurement; the median.
"""

from __future__ import annotations

import secrets
import statistics
import time

from result import Result

from card.sample_card import sample_card
from openeoi.crypto.ciphers import Cipher, KeyedCipher
from openeoi.crypto.mac import KeyedMac
from openeoi.encoding.lds import files as lds
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.status import expect_ok

BAR, COMMANDS, PIECE = 0.2, 3000, 223


def measure() -> Result:
    figure, rival = 1000 * _card(), 1000 * _bare()
    return Result("card-read-binary", "chip", figure, "ms", "the bare cryptography", figure / rival, f"{BAR:g} ms", figure < BAR)


def _card() -> float:
    sample = sample_card()
    sample.card.power_on(contactless=True)
    channel = sample.channel()

    def timed(command: CommandApdu) -> tuple[float, bytes]:
        protected = channel.protect(command).encode()
        started = time.perf_counter()
        answer = sample.card.process(protected)
        seconds = time.perf_counter() - started
        return seconds, expect_ok(channel.open(ResponseApdu.decode(answer)), "the command")

    timed(CommandApdu(0, 0xA4, 4, 0x0C, lds.EMRTD_APPLICATION))
    timed(CommandApdu(0, 0xA4, 2, 0x0C, lds.data_group(2).file_id.to_bytes(2, "big")))
    times = []
    for number in range(COMMANDS):
        offset = number % 70 * PIECE
        seconds, data = timed(CommandApdu(0, 0xB0, offset >> 8, offset & 0xFF, expected=PIECE))
        if len(data) != PIECE:
            raise RuntimeError(f"{len(data)} bytes were read")
        times.append(seconds)
    return statistics.median(times)


def _bare() -> float:
    cipher, mac = KeyedCipher(Cipher.AES_256, secrets.token_bytes(32)), KeyedMac(Cipher.AES_256, secrets.token_bytes(32))
    command, response, plain = secrets.token_bytes(48), secrets.token_bytes(256), secrets.token_bytes(224)
    times = []
    for _ in range(COMMANDS):
        started = time.perf_counter()
        mac.code(command)
        cipher.encrypt_block(bytes(16))
        cipher.encrypt(bytes(16), plain)
        mac.code(response)
        times.append(time.perf_counter() - started)
    return statistics.median(times)
