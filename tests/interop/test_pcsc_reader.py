"""The card commands on this machine's own pcscd: a card in a reader is found, read whole, cared for and signed with; readers and
cards come and go."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from interop import host_reader
from interop.host_reader import card_in
from interop.reader import SOURCES
from openeoi.main.samples import JANA_VZOREC, SampleCard, make_sample
from openeoi.main.settings import Settings
from openeoi.main.up import found_authorities
from openeoi.main.wiring import Offices
from signing.documents import pdf

pytestmark = pytest.mark.interop

PROGRAM = [sys.executable, "-c", "import sys; from openeoi.main.cli import run; run(sys.argv[1:])"]
READER = "Virtual PCD 00 00"
CONTACT, CONTACTLESS = "3BD518FF8191FE1FC38073C821100A", "3B8580018073C821100E"
T0_PROCESS = Path(__file__).with_name("t0_card_process.py")


@dataclass(frozen=True)
class Desk:
    """Beside the reader: an installation that knows the card's authorities, and the card's file."""

    inside: Sequence[str]
    var: Path
    card: Path
    sample: SampleCard

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(SOURCES), "EOI_VAR": str(self.var), "EOI_LANGUAGE": "en"}

    def eoi(self, *arguments: str, given: str = "", code: int = 0) -> str:
        """What the command prints, with what it says on the error stream behind it."""
        command = [*self.inside, *PROGRAM, *arguments]
        ended = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, env=self.environment)
        assert ended.returncode == code, f"{arguments} ended with {ended.returncode}: {ended.stdout}{ended.stderr}"
        return ended.stdout + ended.stderr

    def used(self, *arguments: str, given: str = "", code: int = 0) -> str:
        """A command that uses the card, agreed to."""
        return self.eoi(*arguments, "--reader", "00 00", "--can", self.sample.access_number, "--yes", given=given, code=code)

    def python(self, program: str) -> list[str]:
        """A command line that runs a program beside the reader; `held` waits there for its card."""
        return [*self.inside, sys.executable, "-c", program]

    def wait(self, card: bool) -> None:
        """Until pcscd has noticed that the card is there, or gone."""
        condition = "one.atr is not None" if card else "not one.card_present"
        program = f"""
import time
from openeoi.transport.pcsc import find_reader
for _ in range(400):
    one = find_reader({READER!r})
    if {condition}:
        break
    time.sleep(0.025)
else:
    raise SystemExit(f"the reader did not come to that: {{one}}")
