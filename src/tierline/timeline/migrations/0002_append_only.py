"""The database itself refuses to change or delete a fact, raw SQL included."""

from django.db import migrations

MAKE = """
CREATE FUNCTION timeline_facts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Facts are append-only: nothing in timeline_fact is changed or deleted.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER facts_stay BEFORE UPDATE OR DELETE ON timeline_fact
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_facts_stay();
"""
UNMAKE = "DROP TRIGGER facts_stay ON timeline_fact; DROP FUNCTION timeline_facts_stay();"


class Migration(migrations.Migration):
    dependencies = [("timeline", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNMAKE)]
