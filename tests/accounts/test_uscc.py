"""The credit code: the standard's check, what people paste, and a second opinion."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc as second_opinion

from accounts.uscc import ALPHABET, REGISTRARS, check_character, fault, has_inner_fault, normalise

REAL = ["91110000600037341L", "91110108551385082Q", "91440300708461136T", "9144030071526726XG", "91330100799655058B"]
seventeen = st.builds(
    lambda first, rest: first + rest, st.sampled_from(REGISTRARS), st.text(ALPHABET, min_size=16, max_size=16)
)


@pytest.mark.parametrize("code", REAL)
def test_it_accepts_codes_of_the_register(code):
    assert fault(code) is None
    assert not has_inner_fault(code)


@pytest.mark.parametrize("first", REGISTRARS)
def test_it_accepts_every_registrar_of_the_standard(first):
    body = first + "1110000MA0000000"
    assert fault(body + check_character(body)) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", "length"),
        ("9111000060003734", "length"),
        ("91110000600037341O", "character"),
        ("B1110000600037341L", "registrar"),
        ("91110000600037341M", "check"),
    ],
)
def test_it_names_what_is_wrong(value, kind):
    assert fault(value) == kind


@pytest.mark.parametrize(
    "pasted",
    [
        "９１１１００００６０００３７３４１Ｌ",
        " 91110000600037341l\u200b",
        "91110000-60003734-1L",
        "\ufeff91110000600037341L\n",
    ],
)
def test_it_takes_what_people_paste(pasted):
    assert normalise(pasted) == "91110000600037341L"
    assert fault(pasted) is None


@given(seventeen, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_it_catches_every_mistyped_character(body, place, other):
    code = body + check_character(body)
    assume(code[place] != other)
    assert fault(code[:place] + other + code[place + 1 :]) is not None


@given(seventeen, st.integers(0, 16))
def test_it_catches_every_swap_of_neighbours(body, place):
    code = body + check_character(body)
    assume(code[place] != code[place + 1])
    assert fault(code[:place] + code[place + 1] + code[place] + code[place + 2 :]) is not None


@given(
    st.text(ALPHABET, min_size=10, max_size=10),
    st.text("0123456789", min_size=7, max_size=7),
    st.sampled_from(ALPHABET),
)
def test_it_agrees_with_a_second_opinion_where_both_look(tail, digits, last):
    # the other library insists on eight leading digits, so only those are compared
    code = "9" + digits + tail[:9] + last
    assert (fault(code) is None) == second_opinion.is_valid(code)


@given(st.text())
def test_it_never_fails_on_any_text(text):
    assert fault(text) in {None, "length", "character", "registrar", "check"}


def test_it_warns_of_a_wrong_inner_code():
    body = REAL[0][:16] + "2"
    assert has_inner_fault(body + check_character(body))
