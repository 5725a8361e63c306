from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dues', '0003_refunds_and_funds'),
    ]

    operations = [
        migrations.AlterField(
            model_name='income',
            name='source',
            field=models.CharField(choices=[('FEE', '单位管理费列支'), ('SPONSORSHIP', '赞助捐助'), ('PUBLIC', '财政补助'), ('OPENING', '期初余额'), ('RETAINED', '期初党费结存')], max_length=11, verbose_name='来源'),
        ),
    ]
