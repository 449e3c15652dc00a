"""The login itself: the challenge, the card's answer, and every check between them.

Order of the checks, each with its own error: state -> challenge used once -> its two minutes -> the agent says done -> signature
-> chain, level, policy, usages, validity -> status -> person. A challenge is used up by the first answer, right or wrong.

The browser may reach the answer's address without this site's cookie (a form posted by an agent on another site), so the steps
are bound to one browser by two secrets: `browser`, kept in the session that began the login, and `continuation`, given to whoever
posted the accepted answer. Consent needs both: an answer that somebody else's browser posted helps nobody.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.login import store
from openeoi.login.assurance import LevelOfAssurance
from openeoi.login.certificates import LoginCertificate, check_certificate, check_status
from openeoi.login.errors import (
    AnswerUnreadable,
    CardNotUsed,
    CertificateUnreadable,
    ChallengeExpired,
    ChallengeUsed,
    LoginRefused,
    OtherBrowser,
    PersonUnknown,
    SignatureWrong,
    TransactionUnknown,
)
from openeoi.login.ports import Person, PersonResolver
from openeoi.login.values import Identity, Stage, Transaction
from openeoi.protocols.browser_card import CardRequest, CardResponse, Operation, OperationNotDone
from openeoi.protocols.card_proof import (
    CertificateUnusable,
    LoginText,
    ProofExpired,
    ProofNotYetValid,
    ProofSignatureInvalid,
    require_current,
    verify,
)
from openeoi.protocols.holder_certificate import CertificateStatus, TrustedIssuers
from openeoi.storage.audit import AuditChain, AuditEntry
from openeoi.storage.database import Database

CHALLENGE_LIFETIME = timedelta(minutes=2)
TRANSACTION_LIFETIME = timedelta(minutes=15)
_SECRET_SIZE = 32


@dataclass(frozen=True)
class Begun:
    """A login that waits for the card; `browser_secret` belongs into the visitor's session."""

    transaction_id: str
    browser_secret: str = field(repr=False)


@dataclass(frozen=True)
class Accepted:
    """The card's answer was accepted; `continuation` belongs into the address that the posting browser goes to next."""

    transaction_id: str
    continuation: str = field(repr=False)


