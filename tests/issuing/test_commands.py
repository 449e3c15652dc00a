import io
import json
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from issuing.sample_office import Stock
from openeoi.encoding.national_numbers import Sex, synthetic_personal_number
from openeoi.issuing.commands import commands
from openeoi.issuing.errors import ApplicationInvalid
from openeoi.issuing.holders import holder_of
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.status import DocumentStatus


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