"""
        subprocess.run(self.python(program), check=True, env=self.environment, timeout=60)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleCard]:
    host_reader.require()
    if importlib.util.find_spec("smartcard") is None:
        pytest.skip("needs pyscard (pip install 'openeoi[pcsc]', with the Debian packages libpcsclite-dev, swig and gcc)")
    var = tmp_path_factory.mktemp("installation") / "var"
    offices = Offices.open(Settings(var=var))
    found_authorities(offices, lambda text: None)
    return var, make_sample(offices, JANA_VZOREC)


@pytest.fixture
def desk(inside: Sequence[str], issued: tuple[Path, SampleCard], tmp_path: Path) -> Iterator[Desk]:
    var, sample = issued
    shutil.copy(var / "cards" / f"{sample.card}.card", tmp_path / "card")
    made = Desk(inside, var, tmp_path / "card", sample)
    made.wait(card=False)
    yield made
    made.wait(card=False)


@contextmanager
def inserted(desk: Desk, contactless: bool = False) -> Iterator[None]:
    with card_in(desk.inside, desk.card, contactless):
        desk.wait(card=True)
        yield


def test_readers_and_cards_are_listed(desk: Desk) -> None:
    told = json.loads(desk.eoi("reader", "list", "--json"))
    assert told["pcsc"] == "running"
    assert [(row["reader"], row["card"]) for row in told["readers"][1:]] == [(READER, False), ("Virtual PCD 00 01", False)]
    for contactless, atr, interface in ((False, CONTACT, "contact"), (True, CONTACTLESS, "contactless")):
        with inserted(desk, contactless):
            row = json.loads(desk.eoi("reader", "list", "--json"))["readers"][1]
            assert (row["atr"], row["interface"], row["in_use"]) == (atr, interface, False)
        desk.wait(card=False)


@pytest.mark.parametrize("contactless", [False, True])
def test_the_card_is_read_whole(desk: Desk, contactless: bool) -> None:
    with inserted(desk, contactless):
        told = json.loads(desk.used("card", "read", "--json"))
        assert (told["outcome"], told["document_number"]) == ("successful", desk.sample.document_number)


def test_pins_are_cared_for(desk: Desk) -> None:
    with inserted(desk):
        assert "The PIN is changed." in desk.used("pin", "change", "norm", "--stdin", given=f"{desk.sample.norm_pin}\n135790\n")
        assert json.loads(desk.used("pin", "status", "--json"))["norm_pin"] == {"condition": "ready", "tries_left": 3}
        assert "Tries left: 2" in desk.used("pin", "change", "norm", "--stdin", given="999999\n111222\n", code=1)
        assert json.loads(desk.used("pin", "status", "--json"))["norm_pin"] == {"condition": "ready", "tries_left": 2}
        desk.used("pin", "change", "norm", "--stdin", given="135790\n864209\n")


def test_nothing_is_done_without_consent(desk: Desk) -> None:
    with inserted(desk, contactless=True):
        options = ("--reader", "00 00", "--can", desk.sample.access_number)
        assert "nothing was sent" in desk.eoi("card", "read", *options, code=2)
        assert "nothing was sent" in desk.eoi("pin", "change", "sig", *options, "--stdin", given="1\n2\n", code=2)


def test_a_document_is_signed(desk: Desk, tmp_path: Path) -> None:
    document = tmp_path / "contract.pdf"
    document.write_bytes(pdf())
    with inserted(desk):
        given = f"{desk.sample.access_number}\n{desk.sample.sig_pin}\n"
        desk.eoi("sign", str(document), "--reader", "00 00", "--yes", given=given)
    assert json.loads(desk.eoi("validate", str(tmp_path / "contract.signed.pdf"), "--json"))["outcome"] == "successful"


def test_the_chip_is_tested_in_the_reader(desk: Desk) -> None:
    with inserted(desk, contactless=True):
        assert "Passed" in desk.used("conformance", "--unit", "OEOI-SM")


def test_a_document_is_inspected_in_the_reader(desk: Desk) -> None:
    can = ("--can", desk.sample.access_number)
    with inserted(desk, contactless=True):
        # Its state is not trusted here, as no master list was exchanged: the chip was read, and the chain is what is wrong.
        told = json.loads(desk.eoi("border", "inspect", "--reader", "00 00", *can, "--json", code=1))
    assert told["outcome"] != "failed"
    assert "No inspection was made: there is no card in Virtual PCD 00 01" in desk.eoi(
        "border", "inspect", "--reader", "00 01", *can, code=2
    )


def test_a_service_is_logged_in_to_through_the_pages(desk: Desk) -> None:
    """The setting `reader`: the agent's pages use the card in the reader, and nobody else's."""
    program = f"""
from openeoi.main.browser import Browser
from openeoi.main.tour import in_process_client
from openeoi.main.settings import load
from openeoi.main.wiring import Offices
offices = Offices.open(load().settings)
browser = Browser(in_process_client(offices))
browser.open(offices.settings.origin + "/agent/")
print({READER!r} in browser.text)
browser.open(offices.settings.origin + "/sample-service")
browser.submit("/sample-service/start", button=("level", "high"))
browser.submit("/agent/use")
browser.submit("/agent/use/", button=("answer", "yes"), can={desk.sample.access_number!r}, pin={desk.sample.norm_pin!r})
browser.submit("/login/card")
browser.submit("consent", button=("decision", "agree"))
print(browser.address.removeprefix(offices.settings.origin))
"""
    environment = desk.environment | {"EOI_READER": "00 00"}
    with inserted(desk):
        told = subprocess.run(desk.python(program), capture_output=True, text=True, env=environment, timeout=120)
    assert told.stdout.splitlines() == ["True", "/sample-service/account"], told.stderr


def test_which_reader_is_meant_must_be_clear(desk: Desk) -> None:
    can = ("--can", "123456")
    assert "Several readers have Virtual in their names" in desk.eoi("card", "read", "--reader", "Virtual", *can, code=2)
    assert "No reader has ACR39 in its name" in desk.eoi("card", "read", "--reader", "ACR39", *can, code=2)
    assert "There is no card in the reader Virtual PCD 00 01." in desk.eoi("card", "read", "--reader", "00 01", *can, code=2)


def test_what_comes_and_goes_is_told(desk: Desk) -> None:
    command = [*desk.inside, *PROGRAM, "reader", "list", "--watch", "--json", "--for", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=desk.environment) as watching:
        assert watching.stdout is not None

        def event() -> tuple[str, str, str | None]:
            assert watching.stdout is not None
            told = json.loads(watching.stdout.readline())
            return told["event"], told["reader"], told["atr"]

        assert [event()[0] for _ in range(2)] == ["reader_added", "reader_added"]
        for contactless in (False, True):
            with inserted(desk, contactless):
                assert event()[:2] == ("card_inserted", READER)
            assert event() == ("card_removed", READER, None)
        watching.terminate()


def test_a_card_taken_out_while_it_is_used_is_told(desk: Desk) -> None:
    program = f"""
