from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_returns'),
    ]

    operations = [
        migrations.AddField(
            model_name='caserow',
            name='answered_for',
            field=models.CharField(max_length=60, null=True),
        ),
    ]
