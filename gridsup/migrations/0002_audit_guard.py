from django.db import migrations

from gridsup.audit import guard


def install(apps, schema_editor):
    guard.install(schema_editor.connection.alias)


def remove(apps, schema_editor):
    guard.remove(schema_editor.connection.alias)


class Migration(migrations.Migration):
    """The database refuses to change or empty the audit trail."""

    dependencies = [("gridsup", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
