from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_marks_of_stretches'),
    ]

    operations = [
        migrations.AddField(
            model_name='caserow',
            name='answered_for',
            field=models.CharField(max_length=60, null=True),
        ),
    ]
