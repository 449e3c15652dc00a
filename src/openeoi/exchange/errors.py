"""Why the cross-border desk refuses a master list or a decision. Nothing was changed where one of these is raised."""

from __future__ import annotations

from datetime import datetime

from openeoi.errors import OpenEoiError


class ExchangeError(OpenEoiError):
    """Root of what the desk refuses; `key` names the text that a screen shows."""

    key = "exchange.error.other"


class DeskUnknown(ExchangeError):
    """There is no desk of this country here; `known` are those that are there."""

    key = "exchange.error.desk_unknown"

    def __init__(self, country: str, countries: tuple[str, ...]) -> None:
        self.country = country
        self.known = ", ".join(countries)
        super().__init__(f"there is no desk of {country} here; there are {self.known}")


class MasterListRefused(ExchangeError):
    """The file is no master list that may be believed."""


class NotAMasterList(MasterListRefused):
    """The file cannot be read, or is something else."""

    key = "exchange.error.not_a_master_list"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"no master list: {reason}")


class SignatureInvalid(MasterListRefused):
    """The signature is not the signer's over this content."""

    key = "exchange.error.signature"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the master list's signature is not good: {reason}")


class SignerNotAllowed(MasterListRefused):
    """The signing certificate is not one for master lists, or was not valid when it signed."""

    key = "exchange.error.signer"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the signer may not sign master lists: {reason}")


class SignerNotInList(MasterListRefused):
    """No country signing certificate inside the list issued the signer's certificate."""

    key = "exchange.error.signer_not_in_list"

    def __init__(self, country: str) -> None:
        self.country = country
        super().__init__(f"no country signing certificate of {country or 'the unnamed country'} in the list issued the signer's")


class SigningTimeUnusable(MasterListRefused):
    """The list does not say when it was signed, or names a moment in the future: its age cannot be judged."""

    key = "exchange.error.signing_time"

    def __init__(self, signed_at: datetime | None) -> None:
        self.signed_at = signed_at
        super().__init__("the list names no signing time" if signed_at is None else f"signed in the future, at {signed_at}")


class OlderMasterList(MasterListRefused):
    """A newer list of the same state is held already: an old one could bring back what was taken out."""

    key = "exchange.error.older"

    def __init__(self, offered: datetime, held: datetime) -> None:
        self.offered = offered
        self.held = held
        super().__init__(f"signed at {offered}, a list of this state signed at {held} is held")


class OwnMasterList(MasterListRefused):
    """The list is this state's own: nobody learns from oneself whom to trust."""

    key = "exchange.error.own"

    def __init__(self, country: str) -> None:
        self.country = country
        super().__init__(f"the list is that of {country} itself")


class FingerprintNeeded(MasterListRefused):
    """The list's country signing certificate is not confirmed: its SHA-256 fingerprint must come by another way than the list."""

    key = "exchange.error.fingerprint_needed"

    def __init__(self, country: str) -> None:
        self.country = country
        super().__init__(f"the country signing certificate of {country} is not confirmed by its fingerprint")


class FingerprintDiffers(MasterListRefused):
    """The fingerprint that came by another way is not that of the list's country signing certificate."""

    key = "exchange.error.fingerprint_differs"

    def __init__(self, country: str) -> None:
        self.country = country
        super().__init__(f"the fingerprint is not that of the country signing certificate of {country} in this list")


class NotARevocationList(ExchangeError):
    """The file cannot be read as a revocation list."""

    key = "exchange.error.not_a_revocation_list"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"no revocation list: {reason}")


class RevocationListNotTrusted(ExchangeError):
    """No trusted country signing certificate of this country signed the list."""

    key = "exchange.error.revocation_list_not_trusted"

    def __init__(self, country: str) -> None:
        self.country = country
        super().__init__(f"no trusted authority of {country or 'the unnamed country'} signed the revocation list")


class OlderRevocationList(ExchangeError):
    """A newer list of the same authority is held: an old one could hide a revocation."""

    key = "exchange.error.older"

    def __init__(self, offered: datetime, held: datetime) -> None:
        self.offered = offered
        self.held = held
        super().__init__(f"made at {offered}, a list of this authority made at {held} is held")


class CountryUnknown(ExchangeError):
    """No held list has certificates of this country, so there is nothing to trust."""

    key = "exchange.error.country_unknown"

    def __init__(self, country: str) -> None:
        self.country = country
        super().__init__(f"no held master list of the chosen state has certificates of {country}")


class ReasonMissing(ExchangeError):
    """A decision about trust is written down with its reason."""

    key = "exchange.error.reason"

    def __init__(self) -> None:
        super().__init__("a decision about trust needs a reason")
