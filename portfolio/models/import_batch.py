"""One imported file: what it made, and how to undo it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.identifiers import uuid7
from portfolio.models.portfolio import Portfolio


class ImportBatch(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=20)
    digest = models.CharField("SHA-256 of the file", max_length=64)
    created_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return self.file_name or f"{self.format} import"
