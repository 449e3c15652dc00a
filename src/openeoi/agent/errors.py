"""What goes wrong at the holder's own computer, before any command reaches the card."""

from openeoi.errors import OpenEoiError


class AgentError(OpenEoiError):
    """The agent could not do what it was asked to."""


class UnknownCard(AgentError):
    """The box holds no card of this name; `name` is it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no card {name!r} in the box")


class CardBusy(AgentError):
    """Another program has had the card under power for longer than we wait: try again when it is done."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"card {name} is in use by another program")


class AccessNumberNeeded(AgentError):
    """This operation opens a secure channel first, and nobody has typed this card's CAN yet."""

    def __init__(self) -> None:
        super().__init__("the card's CAN is needed")


class ReaderMemoryDamaged(AgentError):
    """The reader's memory cannot be read. Remove its file: it only says which card lies in the reader."""

    def __init__(self) -> None:
        super().__init__("the file that says which card lies in the reader is damaged; remove it and insert the card anew")


class ConsentNeeded(AgentError):
    """What was asked for could use up a try of a card that is not one of ours, and nobody has agreed: agree, or say --yes."""

    def __init__(self) -> None:
        super().__init__("this could use up a try of the card, and nobody has agreed to that")
