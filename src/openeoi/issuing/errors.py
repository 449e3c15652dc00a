"""What the issuing office refuses, and why. None of these texts holds personal data or a secret."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from openeoi.errors import OpenEoiError


class IssuingError(OpenEoiError):
    """The root of what this office refuses; `key` names the text for people in the office's translations."""

    key = "issuing.error.other"

    @property
    def values(self) -> Mapping[str, object]:
        """What the text's placeholders are filled with."""
        return {}


@dataclasses.dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of a form and what is wrong with it: `key` of the text and the `values` of its placeholders."""

    field: str
    key: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)


class ApplicationInvalid(IssuingError):
    """The form cannot be accepted; `problems` tells each field at fault."""

    key = "issuing.error.application_invalid"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        self.problems = problems
        super().__init__("the application has errors at " + ", ".join(sorted({problem.field for problem in problems})))


class ApplicationUnknown(IssuingError):
    key = "issuing.error.application_unknown"

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(f"there is no application {reference}")

    @property
    def values(self) -> Mapping[str, object]:
        return {"reference": self.reference}


class DocumentUnknown(IssuingError):
    key = "issuing.error.document_unknown"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"there is no document {number}")

    @property
    def values(self) -> Mapping[str, object]:
        return {"number": self.number}


class WrongState(IssuingError):
    """The step does not follow the state: `subject` is in `state`, the step wants one of `wanted`."""

    key = "issuing.error.wrong_state"

    def __init__(self, subject: str, state: str, wanted: str) -> None:
        self.subject = subject
        self.state = state
        self.wanted = wanted
        super().__init__(f"{subject} is {state}, this step needs {wanted}")

    @property
    def values(self) -> Mapping[str, object]:
        return {"subject": self.subject, "state": self.state}


class SamePerson(IssuingError):
    """Four eyes: who approved may not release."""

    key = "issuing.error.same_person"

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference}: the person who approved cannot also release")


class RoleMissing(IssuingError):
    key = "issuing.error.role_missing"

    def __init__(self, staff: str, role: str) -> None:
        self.staff = staff
        self.role = role
        super().__init__(f"{staff} does not hold the role {role}")

    @property
    def values(self) -> Mapping[str, object]:
        return {"staff": self.staff, "role": self.role}


class StaffUnknown(IssuingError):
    key = "issuing.error.staff_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(f"nobody of the office is called {name}")


class StepFailed(IssuingError):
    """A step stopped because something below the office failed: the card, an authority, the storage. `reason` says what."""

    key = "issuing.error.step_failed"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)

    @property
    def values(self) -> Mapping[str, object]:
        return {"reason": self.reason}


class NoBlankCard(IssuingError):
    """The stock of blank cards is empty."""

    key = "issuing.error.no_blank_card"


class InProduction(IssuingError):
    """Another run works on this card until `until`; it can be taken over on purpose."""

    key = "issuing.error.in_production"

    def __init__(self, reference: str, until: datetime) -> None:
        self.until = until
        super().__init__(f"another run works on {reference} until {until:%H:%M:%S}; wait, or take it over")

    @property
    def values(self) -> Mapping[str, object]:
        return {"until": self.until}


class TakenOver(IssuingError):
    """This run was taken over by another one and must stop."""

    key = "issuing.error.taken_over"

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} is worked on by another run now; this one stops")


class QualityCheckFailed(IssuingError):
    """The finished card does not read back as it was made: `check` says where."""

    key = "issuing.error.quality_check"

    def __init__(self, check: str, reason: str) -> None:
        self.check = check
        self.reason = reason
        super().__init__(f"quality check, {check}: {reason}")

    @property
    def values(self) -> Mapping[str, object]:
        return {"check": self.check, "reason": self.reason}


class EnvelopeGone(IssuingError):
    """The envelope was printed already, or there is none: its secrets are no longer here."""

    key = "issuing.error.envelope_gone"

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference}: the envelope was printed before, its secrets are no longer kept")


class SealBroken(IssuingError):
    """A sealed value does not open: damaged, moved to another place, or sealed under another key."""

    key = "issuing.error.seal_broken"

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(f"the sealed value of {place} does not open: it was changed, or the office's secret is another one")

    @property
    def values(self) -> Mapping[str, object]:
        return {"place": self.place}


class BiometricsErased(IssuingError):
    """The photograph was erased; a card can no longer be made from this application."""

    key = "issuing.error.biometrics_erased"

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference}: the photograph was erased, a new application is needed")


class CardMissing(IssuingError):
    """The card with this serial number is not in the office's machine."""

    key = "issuing.error.card_missing"

    def __init__(self, serial: str) -> None:
        self.serial = serial
        super().__init__(f"card {serial} is not in the machine")

    @property
    def values(self) -> Mapping[str, object]:
        return {"serial": self.serial}
