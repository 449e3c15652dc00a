import json

from typer.testing import CliRunner

from border import sample_post as sample
from openeoi.border.commands import commands
from openeoi.border.errors import AccessNotReadable, NoDocument
from openeoi.border.post import BorderPost


def run(post: BorderPost, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands(lambda reader: post), arguments)
    return result.exit_code, result.output


def failure(post: BorderPost, *arguments: str) -> BaseException | None:
    return CliRunner().invoke(commands(lambda reader: post), arguments).exception


def test_a_genuine_card_passes() -> None:
    code, output = run(sample.post(sample.card()), "inspect", "--can", sample.CAN)
    assert (code, output.splitlines()[-1].split()[0]) == (0, "successful")


def test_the_zone_may_be_given_in_one_argument() -> None:
    code, output = run(sample.post(sample.card()), "inspect", "--mrz", sample.ZONE.encode().replace("\n", " "), "--json")
    assert code == 0
    found = json.loads(output)
    assert (found["outcome"], found["issuing_state"]) == ("successful", "SVN")
    for marker in sample.PERSONAL_MARKERS:
        assert marker not in output


def test_a_forged_copy_does_not_pass() -> None:
    code, output = run(sample.post(sample.card()), "forged", "--can", sample.CAN)
    assert (code, "data (data_group_hash_mismatch)" in output) == (1, True)


def test_a_wrong_number_and_an_empty_reader() -> None:
    assert run(sample.post(sample.card()), "inspect", "--can", "000000")[0] == 1
    assert isinstance(failure(sample.post(), "inspect", "--can", sample.CAN), NoDocument)
    assert run(sample.post(sample.card()), "inspect")[0] == 2
    assert run(sample.post(sample.card()), "inspect", "--can", sample.CAN, "--mrz", "X")[0] == 2
    assert isinstance(failure(sample.post(sample.card()), "inspect", "--can", "nonsense"), AccessNotReadable)
    assert run(sample.post(sample.card()), "inspect", "--can", sample.CAN, "--purpose", "curiosity")[0] == 2


def test_the_log() -> None:
    post = sample.post(sample.card())
    run(post, "inspect", "--can", sample.CAN)
    code, output = run(post, "log")
    assert (code, "SVN" in output, "successful" in output) == (0, True, True)
    code, output = run(post, "log", "--json")
    assert json.loads(output)[0]["purpose"] == "entry"
