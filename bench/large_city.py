"""The rows of bench.large: one city many times the size of the sample, with a year behind it."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, models
from django.utils import timezone

from accounts.models import Appointment, Organisation
from accounts.roles import Office
from bench.large_year import Year
from bench.stack import SECTIONS
from capabilities.models import Capability
from listings import kinds
from listings.models import Batch, Version
from listings.sheets import open_table
from matching.services.bulk import copy
from opportunities.models import Opportunity
from runtime.places import ROOT
from scenemarket.ids import ALPHABET, LENGTH

AT_ONCE = 20_000
OF_ONE_AGENCY, OF_ONE_FIRM, BATCHES = 8, 4, 60
# a province's shares: the capital, two smaller cities
CITIES, SHARES = ("990100", "990200", "990300"), (0.7, 0.2, 0.1)
DISTRICTS = {
    "990100": (("990101", "东湖区"), ("990102", "临江区"), ("990103", "新桥区"), ("990104", "港口新区"), ("990105", "云溪县")),
    "990200": (("990200", "临港市"),),
    "990300": (("990300", "云岭市"),),
}  # fmt: skip
PLACES = [
    "春晓",
    "望湖",
    "青石",
    "柳岸",
    "文庙",
    "长堤",
    "金桥",
    "白鹭",
    "星河",
    "松林",
    "云台",
    "朝阳",
    "和平",
    "南塘",
    "北苑",
    "东篱",
    "西溪",
    "古渡",
    "新港",
    "梅园",
]
SYLLABLES = "青远知澄沐启岚霁禾星舟川屿森泽曦牧遥弘睿"
TRADES = ["科技", "智能", "数据", "装备", "环境", "健康", "交通", "能源", "信息", "机器人"]
BUREAUS = ["水务", "交通", "城管", "卫健", "教育", "民政", "应急", "农业", "文旅", "住建"]
# of a hundred listings beside the published ones
OTHERS = (("closed", 4), ("paused", 1), ("submitted", 1), ("draft", 1))


class City:
    """Rows for `needs` published opportunities, `offers` published capabilities and `matches` pairs of them."""

    def __init__(self, needs: int, offers: int, matches: int) -> None:
        self.needs, self.offers, self.matches = needs, offers, matches
        self.chance, self.now = random.Random(1), timezone.now()
        self.reviewers = list(Appointment.objects.filter(office=Office.REVIEWER).order_by("pk"))
        self.owners: dict[str, list[tuple[int, str]]] = {}
        self.published: dict[str, list[tuple[int, str, str]]] = {}

    def parts(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """What is to be written, in order."""
        yield "organisations", self.organisations
        yield "opportunities", lambda: self.listings("opportunity", Opportunity, self.needs)
        yield "capabilities", lambda: self.listings("capability", Capability, self.offers)
        yield from Year(self).parts()

    def organisations(self) -> None:
        """Departments and firms, all verified, each in one city."""
        for kind, count, name in (
            ("opportunity", self.needs // OF_ONE_AGENCY, self._agency),
            ("capability", self.offers // OF_ONE_FIRM, self._firm),
        ):
            rows = [self._organisation(n, name) for n in range(count)]
            for row, key in zip(rows, keys(Organisation, count), strict=True):
                row["id"] = key
            write(Organisation, rows)
            self.owners[kind] = [(row["id"], row["city"]) for row in rows]

    def _organisation(self, n: int, name: Callable[[str], tuple[str, str]]) -> dict[str, Any]:
        city = self.chance.choices(CITIES, SHARES)[0]
        region, district = self.chance.choice(DISTRICTS[city])
        kind, said = name(district)
        verified = self.now - timedelta(days=380)
        return {
            "name": f"{said}（示例 {n:05}）", "short_name": f"{said} {n:05}", "kind": kind, "city": city, "region": region,
            "verified_at": verified, "created_at": verified, "group": f"示例集团 {n % 40}" if n % 50 == 0 else "",
        }  # fmt: skip

    def _agency(self, district: str) -> tuple[str, str]:
        return "agency", f"{district}{self.chance.choice(BUREAUS)}局"

    def _firm(self, _district: str) -> tuple[str, str]:
        return "firm", "".join(self.chance.sample(SYLLABLES, 2)) + self.chance.choice(TRADES)

    def listings(self, kind: str, model: Any, published: int) -> None:
        """The listings of one kind, with their batches and first versions; indexes are made anew when all rows are there."""
        states = ["published"] * published
        states += [state for state, share in OTHERS for _ in range(published * share // 100)]
        batches = self._batches(kind)
        texts = Texts(kind, self.chance)
        rows = zip(keys(model, len(states)), names(len(states)), states, strict=True)
        known: list[tuple[int, str, str]] = []
        with without_indexes(model):
            for some in parts_of(rows, AT_ONCE):
                made = [self._listing(kind, model, texts, batches, *row) for row in some]
                write(model, made)
                write(Version, [_version(kind, row) for row in made])
                known += [(row["id"], row["public_id"], row["title"]) for row in made if row["state"] == "published"]
        self.published[kind] = known

    def _batches(self, kind: str) -> dict[str, list[int]]:
        rows: list[dict[str, Any]] = [
            {"id": key, "kind": kind, "city": CITIES[n % 3], "code": f"示例-{kind[:3]}-{n:03}", "name": f"示例清单第 {n + 1} 批",
             "published_on": (self.now - timedelta(days=365 * (n + 1) / BATCHES)).date(), "created_at": self.now}
            for n, key in enumerate(keys(Batch, BATCHES))
        ]  # fmt: skip
        write(Batch, rows)
        return {city: [row["id"] for row in rows if row["city"] == city] for city in CITIES}

    def _listing(
        self, kind: str, model: Any, texts: "Texts", batches: dict[str, list[int]], key: int, name: str, state: str
    ) -> dict[str, Any]:
        of_one = OF_ONE_AGENCY if kind == "opportunity" else OF_ONE_FIRM
        owner, city = self.owners[kind][key // of_one % len(self.owners[kind])]
        region, district = self.chance.choice(DISTRICTS[city])
        at = self.now - timedelta(days=365 * self.chance.random() ** 1.5)
        fields = {
            **texts.mixed(district), "id": key, "public_id": name, "number": f"示例-{kind[:3]}-{key}", "owner_id": owner, "city": city,
            "state": state, "created_at": at - timedelta(days=6), "submitted_at": at - timedelta(days=3), "updated_at": at,
            "published_at": at, "visibility": self.chance.choices(("public", "verified", "alliance"), (88, 8, 4))[0],
            "batch_id": self.chance.choice(batches[city]) if self.chance.random() < 0.6 else None,
        }  # fmt: skip
        if kind == "opportunity":
            fields |= {"region": region, "deadline": self._deadline()}
        if state == "closed":
            fields |= {"closed_at": self.now, "close_reason": "matched"}
        if state in ("submitted", "draft"):
            fields |= {"published_at": None} | ({"submitted_at": None} if state == "draft" else {})
        return fields

    def _deadline(self) -> Any:
        return None if self.chance.random() < 0.2 else (self.now + timedelta(days=self.chance.randint(1, 200))).date()


class Texts:
    """Fields of listings, sections of which come from different rows of the sample's list."""

    def __init__(self, kind: str, chance: random.Random) -> None:
        name, self.sections = SECTIONS[kind]
        with open_table(ROOT / f"sample/{name}.xlsx", kind=kind) as table:
            self.real = [kinds.of(kind).fields_from(dict(row.values)) for row in table.rows()]
        self.chance = chance

    def mixed(self, district: str) -> dict[str, Any]:
        """One listing's fields, in a district."""
        base = self.chance.choice(self.real)
        said = {section: self.chance.choice(self.real).get(section, base.get(section)) for section in self.sections}
        place = self.chance.choice(PLACES)
        return {**base, **said, "title": f"{district}{place}{base['title']}", "region": ""}


