from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='effectrow',
            index=models.Index(fields=['state', '-id'], name='effects_in_a_state'),
        ),
    ]
