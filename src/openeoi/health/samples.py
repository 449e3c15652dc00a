"""Sample organisations and professionals, for the screens of a test system. Their PINs stand here for everyone to read."""

from __future__ import annotations

from openeoi.crypto.randomness import RandomSource
from openeoi.health import store
from openeoi.health.sessions import stored_pin
from openeoi.health.values import Organisation, OrganisationKind, Professional, ProfessionalRole
from openeoi.storage.database import Database

CLINIC = Organisation("ZD-VZOREC", "Zdravstveni dom Vzorec", OrganisationKind.CLINIC)
PHARMACY = Organisation("LEK-VZOREC", "Lekarna Vzorec", OrganisationKind.PHARMACY)
PORTAL = Organisation("PORTAL", "Portal za paciente", OrganisationKind.PORTAL)
BLOCKED = Organisation("ZD-ZAPRTO", "Zaprta ambulanta", OrganisationKind.CLINIC, is_blocked=True)
RECEPTIONIST = Professional("ZD-1001", "Rok Sprejemnik", ProfessionalRole.RECEPTION, CLINIC.number)
DOCTOR = Professional("ZD-1002", "dr. Vida Zdravnica", ProfessionalRole.DOCTOR, CLINIC.number)
PHARMACIST = Professional("LEK-2001", "Miha Farmacevt, mag. farm.", ProfessionalRole.PHARMACIST, PHARMACY.number)
HOLDER = Professional("HOLDER", "-", ProfessionalRole.HOLDER, PORTAL.number)
SAMPLE_PIN = "1234"


def enter_samples(database: Database, random: RandomSource) -> None:
    """Idempotent: what is there stays as it is, PIN counters included."""
    with database.begin() as connection:
        for organisation in (CLINIC, PHARMACY, PORTAL, BLOCKED):
            if store.find_organisation(connection, organisation.number) is None:
                store.put_organisation(connection, organisation)
        for professional in (RECEPTIONIST, DOCTOR, PHARMACIST):
            if store.find_professional(connection, professional.professional_id) is None:
                store.put_professional(connection, professional, stored_pin(SAMPLE_PIN, random))
