"""Once awards were given, nothing of a 评选表彰 changes: neither itself nor its quotas, proposals or objections. Honours live on."""

from django.db import migrations

from core.migrations._frozen_when import frozen_when

GIVEN = (
    'EXISTS (SELECT 1 FROM evaluations_commendation c WHERE c.id = {row}.commendation_id AND c.named_on IS NOT NULL)'
)


class Migration(migrations.Migration):

    dependencies = [('evaluations', '0008_applications')]

    operations = [
        frozen_when('evaluations_commendation', '{row}.named_on IS NOT NULL'),
        frozen_when('evaluations_quota', GIVEN, parts=True),
        frozen_when('evaluations_proposal', GIVEN, parts=True),
        frozen_when(
            'evaluations_awardobjection',
            'EXISTS (SELECT 1 FROM evaluations_proposal p JOIN evaluations_commendation c ON c.id = p.commendation_id '
            'WHERE p.id = {row}.proposal_id AND c.named_on IS NOT NULL)',
            parts=True,
        ),
    ]
