"""The log cannot be rewritten: the database refuses UPDATE and DELETE of its rows."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION activity_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % of activity_event was refused', TG_OP;
END $$;
CREATE TRIGGER activity_event_append_only BEFORE UPDATE OR DELETE ON activity_event
    FOR EACH ROW EXECUTE FUNCTION activity_event_is_append_only();
"""
BACKWARD = """
DROP TRIGGER activity_event_append_only ON activity_event;
DROP FUNCTION activity_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
