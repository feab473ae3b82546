from django.db import migrations, models

# Messages written before have the Message-ID they may have left with: answers to them still find their way.
OLD_MARKS = "UPDATE outbox_effect SET mark = left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 32)"


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0002_effects_in_a_state'),
    ]

    operations = [
        migrations.AddField(
            model_name='effectrow',
            name='mark',
            field=models.CharField(max_length=32, null=True),
        ),
        migrations.RunSQL(OLD_MARKS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='effectrow',
            name='mark',
            field=models.CharField(max_length=32, null=True, unique=True),
        ),
    ]
