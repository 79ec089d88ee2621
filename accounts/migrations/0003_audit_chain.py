from django.db import migrations, models

# What may change in a row: address and browser may be emptied; place and link in the chain are set once.
GUARD = """
CREATE FUNCTION accounts_auditrow_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept accounts_auditrow := NEW;
BEGIN
    IF NEW.address IS NULL THEN kept.address := OLD.address; END IF;
    IF NEW.agent = '' THEN kept.agent := OLD.agent; END IF;
    IF OLD.position IS NULL THEN
        kept.position := OLD.position;
        kept.link := OLD.link;
    END IF;
    IF kept IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'audit rows are kept as they are' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION accounts_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is insert-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER keep BEFORE UPDATE ON accounts_auditrow FOR EACH ROW EXECUTE FUNCTION accounts_auditrow_keep();
CREATE TRIGGER refuse BEFORE DELETE OR TRUNCATE ON accounts_auditrow
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
"""
UNGUARD = """
DROP TRIGGER refuse ON accounts_auditseal;
DROP TRIGGER refuse ON accounts_auditrow;
DROP TRIGGER keep ON accounts_auditrow;
DROP FUNCTION accounts_audit_refuse();
DROP FUNCTION accounts_auditrow_keep();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sealed_at", models.DateTimeField()),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("head", models.BinaryField(max_length=32)),
                ("mac", models.BinaryField(max_length=32)),
            ],
            options={
                "verbose_name": "segel catatan akses",
                "verbose_name_plural": "segel catatan akses",
            },
        ),
        migrations.AddField(
            model_name="auditrow",
            name="link",
            field=models.BinaryField(blank=True, max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="auditrow",
            name="position",
            field=models.BigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="auditrow",
            index=models.Index(condition=models.Q(("position__isnull", True)), fields=["id"], name="audit_not_sealed"),
        ),
        migrations.AddIndex(
            model_name="auditrow",
            index=models.Index(
                condition=models.Q(("address__isnull", False), models.Q(("agent", ""), _negated=True), _connector="OR"),
                fields=["at"],
                name="audit_origin_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("position__isnull", False)), fields=("position",), name="audit_one_row_a_position"
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
