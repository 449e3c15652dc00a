import io
import json
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from issuing.sample_office import Stock
from openeoi.card.parameters import PinRole
from openeoi.encoding.national_numbers import Sex, synthetic_personal_number
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.issuing.commands import commands
from openeoi.issuing.errors import ApplicationInvalid
from openeoi.issuing.holders import holder_of
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.status import DocumentStatus
from openeoi.profiles.tester_options import CardOptionsInvalid


def run(office: IssuingOffice, *arguments: str) -> Result:
    return CliRunner().invoke(commands(lambda: office), arguments)


def test_a_sample_card_in_one_command(slovenian_office: IssuingOffice) -> None:
    made = json.loads(run(slovenian_office, "new", "--json").stdout)
    assert isinstance(slovenian_office.blank_cards, Stock)
    assert made["card"] in slovenian_office.blank_cards.cards
    assert len(made["can"]) == 6 and len(made["initial_password"]) == 8 and made["handed_over"]
    (listed,) = json.loads(run(slovenian_office, "documents", "--json").stdout)
    assert (listed["document_number"], listed["state"]) == (made["document_number"], "handed_over")
    assert "handed_over" in run(slovenian_office, "documents").stdout
    assert "status: valid" in run(slovenian_office, "status", made["document_number"]).stdout
    assert "status: lost" in run(slovenian_office, "report", made["document_number"], "lost").stdout


def test_a_testers_card(slovenian_office: IssuingOffice, tmp_path: Path) -> None:
    """The chip behaves as the file says, and is issued, read back and handed over all the same."""
    options = tmp_path / "options.toml"
    options.write_text("[behaviour]\nshort_length_only = true\natr_contact = '3B00'\n[tries]\nnorm_pin = 7\n")
    made = json.loads(run(slovenian_office, "new", "--options", str(options), "--json").stdout)
    assert isinstance(slovenian_office.blank_cards, Stock)
    card = slovenian_office.blank_cards.cards[made["card"]]
    assert card.atr(contactless=False) == b"\x3b\x00"
    assert card._system.state.pins[PinRole.NORM_PIN].rules.tries == 7
    assert ResponseApdu.decode(card.process(CommandApdu(0, 0xB0, 0x9C, 0, expected=500).encode())).status == 0x6700
    again = json.loads(run(slovenian_office, "new", "--json").stdout)
    assert slovenian_office.blank_cards.cards[again["card"]].atr(contactless=False) != b"\x3b\x00"


def test_wrong_options_are_refused_before_anything_is_made(slovenian_office: IssuingOffice, tmp_path: Path) -> None:
    options = tmp_path / "options.toml"
    options.write_text("[tries]\nnorm_pin = 0\n")
    assert isinstance(run(slovenian_office, "new", "--options", str(options)).exception, CardOptionsInvalid)
    assert run(slovenian_office, "new", "--options", str(tmp_path / "missing")).exit_code == 2
    assert run(slovenian_office, "new", "--fault", "x", "--options", str(options)).exit_code == 2
    assert json.loads(run(slovenian_office, "documents", "--json").stdout) == []


def test_own_data_and_picture(slovenian_office: IssuingOffice, tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.effect_noise((826, 1062), 40).convert("RGB").save(stream, "PNG")
    photo = tmp_path / "me.png"
    photo.write_bytes(stream.getvalue())
    number = synthetic_personal_number(date(2006, 1, 1), Sex.MALE, 0, 59)
    arguments = ("--surname", "Kovač", "--given-names", "Žiga", "--emso", number, "--born", "2006-01-01", "--sex", "M")
    result = run(slovenian_office, "new", *arguments, "--photo", str(photo), "--no-collect", "--json")
    made = json.loads(result.stdout)
    assert not made["handed_over"]
    with slovenian_office.store.transaction() as work:
        certificate_number = work.document(made["document_number"]).certificate_number
    holder = holder_of(slovenian_office, certificate_number, "sample service")
    assert holder is not None and holder.surname == "Kovač" and "Kovač" not in repr(holder)
    assert holder.document_status is DocumentStatus.UNKNOWN
    assert slovenian_office.store.audit_latest(1)[0].entry.actor == "sample service"
    assert holder_of(slovenian_office, "0" * 13, "sample service") is None


@pytest.mark.parametrize(
    "arguments, key",
    [(("--emso", "2806985505147"), "issuing.number.check_digit"), (("--born", "soon"), "issuing.field.no_date")],
)
def test_wrong_input_is_refused_with_the_field(slovenian_office: IssuingOffice, arguments: tuple[str, ...], key: str) -> None:
    refused = run(slovenian_office, "new", *arguments).exception
    assert isinstance(refused, ApplicationInvalid)
    assert key in {problem.key for problem in refused.problems}
