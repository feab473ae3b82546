"""Cases written before searches went by stretches of numbers get their marks (see ``cases/words.py``)."""

from django.db import migrations

MARK = """
UPDATE cases_searchwords
SET words = words || concat('''#', case_id / 2048, ''' ''##', case_id / 32768, '''')::tsvector;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_restricted_cases")]
    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
