"""The sample population of a first start: synthetic people, their cards made by the office's own duties, their entry at the
sample insurer.

What a person at the screen must know of the sample cards (PINs) is kept in `samples.json`: these cards are for trying out, and it
says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from openeoi.agent.pin_care import Activation, PinCare
from openeoi.encoding.national_numbers import Sex, synthetic_personal_number
from openeoi.health.insurer.sample_insurer import CHILD, IN_FORCE, NOT_IN_FORCE, SAMPLE_PEOPLE
from openeoi.issuing.portraits.model import Portrait
from openeoi.issuing.sample import sample_values
from openeoi.issuing.sample_issue import issue
from openeoi.issuing.sample_portrait import JANA, SAMPLES, jpeg
from openeoi.main.connections import person_identifier
from openeoi.main.errors import InstallationFileDamaged
from openeoi.protocols.pace.passwords import PacePassword

if TYPE_CHECKING:
    from openeoi.main.wiring import Offices
    from openeoi.storage.atomic_files import AtomicFile

NORM_PIN: Final = "111111"
SIG_PIN: Final = "222222"


@dataclass(frozen=True)
class SamplePerson:
    """`insured_number` "" for a person whom the sample insurer does not know."""

    surname: str
    given_names: str
    date_of_birth: date
    sex: Sex
    portrait: Portrait = field(repr=False)
    insured_number: str = ""
    activates: bool = True


JANA_VZOREC: Final = SamplePerson("VZOREC", "JANA", IN_FORCE.birth_date, Sex.FEMALE, JANA, IN_FORCE.insured_number)
OTHERS: Final = (
    SamplePerson(
        "PRIMER",
        "TONE",
        NOT_IN_FORCE.birth_date,
        Sex.MALE,
        SAMPLES["ivan"],
        NOT_IN_FORCE.insured_number,
    ),
    SamplePerson("NEZNANA-ŽUŽEK", "ŠPELA", date(1999, 2, 11), Sex.FEMALE, SAMPLES["ana"]),
    SamplePerson("VZOREC", "MAJ", CHILD.birth_date, Sex.MALE, SAMPLES["marko"], CHILD.insured_number, activates=False),
)


@dataclass(frozen=True)
class SampleCard:
    """A sample card and the secrets of trying it out; PINs are "" where the holder has none."""

    card: str
    document_number: str
    name: str
    access_number: str = field(repr=False)
    norm_pin: str = field(repr=False)
    sig_pin: str = field(repr=False)


class SampleIdentifiers:
    """The state's identifier service towards health, for the sample people: an identifier that health alone has -> insured
    number."""

    def __init__(self, file: AtomicFile, key: bytes) -> None:
        self._file = file
        self._key = key

    def insured_number(self, national_number: str) -> str | None:
        return self._load().get(person_identifier(self._key, "health", national_number))

    def require_whole(self) -> None:
        """Raises InstallationFileDamaged."""
        self._load()

    def enter(self, national_number: str, insured_number: str) -> None:
        self._file.save(
            json.dumps(self._load() | {person_identifier(self._key, "health", national_number): insured_number}).encode()
        )

    def _load(self) -> dict[str, str]:
        content = _content(self._file) or {}
        if not isinstance(content, dict):
            raise InstallationFileDamaged(str(self._file.path), "no object")
        return {str(name): str(value) for name, value in content.items()}


def sample_cards(offices: Offices) -> tuple[SampleCard, ...]:
    """Those made so far. Raises InstallationFileDamaged."""
    file = offices.installation.file("samples.json")
    content = _content(file) or []
    try:
        return tuple(SampleCard(**card) for card in content)  # type: ignore[attr-defined]  # what is no list of objects raises below
    except TypeError as error:
        raise InstallationFileDamaged(str(file.path), type(error).__name__) from None


def sample_pins(offices: Offices, card: str) -> tuple[str, str] | None:
    """PIN for logging in and PIN for signing; None for a card that is no sample or has none set by us."""
    found = next((sample for sample in sample_cards(offices) if sample.card == card and sample.norm_pin), None)
    return (found.norm_pin, found.sig_pin) if found else None


def make_samples(offices: Offices, tell: Callable[[str], None]) -> None:
    """Make what is still missing; the first card is put into the reader.

    `tell` hears the name of each person whose card is next.
    """
    offices.insurer.enter(*SAMPLE_PEOPLE)
    made = list(sample_cards(offices))
    done = {card.name for card in made}
    for person in (JANA_VZOREC, *OTHERS):
        name = f"{person.given_names} {person.surname}"
        if name in done:
            continue
        tell(name)
        made.append(make_sample(offices, person))
        offices.installation.file("samples.json").save(json.dumps([asdict(card) for card in made], ensure_ascii=False).encode())
    if not offices.reader.state.card and made:
        offices.reader.insert(made[0].card)


def make_sample(offices: Offices, person: SamplePerson) -> SampleCard:
    """One person's card, from the application to activated PINs, known to the sample insurer."""
    values = application_of(offices, person)
    issued = issue(offices.issuing, values, jpeg(person.portrait))
    if person.insured_number:
        offices.identifiers.enter(values["national_number"], person.insured_number)
    if person.activates:
        activate(offices, issued.card_serial, issued.access_number, issued.initial_password)
    pins = (NORM_PIN, SIG_PIN) if person.activates else ("", "")
    return SampleCard(
        issued.card_serial, issued.document_number, f"{person.given_names} {person.surname}", issued.access_number, *pins
    )


def application_of(offices: Offices, person: SamplePerson) -> dict[str, str]:
    """The specimen's form with this person's data; a synthetic number unless the person is the specimen."""
    values = sample_values(offices.profile)
    if (person.surname, person.given_names) == (values["surname"], values["given_names"]):
        return values
    scheme = offices.profile.number_scheme
    return values | {
        "surname": person.surname,
        "given_names": person.given_names,
        "date_of_birth": person.date_of_birth.isoformat(),
        "sex": person.sex.value,
        "national_number": synthetic_personal_number(person.date_of_birth, person.sex, 0, scheme.synthetic_register),
    }


def activate(offices: Offices, card: str, access_number: str, initial_password: str) -> None:
    """What the holder does at home: the card into the reader, the initial password from the envelope, two PINs."""
    before = offices.reader.state.card
    offices.reader.insert(card)
    try:
        with offices.agent.at(offices.reader).session() as session:
            session.unlock(PacePassword.from_can(access_number))
            PinCare(session, offices.profile.card).activate(Activation(initial_password, NORM_PIN, SIG_PIN))
    finally:
        if before:
            offices.reader.insert(before)


def _content(file: AtomicFile) -> object:
    try:
        return json.loads(file.load()) if file.exists() else None
    except ValueError as error:
        raise InstallationFileDamaged(str(file.path), type(error).__name__) from None
