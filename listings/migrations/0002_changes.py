"""Each change of a listing, or of an organisation that owns some, leaves a note with the number of its transaction.

What keeps columns of the listings in memory reads the notes that its last look could not see (docs/decisions/0040). Notes
are only ever added, by statement, so that they wait for nobody.
"""

from django.db import migrations

NOTES = """
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
"""
NO_NOTES = "DROP FUNCTION listings_note_all(); DROP FUNCTION listings_note(); DROP TABLE listings_change;"
WATCHED = {
    "opportunity": "opportunities_opportunity",
    "capability": "capabilities_capability",
    "owner": "accounts_organisation",
}
ROWS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def triggers(kind, table):
    """One for each way a table changes."""
    by_rows = (
        f"CREATE TRIGGER listings_note_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS touched "
        f"FOR EACH STATEMENT EXECUTE FUNCTION listings_note('{kind}');"
        for event, rows in ROWS.items()
    )
    whole = (
        f"CREATE TRIGGER listings_note_truncate AFTER TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION listings_note_all('{kind}');"
    )
    return "\n".join([*by_rows, whole])


def no_triggers(table):
    return "\n".join(f"DROP TRIGGER listings_note_{event.lower()} ON {table};" for event in (*ROWS, "TRUNCATE"))


class Migration(migrations.Migration):
    dependencies = [
        ("listings", "0001_initial"),
        ("accounts", "0001_initial"),
        ("opportunities", "0001_initial"),
        ("capabilities", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(NOTES, NO_NOTES),
        *(migrations.RunSQL(triggers(kind, table), no_triggers(table)) for kind, table in WATCHED.items()),
    ]