import sys
from openeoi.transport.errors import CardRemoved
from openeoi.transport.pcsc import PcscTransport
with PcscTransport({READER!r}) as card:
    print(card.exchange(bytes.fromhex("00A4000C023F00")).hex(), flush=True)
    sys.stdin.read(1)
    try:
        card.exchange(bytes.fromhex("00A4000C023F00"))
    except CardRemoved as removed:
        print(removed)
"""
    pipe = subprocess.PIPE
    with inserted(desk):
        user = subprocess.Popen(desk.python(program), stdin=pipe, stdout=pipe, text=True, env=desk.environment)
        assert user.stdout is not None
        assert user.stdout.readline().strip() == "9000"
    told, _ = user.communicate("x", timeout=30)
    assert told.strip() == "the card was taken out of the reader"


def test_a_card_held_by_another_program_is_waited_for_and_then_told(desk: Desk) -> None:
    program = f"""
import sys
from openeoi.transport.errors import ReaderInUse
from openeoi.transport.pcsc import PcscTransport, list_readers
for exclusive in (False, True):
    with PcscTransport({READER!r}, exclusive=exclusive) as holder:
        print(list_readers()[0].in_use, list_readers()[0].exclusive)
        try:
            with PcscTransport({READER!r}, patience=0.3):
                print("both have it")
        except ReaderInUse:
            print("in use")
with PcscTransport({READER!r}, exclusive=True) as card:
    before = card.exchange(bytes.fromhex("00A4040C0AE828BD080F014E585031")).hex()
    card.reset()
    print(before, card.atr.hex(), card.exchange(bytes.fromhex("00A4000C023F00")).hex())
"""
    with inserted(desk):
        told = subprocess.run(desk.python(program), check=True, capture_output=True, text=True, env=desk.environment, timeout=60)
    assert told.stdout.splitlines() == [
        "True False",
        "in use",
        "True True",
        "in use",
        f"9000 {CONTACT.lower()} 9000",
    ]


def test_programs_that_want_the_card_at_once_have_it_one_after_another(desk: Desk) -> None:
    options = ("--reader", "00 00", "--can", desk.sample.access_number, "--yes", "--json")
    command, pipe = [*desk.inside, *PROGRAM, "pin", "status", *options], subprocess.PIPE
    with inserted(desk):
        users = [subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=desk.environment) for _ in range(4)]
        told = [user.communicate(timeout=120) for user in users]
    assert [user.returncode for user in users] == [0, 0, 0, 0], told
    assert {json.loads(output)["norm_pin"]["tries_left"] for output, _ in told} == {3}


def test_long_commands_and_answers_pass(desk: Desk) -> None:
    program = f"""
from openeoi.iso7816.apdu import CommandApdu
from openeoi.transport.pcsc import PcscTransport
with PcscTransport({READER!r}) as card:
    print(card.exchange(CommandApdu(0x00, 0xD6, 0, 0, bytes(60000)).encode()).hex())
    print(len(card.exchange(CommandApdu(0x00, 0x84, 0, 0, expected=40000).encode())))
"""
    with inserted(desk):
        told = subprocess.run(desk.python(program), check=True, capture_output=True, text=True, env=desk.environment, timeout=60)
    assert told.stdout.split() == ["6982", "40002"]  # the card understood the one and answered the other, status word and all


def test_a_card_in_a_reader_is_lent(desk: Desk) -> None:
    desk.eoi("card", "relay-certificates")
    command = [*desk.inside, *PROGRAM, "card", "relay", "--reader", "00 00", "--listen", "127.0.0.1:0", "--json"]
    with inserted(desk), subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=desk.environment) as lender:
        assert lender.stdout is not None
        address = json.loads(lender.stdout.readline())["who"]
        options = ("--reader", f"relay:{address}", "--can", desk.sample.access_number, "--yes", "--json")
        assert json.loads(desk.eoi("card", "read", *options))["outcome"] == "successful"
        lender.terminate()


def test_a_card_that_speaks_t0(desk: Desk) -> None:
    command = [*desk.inside, sys.executable, str(T0_PROCESS), str(desk.card)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=desk.environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert any(line.strip() == "CONNECTED" for line in iter(process.stdout.readline, ""))
        desk.wait(card=True)
        assert json.loads(desk.used("card", "read", "--json"))["outcome"] == "successful"
        assert json.loads(desk.used("pin", "status", "--json"))["sig_pin"]["tries_left"] == 3
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_without_the_service_one_line_says_so(desk: Desk, tmp_path: Path) -> None:
    nowhere = desk.environment | {"PCSCLITE_CSOCK_NAME": str(tmp_path / "none")}
    command = [*PROGRAM, "card", "read", "--reader", "00 00", "--can", "123456"]
    ended = subprocess.run(command, capture_output=True, text=True, env=nowhere, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("The service for card readers does not run.")
