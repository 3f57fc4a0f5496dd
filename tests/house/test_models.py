"""What must hold for every model, without naming one."""

import io

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command

OUR_APPS = ("accounts", "portfolio", "terminal", "assistant", "ops")
# Rows that serve the machinery only; a person has nothing to look for in them.
WITHOUT_ADMIN = {
    "accounts.AuditLink",
    "accounts.AuditMode",
    "accounts.IdempotencyRecord",
    "portfolio.ImportUpload",
    "portfolio.LedgerRevision",
    "portfolio.RatesRevision",
}


def our_models() -> list[type]:
    return [model for label in OUR_APPS for model in apps.get_app_config(label).get_models()]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_model_is_in_the_admin(model: type) -> None:
    assert model._meta.label in WITHOUT_ADMIN or admin.site.is_registered(model)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())
