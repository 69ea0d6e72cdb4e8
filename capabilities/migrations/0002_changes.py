"""Each change leaves a note."""

from django.db import migrations

from listings import changes


class Migration(migrations.Migration):
    dependencies = [("capabilities", "0001_initial"), ("listings", "0002_changes")]
    operations = [changes.noted("capability", "capabilities_capability")]
