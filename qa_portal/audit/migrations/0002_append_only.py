"""Make the trail append-only in the database itself, and start the chain."""

from django.db import migrations

from qa_portal.audit.triggers import install_triggers, remove_triggers


def protect(apps, schema_editor):
    install_triggers(schema_editor.connection)


def unprotect(apps, schema_editor):
    remove_triggers(schema_editor.connection)


def start_chain(apps, schema_editor):
    apps.get_model("audit", "AuditHead").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunPython(protect, unprotect),
        migrations.RunPython(start_chain, migrations.RunPython.noop),
    ]
