"""Each change that a figure depends on leaves a note, in its own transaction: triggers by statement, not by row."""

from django.db import migrations

# table -> (the opportunity of a changed row, what a figure depends on)
WATCHED = {
    "opportunities_opportunity": (
        "SELECT x.id FROM {rows} x {also}",
        ("state", "city", "region", "owner_id", "field", "industry", "visibility", "published_at"),
    ),
    "matching_match": (
        "SELECT x.opportunity_id FROM {rows} x {also}",
        ("state", "created_at", "pushed_at", "agreed_at"),
    ),
    "matching_answer": (
        "SELECT m.opportunity_id FROM {rows} x {also} JOIN matching_match m ON m.id = x.match_id",
        ("state", "pushed_at", "answered_at", "reason"),
    ),
    "deals_deal": (
        "SELECT m.opportunity_id FROM {rows} x {also} JOIN matching_match m ON m.id = x.match_id",
        ("stage", "opened_at"),
    ),
    "deals_evidence": (
        "SELECT m.opportunity_id FROM {rows} x {also} JOIN deals_deal d ON d.id = x.deal_id JOIN matching_match m ON m.id = d.match_id",
        ("stage", "day", "at", "amount_wan"),
    ),
}


def trigger(table, event):
    """The function and the trigger for one table and one of INSERT, UPDATE, DELETE."""
    query, columns = WATCHED[table]
    name = f"insights_note_{table}_{event.lower()}"
    rows = "gone" if event == "DELETE" else "come"
    given = {
        "INSERT": "NEW TABLE AS come",
        "DELETE": "OLD TABLE AS gone",
        "UPDATE": "OLD TABLE AS gone NEW TABLE AS come",
    }
    also = ""
    if event == "UPDATE":
        new, old = (", ".join(f"{side}.{c}" for c in columns) for side in ("x", "g"))
        also = f"JOIN gone g ON g.id = x.id AND ({new}) IS DISTINCT FROM ({old})"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO insights_touched (opportunity_id) SELECT DISTINCT * FROM ({query.format(rows=rows, also=also)}) t;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {given[event]}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def backward(table, event):
    name = f"insights_note_{table}_{event.lower()}"
    return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


# an opportunity that is deleted takes its facts with it
EVENTS = [
    (table, event)
    for table in WATCHED
    for event in ("INSERT", "UPDATE", "DELETE")
    if (table, event) != ("opportunities_opportunity", "DELETE")
]


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0001_initial"),
        ("deals", "0001_initial"),
        ("matching", "0001_initial"),
        ("opportunities", "0001_initial"),
    ]
    operations = [
        *(migrations.RunSQL(trigger(*watched), backward(*watched)) for watched in EVENTS),
        migrations.RunSQL("INSERT INTO insights_touched (opportunity_id) SELECT id FROM opportunities_opportunity", ""),
    ]
