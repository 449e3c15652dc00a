"""The desk's texts outside the web: for commands and for reports that are printed."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from openeoi.signing.validation import SignatureReport, ValidationReport
from openeoi.web.translation import Translator, load_catalogue


def translator(language: str) -> Translator:
    """`language` is sl or en."""
    folder = Path(str(resources.files("openeoi.signing") / "translations"))
    return Translator(load_catalogue(language, [folder / f"{language}.po"]))


def report_lines(report: ValidationReport, t: Translator) -> Iterator[str]:
    """The report in words: the verdict, then each signature with its checks."""
    yield t(f"signing.verdict.{report.headline}")
    if report.problem:
        yield t(f"signing.reason.{report.problem}")
    for number, signature in enumerate(report.signatures, 1):
        yield ""
        yield from _signature_lines(number, signature, t)


def _signature_lines(number: int, signature: SignatureReport, t: Translator) -> Iterator[str]:
    yield t("signing.report.signature", number=number, signer=signature.signer or "?")
    yield f"  {signature.indication.value} {signature.sub_indication}".rstrip()
    if signature.claimed_time:
        yield f"  {t('signing.report.claimed_time')}: {signature.claimed_time}"
    if signature.stamped_at:
        yield f"  {t('signing.report.stamped_at')}: {signature.stamped_at}"
    for check in signature.checks:
        reason = f" ({t(f'signing.reason.{check.reason}')})" if check.reason else ""
        yield f"  {t(f'signing.check.{check.name}')}: {t(f'signing.outcome.{check.outcome.value}')}{reason}"
