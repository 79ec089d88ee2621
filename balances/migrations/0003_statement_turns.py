from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_notices'),
        ('balances', '0002_statement'),
    ]

    operations = [
        migrations.AddField(
            model_name='statement',
            name='planned_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='statement',
            index=models.Index(condition=models.Q(('planned_at__isnull', False)), fields=['planned_at'], name='statement_planned'),
        ),
    ]
