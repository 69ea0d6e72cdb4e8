"""Whether one place holds another, from codes where they are known and from names where not."""

import re
from functools import lru_cache

from matching.engine.model import EVERYWHERE, Place
from matching.engine.text import comparable

_CITY = re.compile(r"^(?:.{2,8}?(?:省|自治区))?(.{2,8}?(?:市|自治州|地区|盟))")


@lru_cache(maxsize=100_000)
def covers(outer: Place, inner: Place) -> bool | None:
    """True or False; None when it cannot be said, or when only a part of `inner` is covered."""
    if outer.code == EVERYWHERE:
        return True
    if outer.code and inner.code:
        if outer.code in inner.within:
            return True
        return None if inner.code in outer.within else False
    a, b = comparable(outer.name).strip(), comparable(inner.name).strip()
    if not a or not b:
        return None
    if b.startswith(a):
        return True
    city_a, city_b = _CITY.match(a), _CITY.match(b)
    if city_a and city_b and city_a[1] != city_b[1]:
        return False
    return None


def any_covers(outers: tuple[Place, ...], inner: Place) -> bool | None:
    """Whether any of the places holds `inner`: True before None before False."""
    found = {covers(outer, inner) for outer in outers}
    return True if True in found else None if None in found else False
