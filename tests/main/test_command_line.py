"""The command line as a person and a script meet it: usage, exit codes, JSON; never a traceback."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from openeoi.main import cli

# Commands without --json and why.
WITHOUT_JSON: dict[str, str] = {}  # command -> why


def every_command() -> dict[str, typer.main.Any]:
    def below(command: typer.main.Any, path: tuple[str, ...]) -> Iterator[tuple[str, typer.main.Any]]:
        for name, child in getattr(command, "commands", {}).items():
            if getattr(child, "commands", None):
                yield from below(child, (*path, name))
            else:
                yield " ".join((*path, name)), child

    return dict(below(typer.main.get_command(cli.application), ()))


COMMANDS = every_command()


@pytest.fixture(autouse=True)
def an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EOI_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("EOI_LANGUAGE", "en")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.run(arguments)
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out, shown.err


def test_all_commands_of_the_first_release_are_there() -> None:
    wanted = {"up", "config", "tour", "sign", "validate"}
    wanted |= {f"card {name}" for name in ("new", "list", "read", "insert")}
    wanted |= {"reader list"}
    wanted |= {f"pin {name}" for name in ("status", "activate", "change", "unblock")}
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_json_or_has_a_reason(name: str) -> None:
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert ("--json" in options) != (name in WITHOUT_JSON)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_of_itself(name: str) -> None:
    assert f"eoi {name}" in COMMANDS[name].epilog


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_given(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = run(capsys, *name.split(), "--help")
    assert code == 0
    assert "Usage:" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--nope",), "There is no option --nope."),
        (("up", "--nope"), "There is no option --nope."),
        (("up", "--port", "99999"), "--port: the value cannot be used"),
        (("frob",), "Wrong use: No such command 'frob'."),
        (("card", "lst"), "Did you mean 'list'?"),
        (("sign",), "files is missing."),
        (("sign", "none.pdf"), "none.pdf cannot be read (No such file or directory)"),
        (("validate", "none.pdf"), "none.pdf cannot be read (No such file or directory)"),
        (("pin", "change", "foo"), "'foo' is not one of 'norm', 'sig'"),
        (("card", "new", "--photo", "none.jpg"), "none.jpg"),
        (("exchange", "import", "none.ml"), "none.ml"),
    ],
)
def test_wrong_use_prints_the_usage_line_and_ends_with_two(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, output, errors = run(capsys, *arguments)
    assert (code, output) == (2, "")
    usage, problem = errors.splitlines()
    assert usage.startswith("Usage: eoi")
    assert told in problem


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("card", "insert", "NOPE"), "There is no card “NOPE” in the box. `eoi card list` lists the cards."),
        (("card", "read", "--can", "123456"), "There is no card in the reader OpenEOI virtual reader. Insert it or lay it on"),
        (("pki", "list", "--country", "xx"), "There is no state “xx” here. There are: si, me."),
        (("exchange", "list", "--country", "xx"), "There is no cross-border desk of “xx” here. There are: si, me."),
        (("border", "inspect", "--can", "1"), "This is neither a CAN nor a machine readable zone"),
        (("card", "report", "NOPE", "lost"), "There is no document NOPE."),
    ],
)
def test_what_is_not_there_is_one_line_and_two(arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, output, errors = run(capsys, *arguments)
    assert (code, output) == (2, "")
    assert errors.startswith(told) and errors.count("\n") == 1
    code, output, errors = run(capsys, *arguments, "--json")
    assert (code, errors) == (2, "")
    assert json.loads(output)["message"].startswith(told)


def test_errors_are_said_in_slovenian(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EOI_LANGUAGE", "sl")
    assert run(capsys, "up", "--nope")[2].splitlines()[1] == "Stikala --nope ni. Pomoč: eoi up --help"
    assert run(capsys, "card", "insert", "X")[2].startswith("Kartice »X« ni v škatli.")


def test_what_typer_finds_wrong_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, output, _ = run(capsys, "card", "list", "--nope", "--json")
    assert (code, json.loads(output)["error"]) == (2, "NoSuchOption")


def test_without_anything_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code, output, errors = run(capsys)
    assert code == 2
    assert "eoi tour" in output + errors


def test_an_input_that_ends_early_costs_no_try(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openeoi.agent.commands.await_card", lambda agent: None)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, errors = run(capsys, "pin", "change", "sig", "--can", "123456", "--stdin")
    assert (code, errors) == (2, "The input ended where an answer was expected. Nothing was changed.\n")
