"""Domain errors: each carries a sentence a person can act on; pages, API and commands show it as it is."""


class DomainError(Exception):
    """A rule refuses what was asked; `str(error)` is the sentence, `code` its stable name, `field` where it belongs."""

    code = "refused"

    def __init__(self, message: object, *, field: str = "") -> None:
        super().__init__(str(message))
        self.field = field


class NotAllowed(DomainError):
    """The person holds no duty that permits this here."""

    code = "not_allowed"


class WrongState(DomainError):
    """The row is in a state from which this move does not exist."""

    code = "wrong_state"


class Overtaken(DomainError):
    """Somebody else was first: the row changed after it was read."""

    code = "overtaken"


class AlreadyStored(WrongState):
    """A row stands already for what was handed in; `row`: its key."""

    code = "already_stored"

    def __init__(self, message: object, *, row: int, field: str = "") -> None:
        super().__init__(message, field=field)
        self.row = row


class TooOften(DomainError):
    """One address asked more often than people do; `wait`: seconds until it is heard again."""

    code = "too_often"

    def __init__(self, message: object, *, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class BadInput(DomainError):
    """What was handed in cannot be used."""

    code = "bad_input"
