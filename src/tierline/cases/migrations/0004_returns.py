"""Why a case came back: a reason of the plans' list beside the words, when and by whom; the service it was about."""

from django.db import migrations, models

CAME_BACK = ["refused", "returned"]


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_marks_of_stretches'),
    ]

    operations = [
        migrations.RemoveConstraint('handoffrow', 'refusal_has_a_reason'),
        migrations.RenameField('handoffrow', 'refusal', 'return_words'),
        migrations.AddField('handoffrow', 'return_reason', models.CharField(blank=True, max_length=60, default=''), preserve_default=False),
        migrations.AddField('handoffrow', 'returned_by', models.CharField(blank=True, max_length=120, default=''), preserve_default=False),
        migrations.AddField('handoffrow', 'returned_at', models.DateTimeField(null=True)),
        migrations.AddField('handoffrow', 'service', models.CharField(max_length=60, default=''), preserve_default=False),
        migrations.AlterField('handoffrow', 'state', models.CharField(choices=[('offered', 'offered'), ('acknowledged', 'acknowledged'), ('refused', 'refused'), ('returned', 'returned'), ('withdrawn', 'withdrawn')], max_length=12)),
        migrations.RunSQL(
            [
                "UPDATE cases_handoff h SET service = c.service FROM cases_case c WHERE c.id = h.case_id",
                "UPDATE cases_handoff SET return_reason = 'other', returned_by = answered_by, returned_at = answered_at "
                "WHERE state = 'refused'",
                # What was written is checked before the table may change again.
                "SET CONSTRAINTS ALL IMMEDIATE",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint('handoffrow', models.CheckConstraint(
            condition=models.Q(
                models.Q(('returned_at__isnull', False), ('state__in', CAME_BACK), models.Q(('return_reason', ''), _negated=True)),
                models.Q(models.Q(('state__in', CAME_BACK), _negated=True), ('return_reason', ''), ('returned_at', None)),
                _connector='OR',
            ), name='what_came_back_says_why')),
        migrations.AddIndex('handoffrow', models.Index(fields=['sender', 'offered_at'], name='hand_offs_sent')),
        migrations.AddIndex('handoffrow', models.Index(fields=['receiver', 'offered_at'], name='hand_offs_received')),
    ]
