"""Reports are kept, so that the administration shows them and what got worse."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ops.models import SecurityReport
from ops.security.finding import GREEN, Finding, worst_of
from ops.security.report import Span

logger = logging.getLogger("django.security.report")

KEPT = timedelta(days=400)


@transaction.atomic
def keep_report(span: Span, findings: list[Finding]) -> SecurityReport:
    """Store the findings of a look, say in the log what is not good, and forget the reports of more than a year ago."""
    SecurityReport.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    for finding in findings:
        if finding.status != GREEN:
            logger.warning("%s: %s", finding.name, finding.message, extra={"status": finding.status, "items": finding.items})
    return SecurityReport.objects.create(span=span, status=worst_of(findings), findings=[finding.as_json() for finding in findings])
