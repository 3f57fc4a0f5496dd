"""The audit trail. Its tables are made by migration 0003 in SQL: partitioned, append-only, chained by the database."""

import json
from typing import Any

from django.db import models

from common.identifiers import uuid7


class AuditEvent(models.Model):
    """Who did what to which object, when, from where, in which session. Written in the transaction of the change; never changed.

    No foreign keys: an event outlives everything that it names. `owner_id`: whose data it is about.
    """

    class Source(models.TextChoices):
        WEB = "web", "Web"
        API = "api", "API"
        ADMIN = "admin", "Administration"
        COMMAND = "command", "Command"
        TASK = "task", "Scheduled task"
        TERMINAL = "terminal", "Terminal"
        ASSISTANT = "assistant", "Assistant"
        SYSTEM = "system", "System"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    occurred_at = models.DateTimeField("time")
    action = models.CharField(max_length=60)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField("actor", max_length=254, blank=True)
    owner_id = models.UUIDField(null=True)
    session_id = models.UUIDField(null=True)
    ip = models.CharField("address", max_length=45, blank=True)
    source = models.CharField(max_length=12, choices=Source.choices)
    object_type = models.CharField("kind of object", max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_name = models.CharField("object", max_length=200, blank=True)
    record = models.TextField(default="{}")

    class Meta:
        managed = False
        db_table = "accounts_auditevent"
        ordering = ["-occurred_at", "-id"]
        verbose_name = "audit event"

    def __str__(self) -> str:
        return f"{self.action} {self.object_name}".strip()

    @property
    def told(self) -> dict[str, Any]:
        """The record: `before`, `after`, `detail`, each where there is something to say."""
        found: dict[str, Any] = json.loads(self.record)
        return found


class AuditMode(models.Model):
    """Whether reads are noted too. One row at most; none: they are not."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="auditmode_one_row")]

    def __str__(self) -> str:
        return "on" if self.is_on else "off"


class AuditLink(models.Model):
    """The place of an event in the chain, given when it was committed."""

    sequence = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    occurred_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        managed = False
        db_table = "accounts_auditlink"
        ordering = ["sequence"]
        verbose_name = "link of the audit trail"
        verbose_name_plural = "links of the audit trail"

    def __str__(self) -> str:
        return f"{self.sequence} {self.digest[:12]}"
