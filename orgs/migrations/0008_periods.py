"""A use that ended before it began never held: it ends on its first day, and the database sees to it from now on."""

from django.db import migrations, models
from django.db.models import F


def end_on_the_first_day(apps, schema_editor):
    apps.get_model('orgs', 'VenueUse').objects.filter(until__lt=F('since')).update(until=F('since'))


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0007_bulk_acts'),
    ]

    operations = [
        migrations.RunPython(end_on_the_first_day, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='venueuse',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='venueuse_ends_after_start', violation_error_message='终止日期不能早于起始日期'),
        ),
    ]
