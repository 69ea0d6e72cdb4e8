"""Notes of changes, and the owners' part in them; each kind of listing adds its own."""

from django.db import migrations

from listings import changes


class Migration(migrations.Migration):
    dependencies = [("listings", "0001_initial"), ("accounts", "0001_initial")]
    operations = [changes.NOTES, changes.noted(changes.OWNER, "accounts_organisation")]
