"""What certificates point to, for machines: the authorities' certificates and revocation lists (RFC 2585: as DER over HTTP),
answers about status (RFC 6960, appendix A), time stamps (RFC 3161, 3.4)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from asn1crypto import crl as asn1_crl
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi.pki.authorities import Authorities
from openeoi.pki.errors import AuthorityMissing
from openeoi.pki.plans import Authority
from openeoi.web.forms import body

CERTIFICATE_TYPE = "application/pkix-cert"
REVOCATION_LIST_TYPE = "application/pkix-crl"
STATUS_TYPE = "application/ocsp-response"
TIME_STAMP_QUERY_TYPE = "application/timestamp-query"
TIME_STAMP_TYPE = "application/timestamp-reply"

# Machines post OCSP requests without a session: `web.kit.Settings.cross_site` needs these paths.
CROSS_SITE: Final = ("/pki/",)


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

    def status(request: Request) -> Response:
        authorities = countries.get(request.path_params["country"])
        if authorities is None:
            return _unknown()
        asked = body(request) if request.method == "POST" else _from_path(request.path_params["question"])
        # Asked again at every use, so that a revocation shows at once.
        return Response(authorities.answer_status(asked), media_type=STATUS_TYPE, headers={"Cache-Control": "no-cache"})

    def time_stamp(request: Request) -> Response:
        authorities = countries.get(request.path_params["country"])
        if authorities is None:
            return _unknown()
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TIME_STAMP_QUERY_TYPE:
            return PlainTextResponse(f"A request is sent as {TIME_STAMP_QUERY_TYPE}.\n", 415)
        answer = authorities.time_stamp(body(request))
        return Response(answer, media_type=TIME_STAMP_TYPE, headers={"Cache-Control": "no-store"})

    return [
        Route("/pki/{country}/timestamps", time_stamp, methods=["POST"]),
        Route("/pki/{country}/ocsp", status, methods=["POST"]),
        Route("/pki/{country}/ocsp/{question:path}", status, methods=["GET"]),
        Route("/pki/{country}/certificates/{authority}.cer", certificate, methods=["GET"]),
        Route("/pki/{country}/crl/{authority}.crl", revocation_list, methods=["GET"]),
    ]


def _asked_for(countries: Mapping[str, Authorities], request: Request) -> tuple[Authorities, Authority] | None:
    authorities = countries.get(request.path_params["country"])
    name = request.path_params["authority"]
    if authorities is None or name not in {one.authority.value for one in authorities.plan.definitions}:
        return None
    return authorities, Authority(name)


def _from_path(question: str) -> bytes:
    """The request of a GET (RFC 6960, A.1): base64, already without its percent signs. b"" where it is none."""
    try:
        return base64.b64decode(question, validate=True)
    except ValueError:
        return b""


def _freshness(content: bytes) -> dict[str, str]:
    """A list is asked for again at every use (a revocation shows at once), and never kept after its next update (RFC 9111)."""
    body = asn1_crl.CertificateList.load(content)["tbs_cert_list"]
    times: tuple[datetime, datetime] = (body["this_update"].native, body["next_update"].native)
    modified, expires = (format_datetime(moment.astimezone(UTC), usegmt=True) for moment in times)
    return {"Last-Modified": modified, "Expires": expires, "Cache-Control": "no-cache"}


def _unknown() -> Response:
    return PlainTextResponse("There is no such authority here.\n", 404)