@dataclass(frozen=True)
class CardLogin:
    """The duty of logging in with a card. `origin` is the provider's web origin, `answer_address` where the agent returns to."""

    database: Database
    origin: str
    answer_address: str
    clock: Callable[[], datetime]
    random: RandomSource
    issuers: TrustedIssuers
    status: CertificateStatus
    resolve: PersonResolver

    def begin(self, client_id: str, parameters: Mapping[str, str], level: LevelOfAssurance) -> Begun:
        """Open a transaction for a checked authorization request."""
        begun = Begun(self._secret(), self._secret())
        now = self._now()
        browser_hash = _hash(begun.browser_secret)
        expires_at = now + TRANSACTION_LIFETIME
        with self.database.begin() as connection:
            store.forget_expired(connection, now)
            transaction = Transaction(begun.transaction_id, client_id, parameters, level, browser_hash, expires_at)
            store.add_transaction(connection, transaction)
        return begun

    def transaction(self, transaction_id: str, browser_secret: str) -> Transaction:
        """The transaction, for the browser that began it. Raises TransactionUnknown, OtherBrowser."""
        with self.database.read() as connection:
            found = store.find_transaction(connection, transaction_id)
        if found is None or self._now() >= found.expires_at or found.stage is Stage.FINISHED:
            raise TransactionUnknown("no such login is under way")
        if not compare_digest(found.browser_hash, _hash(browser_secret)):
            raise OtherBrowser("the login was begun in another browser")
        return found

    def challenge(self, transaction: Transaction) -> CardRequest:
        """A new challenge for the agent; the one before dies."""
        now = self._now()
        state = self._secret()
        text = LoginText(self.origin, transaction.client_id, self.random(_SECRET_SIZE), now, now + CHALLENGE_LIFETIME)
        with self.database.begin() as connection:
            if not store.set_challenge(connection, transaction.transaction_id, _hash(state), text.encode()):
                raise TransactionUnknown("the login is past its challenge")
        return CardRequest(Operation.LOGIN, transaction.level.role, self.origin, self.answer_address, state, text)

    def answer(self, form_field: str) -> Accepted:
        """Check the agent's response. Raises a LoginRefused; refusals of known transactions are audited."""
        try:
            response = CardResponse.decode(form_field)
        except DecodingError as error:
            raise AnswerUnreadable("the posted field is no response of an agent") from error
        transaction = self._take(response.state)
        try:
            person, certificate = self._check(transaction, response)
        except LoginRefused as refusal:
            refusal.transaction_id = transaction.transaction_id
            self._audit(transaction, "login-refused", "", {"reason": refusal.reason})
            raise
        identity = Identity(person.person_id, certificate.number, transaction.level, self._now())
        continuation = self._secret()
        with self.database.begin() as connection:
            if not store.set_identity(connection, transaction.transaction_id, identity, _hash(continuation)):
                raise TransactionUnknown("the login was restarted meanwhile")
        self._audit(transaction, "card-accepted", person.person_id, {})
        return Accepted(transaction.transaction_id, continuation)

    def verified(self, transaction_id: str, browser_secret: str, continuation: str) -> tuple[Transaction, Identity]:
        """The transaction whose card was accepted, for the browser that began it and posted the answer."""
        transaction = self.transaction(transaction_id, browser_secret)
        if transaction.stage is not Stage.VERIFIED or transaction.identity is None:
            raise TransactionUnknown("no card was accepted for this login")
        if not compare_digest(transaction.continuation_hash, _hash(continuation)):
            raise OtherBrowser("the card's answer came from another browser")
        return transaction, transaction.identity

    def finish(self, transaction: Transaction) -> None:
        """The transaction ends, with a code or without. Raises TransactionUnknown when it has ended already."""
        with self.database.begin() as connection:
            if not store.advance(connection, transaction.transaction_id, transaction.stage, Stage.FINISHED):
                raise TransactionUnknown("the login has ended already")

    def _take(self, state: str) -> Transaction:
        with self.database.begin() as connection:
            transaction = store.find_transaction_by_state(connection, _hash(state))
            if transaction is None:
                raise TransactionUnknown("no login with that state")
            if not store.advance(connection, transaction.transaction_id, Stage.CHALLENGED, Stage.ANSWERED):
                raise ChallengeUsed("the challenge was answered before")
        return transaction

    def _check(self, transaction: Transaction, response: CardResponse) -> tuple[Person, LoginCertificate]:
        text = LoginText.decode(transaction.challenge)
        now = self._now()
        try:
            require_current(text, now)
        except (ProofExpired, ProofNotYetValid) as error:
            raise ChallengeExpired("the answer came after the challenge's two minutes") from error
        try:
            response.require_done()
            verify(text, response.signature, response.certificate)
        except OperationNotDone as error:
            raise CardNotUsed(str(error)) from error
        except ProofSignatureInvalid as error:
            raise SignatureWrong(str(error)) from error
        except CertificateUnusable as error:
            raise CertificateUnreadable(str(error)) from error
        certificate = check_certificate(response.certificate, transaction.level.role, self.issuers(), now)
        check_status(certificate, self.status)
        person = self.resolve(certificate.number)
        if person is None:
            raise PersonUnknown("no person belongs to the certificate's number")
        return person, certificate

    def _audit(self, transaction: Transaction, action: str, subject: str, details: Mapping[str, str]) -> None:
        entry = AuditEntry(
            actor=transaction.client_id,
            role="service",
            purpose="login",
            action=action,
            subject=subject,
            details={"level": transaction.level.word, **details},
        )
        with self.database.begin() as connection:
            AuditChain(self.clock).append(connection, entry)

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self.random(_SECRET_SIZE)).rstrip(b"=").decode()

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
