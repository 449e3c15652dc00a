"""What a service's page and the holder's agent say to each other, carried by the browser in plain forms.

The page shows a form that POSTs field `request` (a CardRequest) to the agent; the agent asks the holder, drives the card, and
shows a form that POSTs field `response` (a CardResponse) to `return_to`. Both are base64url of strict JSON.

Rules for the agent, beyond what the values themselves refuse:

1. `require_sender(request, header)`: the browser's Origin header must be the request's origin.
2. The bytes to be signed for login and presence are built from the fields by `card_proof`, never taken from the page.
3. For `sign` the agent calls `card_proof.refuse_purpose_text` and hashes `to_be_signed` itself (SHA-384).
4. `certificate` signs nothing: it hands over the qualified certificate, which the CMS signed attributes must name.
5. PINs are typed in the agent only.
"""

from openeoi.protocols.browser_card.errors import ForeignOrigin, ForeignResponse, OperationNotDone
from openeoi.protocols.browser_card.request import (
    CardRequest,
    CertificateDetails,
    Details,
    DocumentDescription,
    Operation,
    SigningDetails,
    require_sender,
)
from openeoi.protocols.browser_card.response import CardResponse, ResponseOutcome

__all__ = [
    "CardRequest",
    "CardResponse",
    "CertificateDetails",
    "Details",
    "DocumentDescription",
    "ForeignOrigin",
    "ForeignResponse",
    "Operation",
    "OperationNotDone",
    "ResponseOutcome",
    "SigningDetails",
    "require_sender",
]