def _version(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    content = {"title": row["title"], "summary": row["summary"]}
    return {"kind": kind, "listing_id": row["id"], "number": 1, "content": content, "at": row["updated_at"]}


class without_indexes:
    """Drops the indexes of a table that the model names, and makes them again at the end: many times as fast."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model

    def __enter__(self) -> None:
        with connection.schema_editor() as editor:
            for index in self.model._meta.indexes:
                editor.remove_index(self.model, index)

    def __exit__(self, kind: Any, *_error: Any) -> None:
        if kind is None:
            # rows wait for the check of their foreign keys, and the table cannot be changed before
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            with connection.schema_editor() as editor:
                for index in self.model._meta.indexes:
                    editor.add_index(self.model, index)


def write(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """COPY rows; what one of them leaves out gets the field's default, and a public id when it has none."""
    given = dict.fromkeys(name for row in rows for name in row)
    chosen = [f for f in model._meta.concrete_fields if f.attname in given or not (f.has_db_default() or f.primary_key)]
    lists = {f.attname for f in chosen if f.get_internal_type() == "ArrayField"}
    default = {f.attname: f.get_default() for f in chosen}
    ids = iter(names(len(rows)) if "public_id" in default and "public_id" not in given else ())

    def told(name: str, row: dict[str, Any]) -> Any:
        if name == "public_id" and name not in row:
            return next(ids)
        value = row.get(name, default[name])
        return quoted(value) if name in lists else value

    copy(model, list(default), ([told(name, row) for name in default] for row in rows))


def quoted(items: Iterable[str]) -> list[str]:
    """Words as the text form of an array wants them."""
    return ['"' + item.replace('"', "").replace("\\", "") + '"' for item in items]


def keys(model: type[models.Model], count: int) -> range:
    """As many new primary keys, taken from the table's own sequence."""
    with connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest((SELECT max(id) FROM {table}), 1) + %s)",
            [table, count],
        )
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def names(count: int) -> list[str]:
    """As many public ids."""
    letters = np.array(list(ALPHABET), dtype="U1")
    drawn = letters[np.random.default_rng().integers(0, len(letters), (count, LENGTH))]
    return [str(name) for name in drawn.view(f"U{LENGTH}").ravel()]


def parts_of(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most `size` rows."""
    some: list[Any] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def moments(now: datetime, days_ago: "np.ndarray[Any, Any]") -> list[datetime]:
    """Days before now as moments."""
    return [now - timedelta(days=ago) for ago in days_ago.tolist()]
