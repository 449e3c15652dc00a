"""The steps of personalisation, in their order. Each may be done twice; each says why that does no harm."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com
from openeoi.encoding.mrz import mrz_information
from openeoi.encoding.pkcs15 import files as pkcs15_files
from openeoi.encoding.pkcs15.directory import ApplicationRecord, encode_directory
from openeoi.errors import OpenEoiError
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.issuing import envelope, fingerprints, secrets
from openeoi.issuing.chip_protocols import card_access, card_security_infos, make_chip_keys
from openeoi.issuing.credential_files import credential_files
from openeoi.issuing.decision import LEFT_PRINT, RIGHT_PRINT, place
from openeoi.issuing.document_files import travel_document
from openeoi.issuing.life import DocumentState, Step
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation_run import Done, Run
from openeoi.issuing.ports import PrintedCard
from openeoi.issuing.quality_check import read_back
from openeoi.issuing.store import DocumentRecord, Transaction
from openeoi.pki.holders import HolderCertificateRequest
from openeoi.protocols.personalisation.applications import Application as ChipApplication
from openeoi.protocols.personalisation.shared import KeyRole, LifeCycle, SecretRole
from openeoi.protocols.personalisation.terminal import (
    generate_key,
    open_office_channel,
    read_life_cycle,
    set_secret,
    set_state,
    write_file,
)
from openeoi.transport import run as drive

CERTIFICATE_NUMBER_LENGTH = 13

_RECORDS = {
    ChipApplication.PINLESS: ApplicationRecord(pkcs15_files.AID_PINLESS, pkcs15_files.LABEL_PINLESS),
    ChipApplication.SIGN_AND_LOGIN: ApplicationRecord(pkcs15_files.AID_SIGN_AND_LOGIN, pkcs15_files.LABEL_SIGN_AND_LOGIN),
}


@dataclass(frozen=True, slots=True)
class PersonalisationStep:
    name: str
    do: Callable[[Run], Done]


def reserve_numbers(run: Run) -> Done:
    """Document number without gaps, opaque certificate number, dates by age. Twice: the transaction is one, so once in effect."""
    office, now = run.office, run.office.clock()
    today = now.date()
    rule = office.profile.validity(run.application.person.date_of_birth, today)

    def add(work: Transaction) -> None:
        work.add_document(
            DocumentRecord(
                number=office.profile.card.document_numbers.number(work.count_up("document")),
                application=run.reference,
                state=DocumentState.IN_PRODUCTION,
                certificate_number=secrets.digits(CERTIFICATE_NUMBER_LENGTH, office.random),
                issued_on=today,
                expires_on=rule.expires_on,
                certificates_until=rule.certificates_expire_on,
                card_serial=None,
                changed_at=now,
                reason=None,
            )
        )

    return Done({"personalised_at": now.replace(microsecond=0).isoformat()}, add)


def take_fingerprints(run: Run) -> Done:
    """Where the chip is to hold them, by the holder's age. Twice: the first ones are replaced, they are on no chip yet."""
    office, document, born = run.office, run.document, run.application.person.date_of_birth
    rule = office.profile.validity(born, document.issued_on)
    if not (rule.fingerprints and office.profile.card.document.terminal_authentication):
        return Done({"taken": False})
    prints = {kind: fingerprints.draw(office.random(fingerprints.SEED_SIZE)) for kind in (RIGHT_PRINT, LEFT_PRINT)}

    def keep(work: Transaction) -> None:
        for kind, content in prints.items():
            sealed = office.seal.close(content, place(kind, run.reference))
            work.sealed.put_picture(run.reference, kind, sealed, office.clock())

    return Done({"taken": True}, keep)


def take_blank_card(run: Run) -> Done:
    """Twice: the stock gives the same card for the same document number."""
    number = run.document.number
    card = run.office.blank_cards.take(number, run.office.profile.card)
    return Done({"serial": card.serial}, lambda work: work.set_card(number, card.serial))


def draw_secrets(run: Run) -> Done:
    """Twice: nothing was on the chip yet, the stored ones are replaced."""
    drawn = secrets.draw(run.office.profile, run.office.random)
    return Done({}, lambda work: envelope.keep(run.office, work, run.reference, drawn))


def generate_keys(run: Run) -> Done:
    """On the chip; private keys never leave it. Twice: the new pairs replace the old ones, which nobody certified."""
    card = run.office.profile.card
    trust_point = run.office.authorities.trust_point() if card.document.terminal_authentication else None
    keys = run.on_chip(make_chip_keys(card, trust_point, run.document.issued_on))
    return Done({role.value: run.on_chip(generate_key(KeyRole(role.value))).hex() for role in run.roles} | keys.as_texts())


def issue_certificates(run: Run) -> Done:
    """Twice: the authorities give back what they issued for the same number and keys."""
    document = run.document
    if document.certificates_until is None:
        return Done({})
    issued = run.office.authorities.issue_holder_certificates(_request(run, document, document.certificates_until))
    return Done(
        {role.value: [one.certificate.hex(), *(above.hex() for above in one.chain)] for role, one in issued.by_role.items()}
    )


def sign_data_groups(run: Run) -> Done:
    """The document signer's EF.SOD, and EF.CardSecurity where there is one. Twice: a second signature over the same."""
    infos = card_security_infos(run.office.profile.card, run.chip_keys)
    return Done(
        {
            "sod": run.office.authorities.sign_security_object(run.data_groups()).hex(),
            "card_security": run.office.authorities.sign_card_security(infos).hex() if infos else "",
        }
    )


