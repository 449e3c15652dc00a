"""The duty of the time-stamping unit."""

from __future__ import annotations

import secrets

from openeoi.pki import time_stamps
from openeoi.pki.founding import FoundedAuthorities
from openeoi.pki.plans import Authority
from openeoi.pki.time_stamps import RequestRejected, StampFacts


class TimeStamping(FoundedAuthorities):
    """Answers requests with the time of the authorities' clock."""

    def time_stamp(self, request: bytes) -> bytes:
        """The TimeStampResp to a TimeStampReq, both DER; never raises for what a stranger may send."""
        try:
            asked = time_stamps.decode_request(request, self.plan.time_stamping_policy)
        except RequestRejected as rejected:
            return time_stamps.rejection(rejected)
        if not self._may_sign(Authority.TIME_STAMPING):
            self.found()
        with self._store.read() as transaction:
            key = self._signing(transaction, Authority.TIME_STAMPING)
            certificate = self._newest(transaction, Authority.TIME_STAMPING).certificate.content
        serial_number = int.from_bytes(secrets.token_bytes(time_stamps.SERIAL_SIZE), "big") | 1
        facts = StampFacts(self.plan.time_stamping_policy, serial_number, self._clock(), certificate, key.signature_algorithm)
        return time_stamps.build(asked, facts, self._sign_with(key))
