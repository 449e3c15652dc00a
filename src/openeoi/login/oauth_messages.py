"""Requests and responses of the OAuth endpoints as values, so that neither Authlib nor the checks know the web framework."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749.requests import OAuth2Payload

_LONGEST_REQUEST = 8192
# RFC 6749, appendix A: VSCHAR and space, without the quote and backslash that error descriptions may not hold.
_ALLOWED = frozenset(map(chr, range(0x20, 0x7F))) - {'"', "\\"}


@dataclass(frozen=True)
class OAuthResponse:
    """`body` is a JSON object, or text; `headers` name each header once."""

    status: int
    body: Mapping[str, object] | str = field(repr=False)
    headers: Mapping[str, str]


def is_well_formed(parameters: Mapping[str, Sequence[str]]) -> bool:
    """No parameter twice (RFC 6749, 3.1 and 3.2), none with characters outside the grammar, not longer than any real request."""
    if sum(len(name) + sum(map(len, values)) for name, values in parameters.items()) > _LONGEST_REQUEST:
        return False
    return all(len(values) == 1 and _ALLOWED.issuperset(values[0]) for values in parameters.values())


class _Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = dict(parameters)

    @property
    def data(self) -> dict[str, str]:
        return self._parameters

    @property
    def datalist(self) -> "defaultdict[str, list[str]]":
        return defaultdict(list, {name: [value] for name, value in self._parameters.items()})


class ProviderRequest(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """A request to one of the endpoints; `parameters` are those of the query (GET) or the form (POST), each once."""

    def __init__(self, method: str, parameters: Mapping[str, str], authorization: str | None = None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization}
        # Authlib asks for https here. Whether plain http is allowed (on loopback only) is decided once, for the issuer's origin.
        super().__init__(method, "https://provider.invalid/", headers=headers)
        self.payload = _Payload(parameters)

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data) if self.method == "GET" else {}

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data) if self.method == "POST" else {}
