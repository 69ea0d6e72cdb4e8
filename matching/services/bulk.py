"""Many rows at once by COPY: several times as fast as INSERT, in the same transaction, under the same constraints."""

import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of values for the fields `names` (attribute names, run_id and not run); what is not named gets the database's default."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    chosen = [fields[name] for name in names]
    lines = "".join("\t".join(map(_told, chosen, row)) + "\n" for row in rows)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in chosen)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(str(model._meta.db_table))} ({columns}) FROM STDIN", io.StringIO(lines))


def _told(field: "models.Field[Any, Any]", value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False).translate(ESCAPED)
    if isinstance(value, list):
        return f"{{{','.join(value)}}}"
    return str(value).translate(ESCAPED)
