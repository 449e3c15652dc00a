"""How the command line says that a command was not done: one line, or JSON with `--json`; never a traceback.

What typer raises is its own: since 0.20 it carries a copy of click, so that `click.exceptions` are other classes.
"""

from __future__ import annotations

from typer.exceptions import Abort, TyperException

from openeoi.main import output
from openeoi.main.explanations import explain, fields_of, terminal_language, translator
from openeoi.web.translation import Translator


def say(error: Exception, as_json: bool) -> int:
    """Says the error; the exit code."""
    t = translator(terminal_language())
    if isinstance(error, TyperException):
        return _say_usage(error, t, as_json)
    if isinstance(error, Abort):  # typer's word for the end of the input where an answer was expected
        text, code = t("main.error.NoAnswer"), output.WRONG_USE
    else:
        explanation = explain(error)
        text, code = explanation.text, explanation.exit_code
    if as_json:
        output.as_json({"error": type(error).__name__, "message": text, **fields_of(error)})
    else:
        output.say_error(text)
    return code


def say_interrupted() -> None:
    output.say_error(translator(terminal_language())("main.interrupted"))


def _say_usage(error: TyperException, t: Translator, as_json: bool) -> int:
    """The command's usage line, what is wrong, and where to read more."""
    name, context = type(error).__name__, getattr(error, "ctx", None)
    if name == "NoArgsIsHelpError":  # its message is the help text
        output.say_error(error.format_message())
        return output.WRONG_USE
    key, hint = f"main.usage.{name}", _hint(error)
    known = t.knows(key) and (bool(hint) or hasattr(error, "option_name"))
    problem = t(
        key if known else "main.usage.UsageError",
        message=error.message.rstrip(".") if known else error.format_message(),
        option=getattr(error, "option_name", ""),
        hint=hint,
    )
    if as_json:
        output.as_json({"error": name, "message": problem})
        return output.WRONG_USE
    if context is not None:
        output.say_error(context.get_usage())
        problem = f"{problem} {t('main.usage.help', command=context.command_path)}"
    output.say_error(problem)
    return output.WRONG_USE


def _hint(error: TyperException) -> str:
    """Which option or argument is meant."""
    parameter = getattr(error, "param", None)
    hint = getattr(error, "param_hint", None) or (parameter.get_error_hint() if parameter is not None else "")
    return str(hint).strip("'")
