"""`eoi sign` and `eoi validate`. Exit codes: 0 done, 1 a check failed or the signing was refused, 2 wrong use."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from openeoi.signing import forms
from openeoi.signing.desk import SigningDesk
from openeoi.signing.errors import SigningRefused
from openeoi.signing.ports import KeyHolders
from openeoi.signing.prepared import SignatureLevel
from openeoi.signing.texts import report_lines, translator
from openeoi.signing.validation import Outcome
from openeoi.storage.atomic_files import AtomicFile

CHECK_FAILED = 1
_READABLE = 0o644


def commands(
    get_desk: Callable[[], SigningDesk], key_holders: KeyHolders, get_language: Callable[[], str] = lambda: "sl"
) -> typer.Typer:
    """Both commands, to be added at the top level. `key_holders` opens the card and asks for its PIN."""
    app = typer.Typer(no_args_is_help=True)

    @app.command(epilog="Example: eoi sign pogodba.pdf --out pogodba.signed.pdf")
    def sign(
        files: Annotated[list[Path], typer.Argument(help="What to sign, with one PIN entry; nothing of it is changed.")],
        out: Annotated[Path | None, typer.Option(help="Where the signed document goes; default beside the first file.")] = None,
        container: Annotated[bool, typer.Option(help="A container (ASiC-E) even for a single PDF.")] = False,
        level: Annotated[
            SignatureLevel | None, typer.Option(help="b-t with a time stamp, b-b without; default b-t where a unit is set up.")
        ] = None,
        card: Annotated[str | None, typer.Option(help="A virtual card by its name in `eoi card list`.")] = None,
        reader: Annotated[
            str, typer.Option("--reader", metavar="NAME", help="A reader by its name or a part of it (`eoi reader list`).")
        ] = "",
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask before using a card that is not a virtual one.")] = False,
        replace: Annotated[bool, typer.Option(help="Replace the output file if it exists.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="The outcome as JSON.")] = False,
    ) -> None:
        """Sign files with the qualified certificate on the card: a PDF in itself (PAdES), any others together in a container
        (ASiC-E with XAdES); a container gets a further signature."""
        if card and reader:
            raise typer.BadParameter("give either --card or --reader")
        contents = [(file.name, _content(file)) for file in files]
        try:
            name, document = get_desk().gather(contents, container)
            target = out or files[0].with_name(forms.signed_name(name))
            _require_target(target, files, replace)
            made = level or get_desk().level
            signed = get_desk().sign(document, key_holders(card, reader, yes), made)
            AtomicFile(target, _READABLE).save(signed)
        except SigningRefused as error:
            _refuse(error, as_json, get_language())
        if as_json:
            digest, text = hashlib.sha256(signed).hexdigest(), forms.level_text(forms.form_of(document), made)
            typer.echo(json.dumps({"signed": str(target), "sha256": digest, "level": text}, ensure_ascii=False))
        else:
            typer.echo(translator(get_language())("signing.command.signed", file=str(target)))

    @app.command(epilog="Example: eoi validate pogodba.signed.pdf --json")
    def validate(
        file: Annotated[Path, typer.Argument(help="The PDF or container whose signatures are checked.")],
        as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    ) -> None:
        """Check the signatures of a PDF or a container (ASiC-E). Exit code 0 only when there are signatures and all are valid."""
        document = _content(file)
        try:
            report = get_desk().validate(document)
        except SigningRefused as error:
            _refuse(error, as_json, get_language())
        if as_json:
            typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            typer.echo("\n".join(report_lines(report, translator(get_language()))))
        if report.outcome is not Outcome.SUCCESSFUL:
            raise typer.Exit(CHECK_FAILED)

    return app


def _require_target(target: Path, files: list[Path], replace: bool) -> None:
    if target.resolve() in {file.resolve() for file in files}:
        raise typer.BadParameter("the output must be another file than the input", param_hint="--out")
    if not target.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {target.parent}", param_hint="--out")
    if target.exists() and not replace:
        raise typer.BadParameter(f"{target} exists; --replace overwrites it", param_hint="--out")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read ({error.strerror})", param_hint="FILE") from error


def _refuse(error: SigningRefused, as_json: bool, language: str) -> NoReturn:
    text = translator(language)(f"signing.refused.{error.reason}")
    if as_json:
        typer.echo(json.dumps({"error": error.reason, "message": text, "detail": str(error)}, ensure_ascii=False))
    else:
        typer.echo(text, err=True)
    raise typer.Exit(CHECK_FAILED) from error
