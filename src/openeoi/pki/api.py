"""What certificates point to, for machines: the authorities' certificates and revocation lists (RFC 2585: as DER over HTTP)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from asn1crypto import crl as asn1_crl
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi.pki.authorities import Authorities
from openeoi.pki.errors import AuthorityMissing
from openeoi.pki.plans import Authority

CERTIFICATE_TYPE = "application/pkix-cert"
REVOCATION_LIST_TYPE = "application/pkix-crl"


def routes(countries: Mapping[str, Authorities]) -> list[BaseRoute]:
    """`countries`: authorities by country code in small letters. To be mounted at the root; the paths begin with `/pki`."""

    def certificate(request: Request) -> Response:
        found = _asked_for(countries, request)
        if found is None:
            return _unknown()
        authorities, authority = found
        try:
            content = authorities.certificate(authority)
        except AuthorityMissing:
            return _unknown()
        return Response(content, media_type=CERTIFICATE_TYPE)

    def revocation_list(request: Request) -> Response:
        found = _asked_for(countries, request)
        if found is None or found[1] not in found[0].plan.issuers:
            return _unknown()
        authorities, authority = found
        try:
            content = authorities.crl(authority)
        except AuthorityMissing:
            return _unknown()
        return Response(content, media_type=REVOCATION_LIST_TYPE, headers=_freshness(content))

    return [
        Route("/pki/{country}/certificates/{authority}.cer", certificate, methods=["GET"]),
        Route("/pki/{country}/crl/{authority}.crl", revocation_list, methods=["GET"]),
    ]


def _asked_for(countries: Mapping[str, Authorities], request: Request) -> tuple[Authorities, Authority] | None:
    authorities = countries.get(request.path_params["country"])
    name = request.path_params["authority"]
    if authorities is None or name not in {one.authority.value for one in authorities.plan.definitions}:
        return None
    return authorities, Authority(name)


def _freshness(content: bytes) -> dict[str, str]:
    """A list is asked for again at every use (a revocation shows at once), and never kept after its next update (RFC 9111)."""
    body = asn1_crl.CertificateList.load(content)["tbs_cert_list"]
    times: tuple[datetime, datetime] = (body["this_update"].native, body["next_update"].native)
    modified, expires = (format_datetime(moment.astimezone(UTC), usegmt=True) for moment in times)
    return {"Last-Modified": modified, "Expires": expires, "Cache-Control": "no-cache"}


def _unknown() -> Response:
    return PlainTextResponse("There is no such authority here.\n", 404)
