"""The three refusals. Each carries the sentence that a person reads: what happened, what was kept, what to do."""


class Refusal(Exception):
    """A change or a look that is not granted; `sentence` is shown as it is (a lazy translation is fine)."""

    status = 400
    code = "refused"

    def __init__(self, sentence: object, *, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.code

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refusal):
    """The person may see the thing but not do this."""

    status = 403
    code = "not_allowed"


class NotFound(Refusal):
    """Not there, or not for this person: both look the same."""

    status = 404
    code = "not_found"


class WrongState(Refusal):
    """The thing is not in a state from which this is possible; somebody may have been faster."""

    status = 409
    code = "wrong_state"


class Invalid(Refusal):
    """What was given cannot be used; `faults` names each field."""

    status = 422
    code = "invalid"

    def __init__(self, sentence: object, *, faults: dict[str, list[object]] | None = None, code: str = "") -> None:
        super().__init__(sentence, code=code)
        self.faults = faults or {}


class TooMany(Refusal):
    """Too often in too short a time; later it is possible again."""

    status = 429
    code = "too_many"
