"""What the authorities refuse, and what can be wrong with their keys and certificates."""

from __future__ import annotations

from openeoi.errors import OpenEoiError


class PkiError(OpenEoiError):
    """Root of everything that `pki` raises on purpose."""


class StateUnknown(PkiError):
    """There are no authorities of this state here; `known` are those that are there."""

    def __init__(self, state: str, states: tuple[str, ...]) -> None:
        self.state = state
        self.known = ", ".join(states)
        super().__init__(f"there is no state {state} here; there are {self.known}")


class AuthorityUnknown(PkiError):
    """The state has no such authority, or it issues no certificates and so has no revocation list."""

    def __init__(self, state: str, authority: str) -> None:
        self.state = state
        self.authority = authority
        super().__init__(f"{state} has no {authority} that could answer this")


class KeyStoreError(PkiError):
    """Something about the key store; `where` names the file or the key concerned."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}")


class DamagedKeyFile(KeyStoreError):
    """The bytes of a key file are not those that were written. Nothing was changed: restore the file from the backup."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, f"the key file is damaged ({reason}); it was left as it is: restore it from the backup")


class WrongPassphrase(KeyStoreError):
    """The key file is whole, but the passphrase does not open it."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "the passphrase of the key store does not open this file; set the passphrase it was made with")


class KeyExists(KeyStoreError):
    """A key with this label is there already; keys are never overwritten."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "a key with this label exists and keys are never overwritten")


class KeyNotFound(KeyStoreError):
    """No key with this label."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "no such key in the key store")


class KeyPurposeMismatch(KeyStoreError):
    """A key was asked to do something else than it was made for."""

    def __init__(self, where: str, made_for: str, asked_for: str) -> None:
        self.made_for = made_for
        self.asked_for = asked_for
        super().__init__(where, f"the key was made for {made_for} and refuses {asked_for}")


class AlgorithmMismatch(KeyStoreError):
    """The signature algorithm does not fit the kind of key."""

    def __init__(self, where: str, key: str, signature: str) -> None:
        super().__init__(where, f"a key of kind {key} cannot sign with {signature}")


class OffProfile(PkiError):
    """A certificate or list that its profile does not allow was about to be signed; nothing was. `findings` say what is off."""

    def __init__(self, profile: str, findings: tuple[str, ...]) -> None:
        self.profile = profile
        self.findings = findings
        super().__init__(f"refused to sign, off the profile {profile}: {'; '.join(findings)}")


class AuthorityMissing(PkiError):
    """An authority has no certificate whose key may sign now: not founded yet, or its key's signing period is over."""

    def __init__(self, authority: str) -> None:
        self.authority = authority
        super().__init__(f"the authority {authority} has no key that may sign now; found the authorities")


class CertificateNumberInUse(PkiError):
    """The certificate number of a request belongs to certificates with other keys."""

    def __init__(self, number: str) -> None:
        super().__init__(f"the certificate number {number} belongs to certificates with other keys")


class KeyAlreadyCertified(PkiError):
    """A public key that is in a certificate of another card: no two cards share a key."""

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(f"the public key for {role} is in another certificate already")


class UnknownCertificate(PkiError):
    """No certificate with this serial number was issued by this authority."""

    def __init__(self, serial: int) -> None:
        self.serial = serial
        super().__init__(f"no certificate with serial number {serial:x} was issued")


class AlreadyRevoked(PkiError):
    """The certificate is revoked already; a revocation is final and keeps its first time and reason."""

    def __init__(self, serial: int) -> None:
        self.serial = serial
        super().__init__(f"the certificate with serial number {serial:x} is revoked already")


class VerifierRequestRefused(PkiError):
    """The verifying authority does not certify this document verifier; `reason` says which rule its request breaks."""

    def __init__(self, holder: str, reason: str) -> None:
        self.holder = holder
        self.reason = reason
        super().__init__(f"the request of {holder} is refused: {reason}")