def write_files(run: Run) -> Done:
    """Twice: a file that is there is replaced."""
    groups = run.data_groups()
    travel = {lds.data_group(number).file_id: content for number, content in groups.items()}
    travel[lds.COM.file_id] = Com(tuple(sorted(groups))).encode()
    travel[lds.SOD.file_id] = bytes.fromhex(run.text("sign_data_groups", "sod"))
    main = {lds.CARD_ACCESS.file_id: card_access(run.office.profile.card)}
    card_security = bytes.fromhex(run.text("sign_data_groups", "card_security"))
    if card_security:
        main[lds.CARD_SECURITY.file_id] = card_security
    chains = {role: run.chain(role) for role in run.roles}
    at = run.moment("reserve_numbers", "personalised_at")
    credentials = credential_files(run.office.profile.card, run.card.serial, chains, at)
    if credentials:  # EF.DIR lists the applications that are there; a card without electronic part has none
        main[pkcs15_files.DIRECTORY] = encode_directory(_RECORDS[application] for application in credentials)
    content = {
        ChipApplication.MASTER_FILE: main,
        ChipApplication.TRAVEL_DOCUMENT: travel,
        **credentials,
    }
    extended = not run.office.profile.card.options.short_length_only
    for application, files in content.items():
        for file_id, raw in files.items():
            run.on_chip(write_file(application, file_id, raw, extended=extended))
    return Done({"files": sum(len(files) for files in content.values())})


def set_secrets(run: Run) -> Done:
    """Twice: the same values again; they were stored before."""
    kept = run.secrets
    zone = travel_document(run.application, run.document, run.office.profile)
    values = {
        SecretRole.CAN: kept.access_number,
        SecretRole.MRZ_INFORMATION: mrz_information(zone),
        SecretRole.PUK: kept.puk,
        SecretRole.INITIAL_PASSWORD: kept.initial_password,
    }
    for role, value in values.items():
        run.on_chip(set_secret(role, (value or "").encode("ascii")))
    return Done({})


def close_chip(run: Run) -> Done:
    """The chip closes itself for writing. Twice: it is asked for its state first."""
    if run.on_chip(read_life_cycle()) is LifeCycle.BLANK:
        run.on_chip(set_state(LifeCycle.PERSONALISED))
    run.drop_channel()
    return Done({})


def print_card(run: Run) -> Done:
    """Twice: the printer gets the same again."""
    document, person = run.document, run.application.person
    zone = travel_document(run.application, document, run.office.profile)
    printed = PrintedCard(
        document_number=document.number,
        surname=person.surname,
        given_names=person.given_names,
        sex=person.sex.value,
        nationality=run.office.profile.issuing_state,
        date_of_birth=person.date_of_birth,
        place_of_birth=person.place_of_birth,
        issued_on=document.issued_on,
        expires_on=document.expires_on,
        national_number=person.national_number,
        address=run.application.address.lines,
        authority=run.application.administrative_unit,
        access_number=run.secrets.access_number or "",
        mrz=zone.encode(),
        portrait=run.office_picture,
        specimen=run.application.specimen,
    )
    run.office.printer.print(run.card.serial, printed)
    return Done({})


def check_quality(run: Run) -> Done:
    """Reads the card back as any terminal would. Changes nothing."""
    certificates = {role: run.chain(role) for role in run.roles}
    return Done({"checks": list(read_back(run, run.data_groups(), certificates))})


def finish(run: Run) -> Done:
    """Application and document change state together with the record of this step."""
    number = run.document.number

    def move(work: Transaction) -> None:
        now = run.office.clock()
        work.set_document_state(number, DocumentState.PERSONALISED, now, run.access)
        work.move(run.reference, Step.FINISH, run.access, now)

    return Done({}, move)


STEPS = (
    PersonalisationStep("reserve_numbers", reserve_numbers),
    PersonalisationStep("take_fingerprints", take_fingerprints),
    PersonalisationStep("take_blank_card", take_blank_card),
    PersonalisationStep("draw_secrets", draw_secrets),
    PersonalisationStep("generate_keys", generate_keys),
    PersonalisationStep("issue_certificates", issue_certificates),
    PersonalisationStep("sign_data_groups", sign_data_groups),
    PersonalisationStep("write_files", write_files),
    PersonalisationStep("set_secrets", set_secrets),
    PersonalisationStep("close_chip", close_chip),
    PersonalisationStep("print_card", print_card),
    PersonalisationStep("check_quality", check_quality),
    PersonalisationStep("finish", finish),
)


def destroy_card(office: IssuingOffice, document: DocumentRecord) -> bool:
    """Terminate the chip, destroy the card; whether the chip still answered. A chip that does not answer is destroyed as well."""
    if document.card_serial is None:
        return False
    try:
        card = office.blank_cards.card(document.card_serial)
        drive(_terminate(office, card.office_key), card.transport)
        answered = True
    except OpenEoiError:
        answered = False  # told to the caller, who logs it
    office.blank_cards.destroy(document.card_serial)
    return answered


def _terminate(office: IssuingOffice, office_key: bytes) -> CardSteps[None]:
    channel = yield from open_office_channel(office_key, office.random)
    if (yield from through(channel, read_life_cycle())) is not LifeCycle.TERMINATED:
        yield from through(channel, set_state(LifeCycle.TERMINATED))


def _request(run: Run, document: DocumentRecord, until: date) -> HolderCertificateRequest:
    person = run.application.person
    start = run.moment("reserve_numbers", "personalised_at")
    return HolderCertificateRequest(
        given_name=person.given_names,
        surname=person.surname,
        certificate_number=document.certificate_number,
        not_before=start,
        not_after=datetime.combine(until, start.timetz()),  # whole years, so within every lifetime the profile states
        public_keys={role: bytes.fromhex(run.text("generate_keys", role.value)) for role in run.roles},
    )
