"""What a document says about its signatures, before anyone is asked about trust lists or revocation: facts, no verdicts.

`examination.examine` makes them. They travel as JSON, since documents are examined in a process of their own (`bounded`).
"""

from dataclasses import asdict, dataclass, field
from typing import Any

MOST_SIGNATURES = 20
MOST_CERTIFICATES = 20
LARGEST_DOCUMENT = 32 * 1024 * 1024
_LONGEST_TEXT = 200


@dataclass(frozen=True)
class SignatureFindings:
    """One signature field.

    `problem` is a code when the signature could not be examined at all. `certificate` is the signer's, in base64 of DER;
    `coverage` and `changes` are pyHanko's names of SignatureCoverageLevel and ModificationLevel, or ALL_FILES and SOME_FILES of a
    container; `names_signer`: the signed part names the signer's certificate; `place_clean`: the place left
    out of the signed bytes holds the signature and nothing else; `trust_problem` the sub-indication of ETSI EN 319 102-1 when no
    trusted chain was found; `claimed_time` is the signer's own word, in ISO 8601. `stamp_time` is
    that of a time stamp over the signature, "" where there is none; with a `stamp_problem` (a code) it proves nothing.
    """

    field_name: str
    problem: str = ""
    certificate: str = field(default="", repr=False)
    intact: bool = False
    valid: bool = False
    coverage: str = ""
    place_clean: bool = False
    changes: str = ""
    changes_allowed: bool = False
    names_signer: bool = True
    trusted: bool = False
    trust_problem: str = ""
    claimed_time: str = ""
    subfilter: str = ""
    stamp_time: str = ""
    stamp_problem: str = ""
    digest_algorithm: str = ""
    signature_algorithm: str = ""


@dataclass(frozen=True)
class DocumentFindings:
    """`problem` is a code when the document could not be read; otherwise its signatures in the order of signing, the number of
    pages a PDF says it has, the names of the files in a container."""

    problem: str = ""
    signatures: tuple[SignatureFindings, ...] = ()
    pages: int = 0
    files: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "DocumentFindings":
        signatures = tuple(SignatureFindings(**one) for one in value["signatures"])
        return cls(value["problem"], signatures, value["pages"], tuple(value["files"]))


def shown(text: object) -> str:
    """A text of the document, cut and without characters that cannot be shown."""
    return "".join(character if character.isprintable() else "\ufffd" for character in str(text)[:_LONGEST_TEXT])
