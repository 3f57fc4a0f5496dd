"""A file between its preview and its import."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.identifiers import uuid7
from portfolio.models.portfolio import Portfolio

LIFETIME = dt.timedelta(hours=24)


class ImportUploadQuerySet(models.QuerySet["ImportUpload"]):
    def expired(self) -> "ImportUploadQuerySet":
        return self.filter(created_at__lt=timezone.now() - LIFETIME)

    def current(self) -> "ImportUploadQuerySet":
        return self.filter(created_at__gte=timezone.now() - LIFETIME)


class ImportUpload(models.Model):
    """What someone uploaded or pasted, kept until it is imported, dropped or a day old.

    In the database, not in a file: the preview and the import may be answered by different machines.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="uploads")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="Bytes.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = ImportUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name or "pasted text"
