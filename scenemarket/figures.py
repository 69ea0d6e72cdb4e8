"""Sums, dates and counts as people say them, in the reader's language."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

SPACE = "\u00a0"  # a number and its unit never part
WAN, YI = "万\u2060元", "亿\u2060元"
SOON_DAYS = 3


@dataclass(frozen=True)
class Due:
    """How a due moment is said: `text`, its tone ("", wait, bad), the `exact` words and the machine's form."""

    text: str
    tone: str
    exact: str
    iso: str


def speaks_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def count(value: int | float | Decimal | None) -> str:
    """1406 -> "1,406"; None -> "unknown" in words."""
    if value is None:
        return _("unknown")
    return f"{value:,}" if isinstance(value, int) else f"{plain(Decimal(str(value))):,}"


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent, two decimals at most."""
    rounded = value.quantize(Decimal("0.01"))
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded.normalize()


def money(wan: Decimal | int | None) -> str:
    """A sum in 万元 -> "280 万元", from 1 亿 on "41.6 亿元"; in English yuan in full words; None -> "unknown"."""
    if wan is None:
        return _("unknown")
    return SPACE.join(money_parts(Decimal(wan)))


def money_range(low: Decimal | None, high: Decimal | None, *, unknown: str = "") -> str:
    """Both ends in 万元 -> "280—350 万元"; one end alone says so; none is `unknown` ("Not published" if empty)."""
    if low is None and high is None:
        return unknown or _("Not published")
    if low is None:
        return _("up to %(sum)s") % {"sum": money(high)}
    if high is None:
        return _("from %(sum)s") % {"sum": money(low)}
    if low == high:
        return money(low)
    (first, unit), (last, last_unit) = money_parts(Decimal(low)), money_parts(Decimal(high))
    if unit == last_unit:
        return (
            f"{first}—{last}{SPACE}{unit}"
            if speaks_chinese()
            else f"{first}–{last.removeprefix('¥')}{SPACE}{unit}".strip()
        )
    return f"{money(low)} — {money(high)}"


def money_parts(wan: Decimal) -> tuple[str, str]:
    """A sum in 万元 as its figure and its unit, in the reader's language."""
    if speaks_chinese():
        return (count(plain(wan / 10_000)), YI) if abs(wan) >= 10_000 else (count(plain(wan)), WAN)
    yuan = wan * 10_000
    for size, word in ((Decimal(10**9), "billion"), (Decimal(10**6), "million")):
        if abs(yuan) >= size:
            return f"¥{count(plain(yuan / size))}", word
    return f"¥{count(plain(yuan))}", ""


def day(moment: date | datetime, *, today: date | None = None) -> str:
    """ "3月17日", with the year when it is another one."""
    on = _local_day(moment)
    same = on.year == (today or timezone.localdate()).year
    if speaks_chinese():
        return format_date(on, "n月j日" if same else "Y年n月j日")
    return format_date(on, "j M" if same else "j M Y")


def exact(moment: date | datetime) -> str:
    """The full date, and the time when there is one."""
    at = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    clock = " H:i" if isinstance(moment, datetime) else ""
    return format_date(at, ("Y年n月j日" if speaks_chinese() else "j F Y") + clock)


def due(moment: date | datetime | None, *, task: bool = False, now: datetime | None = None) -> Due:
    """A deadline ("3 days left", ochre from three days, "Closed"), or with `task` a duty ("1 day overdue", red)."""
    if moment is None:
        return Due(_("No end date"), "", "", "")
    now = now or timezone.now()
    left = (_local_day(moment) - timezone.localtime(now).date()).days
    over = _end(moment) < now
    text, tone = _duty(moment, left, over) if task else _deadline(left, over)
    return Due(text, tone, exact(moment), moment.isoformat())


def _duty(moment: date | datetime, left: int, over: bool) -> tuple[str, str]:
    if over:
        days = max(-left, 0)
        return (
            ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days} if days else _("Overdue")
        ), "bad"
    if left == 0:
        hour = timezone.localtime(moment).strftime("%H:%M") if isinstance(moment, datetime) else ""
        return f"{_('Today')} {hour}".strip(), "wait"
    return days_left(left), ""


@dataclass(frozen=True)
class Clock:
    """A deadline in big figures: words `before` and `after` the `days`, or only `text`; `share` of the time passed."""

    text: str
    tone: str
    days: int | None = None
    before: str = ""
    after: str = ""
    share: float | None = None


def clock(deadline: date | datetime | None, published: date | datetime | None, *, now: datetime | None = None) -> Clock:
    """What the deadline clock shows."""
    said = due(deadline, now=now)
    if deadline is None:
        return Clock(said.text, "")
    now = now or timezone.now()
    left = (_local_day(deadline) - timezone.localtime(now).date()).days
    share = _passed(published, deadline, now)
    if _end(deadline) < now or left < 1:
        return Clock(said.text, "bad", share=share)
    before, _number, after = days_left(left).partition(str(left))
    return Clock(said.text, said.tone, left, before.strip(), after.strip(), share)


def _passed(start: date | datetime | None, end: date | datetime, now: datetime) -> float | None:
    if start is None:
        return None
    begin = _end(start) if isinstance(start, datetime) else _end(start) - timedelta(days=1)
    whole = (_end(end) - begin).total_seconds()
    return min(max((now - begin).total_seconds() / whole, 0.0), 1.0) if whole > 0 else 1.0


def _deadline(left: int, over: bool) -> tuple[str, str]:
    if over:
        return _("Closed for entries"), ""
    if left == 0:
        return _("Closes today"), "bad"
    return days_left(left), "wait" if left <= SOON_DAYS else ""


def days_left(days: int) -> str:
    return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}


def ago(moment: datetime, *, now: datetime | None = None) -> str:
    """How long since: "just now", "5 minutes ago", "3 hours ago", "yesterday", then the day itself."""
    now = now or timezone.now()
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    apart = (timezone.localtime(now).date() - _local_day(moment)).days
    if apart == 0:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", minutes // 60) % {"n": minutes // 60}
    return _("yesterday") if apart == 1 else day(moment, today=timezone.localtime(now).date())


def _local_day(moment: date | datetime) -> date:
    return timezone.localtime(moment).date() if isinstance(moment, datetime) else moment


def _end(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment
    # not the beginning of the next day: the last day that a date can be has none
    return timezone.make_aware(datetime.combine(moment, time.max))
