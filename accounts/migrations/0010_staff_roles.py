"""The roles of the staff, as groups. None of them lets anybody read another's amounts; that takes a reason (portfolio.AccessReason)."""

from django.db import migrations

PEOPLE = ("view accounts.user", "view accounts.usersession", "view accounts.personaltoken", "view accounts.signinthrottle")
LEDGERS = (
    "view portfolio.portfolio",
    "view portfolio.brokerageaccount",
    "view portfolio.transaction",
    "view portfolio.importbatch",
    "view portfolio.share",
    "view portfolio.accessreason",
)
MARKET = ("view portfolio.instrument", "view portfolio.price", "view portfolio.fxrate")
SUPPORT = (*PEOPLE, *LEDGERS, "change accounts.usersession", "add portfolio.accessreason", "view portfolio.instrument")
OPERATOR = (
    *MARKET,
    "add portfolio.instrument",
    "change portfolio.instrument",
    "add portfolio.price",
    "change portfolio.price",
    "delete portfolio.price",
    "add portfolio.fxrate",
    "change portfolio.fxrate",
    "delete portfolio.fxrate",
    "view portfolio.importbatch",
    "view ops.securityreport",
)
AUDITOR = (*PEOPLE, *LEDGERS, *MARKET, "view auth.group", "view accounts.auditevent", "view ops.securityreport")
# Roles are given by superusers only, so that nobody makes himself one.
ADMIN = (*SUPPORT, *OPERATOR, *AUDITOR, "add accounts.user", "change accounts.user")
ROLES = {"support": SUPPORT, "operator": OPERATOR, "auditor": AUDITOR, "admin": ADMIN}


def create_roles(apps, schema_editor):
    group_class, permission_class = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    content_types = apps.get_model("contenttypes", "ContentType").objects
    for name, rights in ROLES.items():
        permissions = []
        for right in sorted(set(rights)):
            action, _, label = right.partition(" ")
            app, _, model = label.partition(".")
            # Django makes permissions after the last migration; those that are there by then it leaves alone.
            content_type, _ = content_types.get_or_create(app_label=app, model=model)
            permission, _ = permission_class.objects.get_or_create(
                content_type=content_type, codename=f"{action}_{model}", defaults={"name": f"Can {action} {model}"}
            )
            permissions.append(permission)
        group, _ = group_class.objects.get_or_create(name=name)
        group.permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_passkeys"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    # Backwards nothing: somebody may be in a group.
    operations = [migrations.RunPython(create_roles, migrations.RunPython.noop)]
