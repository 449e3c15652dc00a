"""Run by test_vpcd in namespaces of its own: pcscd, a trivial card in its virtual reader, and a PC/SC client over libpcsclite.

Prints what the client saw. Needs the rights to mount and to configure the loopback interface of its own namespace.
"""

import ctypes
import fcntl
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from openeoi.transport.vpcd import Reader, serve

SHARE_SHARED, ANY_PROTOCOL, LEAVE, RESET = 2, 3, 0, 1
PATIENCE = 30


class Trivial:
    def __init__(self) -> None:
        self.resets = 0

    def process(self, command: bytes) -> bytes:
        return len(command).to_bytes(2, "big") + b"\x90\x00"

    def power_on(self, contactless: bool) -> None:
        self.resets += 1

    def reset(self) -> None:
        self.resets += 1

    def atr(self, contactless: bool) -> bytes:
        return bytes.fromhex("3B951381018073FF01000B")


class Client:
    """As much of the PC/SC interface as the test needs (winscard.h of pcsc-lite: all numbers are unsigned long)."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libpcsclite.so.1")
        self.context = ctypes.c_long()
        self.card = ctypes.c_long()
        self.protocol = ctypes.c_ulong()

    def call(self, name: str, *arguments: object) -> int:
        function = getattr(self.library, name)
        function.restype = ctypes.c_long
        return function(*arguments) & 0xFFFFFFFF

    def connect(self, reader: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if not self.context.value:
                self.call("SCardEstablishContext", ctypes.c_ulong(2), None, None, ctypes.byref(self.context))
            code = self.call(
                "SCardConnect",
                self.context,
                reader.encode(),
                ctypes.c_ulong(SHARE_SHARED),
                ctypes.c_ulong(ANY_PROTOCOL),
                ctypes.byref(self.card),
                ctypes.byref(self.protocol),
            )
            if code == 0:
                return
            time.sleep(0.2)
        raise SystemExit(f"SCardConnect answered {code:08X}")

    def status(self) -> bytes:
        name, atr = ctypes.create_string_buffer(256), ctypes.create_string_buffer(40)
        name_size, atr_size, state, protocol = ctypes.c_ulong(256), ctypes.c_ulong(40), ctypes.c_ulong(), ctypes.c_ulong()
        places = map(ctypes.byref, (name_size, state, protocol))
        size, state_at, protocol_at = places
        require(self.call("SCardStatus", self.card, name, size, state_at, protocol_at, atr, ctypes.byref(atr_size)))
        return atr.raw[: atr_size.value]

    def transmit(self, command: bytes) -> bytes:
        header = (ctypes.c_ulong * 2)(self.protocol.value, 16)
        answer, size = ctypes.create_string_buffer(65538), ctypes.c_ulong(65538)
        length = ctypes.c_ulong(len(command))
        require(self.call("SCardTransmit", self.card, header, command, length, None, answer, ctypes.byref(size)))
        return answer.raw[: size.value]

    def reset(self) -> None:
        modes = (ctypes.c_ulong(SHARE_SHARED), ctypes.c_ulong(ANY_PROTOCOL), ctypes.c_ulong(RESET))
        require(self.call("SCardReconnect", self.card, *modes, ctypes.byref(self.protocol)))

    def close(self) -> None:
        require(self.call("SCardDisconnect", self.card, ctypes.c_ulong(LEAVE)))
        require(self.call("SCardReleaseContext", self.context))


def require(code: int) -> None:
    if code:
        raise SystemExit(f"the PC/SC service answered {code:08X}")


def raise_loopback() -> None:
    """`ip link set lo up`: SIOCGIFFLAGS, SIOCSIFFLAGS with IFF_UP."""
    with socket.socket() as any_socket:
        request = fcntl.ioctl(any_socket, 0x8913, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack("16sH14x", request)[1]
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", flags | 1))


def main(folder: Path) -> None:
    raise_loopback()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    Path("/run/pcscd").mkdir()
    configuration = folder / "reader.conf"
    driver = next(path for path in Path("/usr/lib").rglob("libifdvpcd.so"))
    configuration.write_text(f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {driver}\nCHANNELID 0x8C7B\n')
    card, stop = Trivial(), threading.Event()
    with (folder / "pcscd.log").open("wb") as log:
        service = subprocess.Popen(["pcscd", "--foreground", "--config", str(configuration)], stdout=log, stderr=log)
    thread = threading.Thread(target=serve, args=(card, Reader(attempts=100, pause=0.1, poll=0.05), stop))
    thread.start()
    try:
        client = Client()
        client.connect("Virtual PCD 00 00")
        print("ATR", client.status().hex())
        print("short", client.transmit(bytes.fromhex("0084000008")).hex())
        print("extended", client.transmit(bytes(4) + b"\x00\x75\x30" + bytes(30000)).hex())
        before = card.resets
        client.reset()
        print("reset", card.resets > before, client.transmit(bytes.fromhex("00840000")).hex())
        client.close()
    finally:
        stop.set()
        thread.join()
        service.terminate()
        service.wait()


main(Path(sys.argv[1]))
