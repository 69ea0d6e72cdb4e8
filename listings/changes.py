"""Each change of a listing, or of an organisation that owns some, leaves a note with the number of its transaction.

What keeps columns of the listings in memory reads the notes that its last look could not see (`held`, docs/decisions/0042).
Notes are only ever added, by statement, so that they wait for nobody. Here is what migrations need.
"""

from django.db import connection, migrations

OWNER = "owner"
KEPT = "1 day"
_ROWS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}

NOTES = migrations.RunSQL(
    """
    CREATE TABLE listings_change (
        transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
        kind varchar(12) NOT NULL,
        -- NULL: all of them
        row_id bigint,
        at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX listings_change_transaction ON listings_change (transaction);
    CREATE INDEX listings_change_at ON listings_change (at);
    CREATE FUNCTION listings_note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO listings_change (kind, row_id) SELECT TG_ARGV[0], id FROM touched;
        RETURN NULL;
    END $$;
    CREATE FUNCTION listings_note_all() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO listings_change (kind) VALUES (TG_ARGV[0]);
        RETURN NULL;
    END $$;
    """,
    "DROP FUNCTION listings_note_all(); DROP FUNCTION listings_note(); DROP TABLE listings_change",
)


def noted(kind: str, table: str) -> migrations.RunSQL:
    """The triggers of a table whose rows are of `kind`: one for each way in which it changes."""
    by_rows = (
        f"CREATE TRIGGER listings_note_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS touched "
        f"FOR EACH STATEMENT EXECUTE FUNCTION listings_note('{kind}');"
        for event, rows in _ROWS.items()
    )
    whole = (
        f"CREATE TRIGGER listings_note_truncate AFTER TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION listings_note_all('{kind}');"
    )
    gone = (f"DROP TRIGGER listings_note_{event.lower()} ON {table};" for event in (*_ROWS, "TRUNCATE"))
    return migrations.RunSQL("\n".join([*by_rows, whole]), "\n".join(gone))


def forget() -> int:
    """Delete notes that every process has read or will never need; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM listings_change WHERE at < now() - %s::interval", [KEPT])
        gone: int = cursor.rowcount
    return gone
