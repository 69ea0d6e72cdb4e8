"""Django's view of the credit code: a sentence for each fault."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.uscc import fault, normalise

SENTENCES = {
    "length": _("A unified social credit code has 18 characters; %(n)s were found."),
    "character": _("A unified social credit code holds digits and capital letters without I, O, S, V and Z."),
    "registrar": _("The first character must be one of 1 to 9, A, N or Y."),
    "check": _("The last character does not fit the others; one of them was probably mistyped."),
}


def validate_uscc(value: str) -> None:
    """Raise ValidationError unless `value` is a valid credit code."""
    wrong = fault(value)
    if wrong:
        raise ValidationError(SENTENCES[wrong], code=wrong, params={"n": len(normalise(value))})
