"""The audit trail: append-only, chained at commit, a partition a month."""

import common.identifiers
from django.db import migrations, models

TABLES = """
CREATE TABLE accounts_auditevent (
    id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    action varchar(60) NOT NULL,
    actor_id uuid,
    actor_name varchar(254) NOT NULL,
    owner_id uuid,
    session_id uuid,
    ip varchar(45) NOT NULL,
    source varchar(12) NOT NULL,
    object_type varchar(60) NOT NULL,
    object_id varchar(64) NOT NULL,
    object_name varchar(200) NOT NULL,
    record text NOT NULL,
    PRIMARY KEY (id, occurred_at)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX auditevent_time ON accounts_auditevent (occurred_at DESC, id DESC);
CREATE INDEX auditevent_actor ON accounts_auditevent (actor_id, occurred_at DESC);
CREATE INDEX auditevent_owner ON accounts_auditevent (owner_id, occurred_at DESC);
CREATE INDEX auditevent_object ON accounts_auditevent (object_id, occurred_at DESC);
CREATE INDEX auditevent_action ON accounts_auditevent (action, occurred_at DESC);
CREATE TABLE accounts_auditlink (
    sequence bigint PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    occurred_at timestamptz NOT NULL,
    digest varchar(64) NOT NULL
);
"""

GUARDS = """
CREATE FUNCTION accounts_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE ON accounts_auditevent FOR EACH ROW EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_kept BEFORE TRUNCATE ON accounts_auditevent FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE ON accounts_auditlink FOR EACH ROW EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_kept BEFORE TRUNCATE ON accounts_auditlink FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();

-- A month that is not prepared goes here, so that no event is ever refused.
CREATE TABLE accounts_auditevent_rest PARTITION OF accounts_auditevent DEFAULT;
CREATE TRIGGER audit_kept BEFORE TRUNCATE ON accounts_auditevent_rest FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();

CREATE FUNCTION accounts_audit_prepare(first date, months integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    month date;
    name text;
    made integer := 0;
BEGIN
    FOR month IN SELECT generate_series(date_trunc('month', first), date_trunc('month', first) + make_interval(months => months - 1), '1 month')
    LOOP
        name := 'accounts_auditevent_' || to_char(month, 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF accounts_auditevent FOR VALUES FROM (%L) TO (%L)', name,
                month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
            EXECUTE format('CREATE TRIGGER audit_kept BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse()', name);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
SELECT accounts_audit_prepare(current_date, 3);
"""

CHAIN = """
CREATE FUNCTION accounts_audit_part(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(length(value) || ':' || value, '-')
$$;
CREATE FUNCTION accounts_audit_digest(previous text, sequence bigint, event accounts_auditevent) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(concat_ws(E'\\n', previous, sequence,
        accounts_audit_part(event.id::text),
        accounts_audit_part(to_char(event.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
        accounts_audit_part(event.action),
        accounts_audit_part(event.actor_id::text),
        accounts_audit_part(event.actor_name),
        accounts_audit_part(event.owner_id::text),
        accounts_audit_part(event.session_id::text),
        accounts_audit_part(event.ip),
        accounts_audit_part(event.source),
        accounts_audit_part(event.object_type),
        accounts_audit_part(event.object_id),
        accounts_audit_part(event.object_name),
        accounts_audit_part(event.record)), 'UTF8')), 'hex')
$$;
-- At commit, when all other locks are held already: those who write wait for each other only for this moment, and never crosswise.
CREATE FUNCTION accounts_audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(7305809921);
    SELECT sequence, digest INTO last FROM accounts_auditlink ORDER BY sequence DESC LIMIT 1;
    INSERT INTO accounts_auditlink (sequence, event_id, occurred_at, digest) VALUES (
        coalesce(last.sequence, 0) + 1, NEW.id, NEW.occurred_at,
        accounts_audit_digest(coalesce(last.digest, repeat('0', 64)), coalesce(last.sequence, 0) + 1, NEW)
    );
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_linked AFTER INSERT ON accounts_auditevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_audit_link();
"""

REMOVE = """
DROP TABLE accounts_auditlink;
DROP TABLE accounts_auditevent CASCADE;
DROP FUNCTION accounts_audit_link();
DROP FUNCTION accounts_audit_part(text);
DROP FUNCTION accounts_audit_prepare(date, integer);
DROP FUNCTION accounts_audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_validate_profiles")]

    operations = [
        migrations.RunSQL(TABLES + GUARDS + CHAIN, REMOVE),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.UUIDField(default=common.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ("occurred_at", models.DateTimeField(verbose_name="time")),
                ("action", models.CharField(max_length=60)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(blank=True, max_length=254, verbose_name="actor")),
                ("owner_id", models.UUIDField(null=True)),
                ("session_id", models.UUIDField(null=True)),
                ("ip", models.CharField(blank=True, max_length=45, verbose_name="address")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("web", "Web"),
                            ("api", "API"),
                            ("admin", "Administration"),
                            ("command", "Command"),
                            ("task", "Scheduled task"),
                            ("terminal", "Terminal"),
                            ("assistant", "Assistant"),
                            ("system", "System"),
                        ],
                        max_length=12,
                    ),
                ),
                ("object_type", models.CharField(blank=True, max_length=60, verbose_name="kind of object")),
                ("object_id", models.CharField(blank=True, max_length=64)),
                ("object_name", models.CharField(blank=True, max_length=200, verbose_name="object")),
                ("record", models.TextField(default="{}")),
            ],
            options={"verbose_name": "audit event", "ordering": ["-occurred_at", "-id"], "db_table": "accounts_auditevent", "managed": False},
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.UUIDField(unique=True)),
                ("occurred_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "link of the audit trail",
                "verbose_name_plural": "links of the audit trail",
                "ordering": ["sequence"],
                "db_table": "accounts_auditlink",
                "managed": False,
            },
        ),
    ]
