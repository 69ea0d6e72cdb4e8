"""Each change leaves a note."""

from django.db import migrations

from listings import changes


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0001_initial"), ("listings", "0002_changes")]
    operations = [changes.noted("opportunity", "opportunities_opportunity")]
