"""Full-text search that any PostgreSQL can do: characters in pairs for Chinese, whole words for Latin script.

`listing_words(title, summary, more)` is a function in the database, so that an index can stand on it and no row has to
carry its words around. `matching(text, *columns)` is the condition that uses this index.
"""

import re
import unicodedata
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db import migrations
from django.db.models import BigIntegerField, BooleanField, F, Func, IntegerField, OrderBy, Q, Value
from django.db.models.functions import Cast

LONGEST, MOST_WORDS = 200, 12
ORDERED = 500
_RUNS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")

CREATE = migrations.RunSQL(
    """
    CREATE OR REPLACE FUNCTION listing_words(title text, summary text, more text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20000 AS $$
      WITH said AS (
        SELECT lower(normalize(coalesce(title, '') || ' ' || coalesce(summary, '') || ' ' || coalesce(more, ''), NFKC)) AS t
      ), letters AS (
        SELECT c, lead(c) OVER (ORDER BY n) AS d
        FROM said, unnest(string_to_array(t, NULL)) WITH ORDINALITY AS l (c, n)
      ), words AS (
        SELECT CASE WHEN ascii(d) BETWEEN 13312 AND 40959 THEN c || d ELSE c END AS word
        FROM letters WHERE ascii(c) BETWEEN 13312 AND 40959
        UNION ALL
        SELECT left(m[1], 40) FROM said, regexp_matches(t, '[a-z0-9]+', 'g') AS m
      )
      SELECT coalesce(array_to_tsvector(array_agg(DISTINCT word)), ''::tsvector) FROM words
    $$
    """,
    "DROP FUNCTION IF EXISTS listing_words(text, text, text)",
)


def words(columns: Sequence[str]) -> Func:
    """The words of three columns, as the index holds them."""
    return Func(*[F(name) for name in columns], function="listing_words", output_field=SearchVectorField())


def index(name: str, *columns: str) -> GinIndex:
    """The index that makes `matching` fast."""
    return GinIndex(words(columns), name=name)


def matching(text: str, columns: Sequence[str]) -> Q | Func:
    """The condition for rows that hold every word of `text` (%, _, quotes and operators are only characters)."""
    query = tsquery(text)
    if not query:
        return Q(title__icontains=text[:LONGEST])
    wanted = Cast(Value(query), output_field=SearchQueryField())
    return Func(
        words(columns), wanted, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField()
    )  # fmt: skip


def among(keys: Sequence[int]) -> Func:
    """The condition for rows with one of these keys, however many: one parameter, not thousands."""
    return Func(F("pk"), _array(keys), template="(%(expressions)s))", arg_joiner=" = ANY(", output_field=BooleanField())


def in_order(keys: Sequence[int]) -> OrderBy:
    """The order of these keys; what is not among the first ORDERED comes after them."""
    place = Func(_array(keys[:ORDERED]), F("pk"), function="array_position", output_field=IntegerField())
    return place.asc(nulls_last=True)


def _array(keys: Sequence[int]) -> Cast:
    field = ArrayField(BigIntegerField())
    return Cast(Value(list(keys), output_field=field), field)


def tsquery(text: str) -> str:
    """What a person typed as a tsquery: runs of letters joined by "and"; "" when there is no letter in it."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return " & ".join(_one(run) for run in _RUNS.findall(folded)[:MOST_WORDS])


def _one(run: str) -> str:
    if run.isascii() or len(run) == 1:
        return f"'{run[:40]}':*"
    if len(run) == 2:
        return f"'{run}'"
    # words are mostly two characters long: "夜间桥梁检测" also finds "桥梁夜间检测", cut at even or at odd places
    even = [run[i : i + 2] for i in range(0, len(run) - 1, 2)] + ([run[-2:]] if len(run) % 2 else [])
    odd = [run[:2], *(run[i : i + 2] for i in range(1, len(run) - 1, 2)), run[-2:]]
    return "(" + " | ".join("(" + " & ".join(f"'{w}'" for w in dict.fromkeys(cut)) + ")" for cut in (even, odd)) + ")"
