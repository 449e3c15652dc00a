"""The authorities of each state as a tree, with what a relying party downloads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from openeoi.pki import api
from openeoi.pki.authorities import Authorities
from openeoi.pki.certificate_profiles import Attribute
from openeoi.pki.plans import Authority, AuthorityDefinition
from openeoi.pki.store import StoredAuthority
from openeoi.web.figures import CertificatePicture
from openeoi.web.kit import WebKit
from openeoi.web.translation import Translator


@dataclass(frozen=True, slots=True)
class Download:
    """One row of the table: an authority and the addresses of its files ("" where it has no list)."""

    name: str
    certificate: str
    revocation_list: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class State:
    country_code: str
    organization: str
    trees: tuple[CertificatePicture, ...]
    downloads: tuple[Download, ...]


def routes(countries: Mapping[str, Authorities], kit: WebKit) -> list[BaseRoute]:
    """Pages and files. `countries`: authorities by country code in small letters. To be mounted at the root."""

    def overview(request: Request) -> Response:
        translator = kit.translator(request)
        states = [_state(authorities, translator) for authorities in countries.values()]
        return kit.page(request, "pki/overview.html", states=states)

    return [Route("/pki", overview, methods=["GET"]), *api.routes(countries)]


def _state(authorities: Authorities, t: Translator) -> State:
    newest = {one.authority: one for one in authorities.generations()}
    plan = authorities.plan
    return State(
        country_code=plan.country_code,
        organization=dict(plan.definitions[0].subject)[Attribute.ORGANIZATION],
        trees=tuple(
            _picture(definition, newest, authorities, t)
            for definition in plan.definitions
            if definition.is_root and definition.authority in newest
        ),
        downloads=tuple(_download(plan.definition(authority), stored) for authority, stored in newest.items()),
    )


def _picture(
    definition: AuthorityDefinition, newest: Mapping[Authority, StoredAuthority], authorities: Authorities, t: Translator
) -> CertificatePicture:
    certificate = newest[definition.authority].certificate
    below = [
        one
        for one in authorities.plan.definitions
        if one.issuer is definition.authority and not one.is_root and one.authority in newest
    ]
    return CertificatePicture(
        subject=dict(definition.subject)[Attribute.COMMON_NAME],
        details=(
            (t("pki.overview.duty"), t(f"pki.authority.{definition.authority}")),
            (t("pki.overview.key"), definition.key_algorithm.value),
            (t("pki.overview.valid_until"), t.date(certificate.not_after)),
            (t("pki.overview.signs_until"), t.date(newest[definition.authority].signs_until)),
        ),
        issued=tuple(_picture(one, newest, authorities, t) for one in below),
    )


def _download(definition: AuthorityDefinition, stored: StoredAuthority) -> Download:
    country = dict(definition.subject)[Attribute.COUNTRY].lower()
    return Download(
        name=dict(definition.subject)[Attribute.COMMON_NAME],
        certificate=f"/pki/{country}/certificates/{definition.authority}.cer",
        revocation_list=f"/pki/{country}/crl/{definition.authority}.crl" if definition.issues_certificates else "",
        fingerprint=hashlib.sha256(stored.certificate.content).hexdigest().upper(),
    )
