"""The regular look at the safety of the installation: what is good, doubtful and bad, and that unknown is never good."""

import datetime as dt
import json
import os
import socket

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.services.audit import record_event
from accounts.services.audit_anchors import FILE, note_anchor
from ops.models import SecurityReport
from ops.security import machine, programs
from ops.security.events import MANY_FAILURES, check_audit_trail, check_failed_attempts, check_refusals, check_reused_tokens, hours_ago
from ops.security.finding import Finding, worst_of
from ops.security.people import check_deployment, check_permissions
from ops.security.store import keep_report
from ops.tasks import run_security_check
from tests.accounts.sessions import sign_in
from tests.accounts.test_audit import link
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def layout(settings, tmp_path):
    """Folders of their own, closed to others."""
    for name in ("VAR_DIR", "AUDIT_DIR", "BACKUP_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        setattr(settings, name, folder)
    settings.LAYOUT = type(settings.LAYOUT)(settings.VAR_DIR)
    settings.LAYOUT.secrets_dir.mkdir(mode=0o700)
    secret = settings.LAYOUT.secrets_dir / "secret_key"
    secret.write_text("x" * 40)
    secret.chmod(0o600)
    settings.PID_FILE = tmp_path / "runner.pid"
    return settings


def test_many_failures_of_one_name_are_doubtful():
    since = hours_ago(24)
    assert check_failed_attempts(since).status == "green"
    for _ in range(MANY_FAILURES):
        record_event(action="signin.failed", detail={"email": "ann@example.com"})
    finding = check_failed_attempts(since)
    assert finding.status == "yellow"
    assert f"ann@example.com: {MANY_FAILURES}" in finding.items
    assert check_failed_attempts(timezone.now() + dt.timedelta(hours=1)).status == "green"


def test_somebody_who_is_refused_again_and_again_is_named():
    user = UserFactory()
    for _ in range(20):
        record_event(action="access.denied", actor=user)
    assert check_refusals(hours_ago(1)).items == (f"{user.email}: 20",)


def test_a_reused_token_is_bad():
    assert check_reused_tokens(hours_ago(1)).status == "green"
    record_event(action="token.reused", target=UserFactory(name="Ann"))
    assert (check_reused_tokens(hours_ago(1)).status, check_reused_tokens(hours_ago(1)).items) == ("red", ("Ann",))


def test_the_trail_is_doubtful_without_a_note_good_with_one_and_bad_with_a_wrong_one(layout):
    record_event(action="thing.made")
    link()
    assert check_audit_trail(hours_ago(1)).status == "yellow"
    sequence, _ = note_anchor(folder=layout.AUDIT_DIR)
    assert check_audit_trail(hours_ago(1)).status == "green"
    (layout.AUDIT_DIR / FILE).write_text(json.dumps({"sequence": sequence, "digest": "0" * 64}))
    assert check_audit_trail(hours_ago(1)).status == "red"
    (layout.AUDIT_DIR / FILE).write_text("nonsense")
    assert check_audit_trail(hours_ago(1)).status == "red"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_secret_that_others_can_touch_is_bad(layout, mode):
    assert machine.check_files().status == "green"
    secret = layout.LAYOUT.secrets_dir / "secret_key"
    secret.chmod(mode)
    assert (machine.check_files().status, machine.check_files().items) == ("red", (str(secret),))


def test_a_folder_that_others_can_list_is_bad_one_they_can_only_pass_is_not(layout):
    layout.VAR_DIR.chmod(0o711)
    assert machine.check_files().status == "green"
    layout.BACKUP_DIR.chmod(0o755)
    assert machine.check_files().status == "red"


def test_a_port_open_to_others_is_bad(layout):
    assert machine.check_ports().status == "green"
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        finding = machine.check_ports()
        assert finding.status == "red"
        assert str(server.getsockname()[1]) in finding.items[0]


@pytest.mark.parametrize(("address", "status"), [("http://127.0.0.1:3000", "green"), ("http://portfolio.example.com", "red")])
def test_without_encryption_only_this_machine_is_safe(settings, address, status):
    settings.PUBLIC_URL = address
    assert machine.check_certificate().status == status


def test_a_certificate_that_cannot_be_seen_is_doubtful(settings):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        settings.PUBLIC_URL = f"https://127.0.0.1:{server.getsockname()[1]}"
        assert machine.check_certificate().status == "yellow"


def test_old_secrets_are_named(layout, monkeypatch):
    for name in ("SECRET_KEY", "JWT_SECRET", "SECRET_KEY_FILE", "JWT_SECRET_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert machine.check_secrets().status == "green"
    monkeypatch.setenv("JWT_SECRET", "x")
    assert machine.check_secrets().status == "yellow"
    old = (timezone.now() - dt.timedelta(days=400)).timestamp()
    os.utime(layout.LAYOUT.secrets_dir / "secret_key", (old, old))
    assert machine.check_secrets().items == ("secret_key: 400 days",)


def canned(monkeypatch, answers):
    """Let the outside program, which needs the network, say what it would say."""
    listed = iter(answers)
    monkeypatch.setattr(programs, "_run", lambda command: next(listed))


WEAK = {"dependencies": [{"name": "django", "version": "4.2.0", "vulns": [{"id": "CVE-1"}]}]}
SOUND = {"dependencies": [{"name": "django", "version": "5.2.19", "vulns": []}]}
SKIPPED = {"dependencies": [{"name": "django", "skip_reason": "not found"}]}


@pytest.mark.parametrize(
    ("canary", "ours", "status"),
    [
        (WEAK, SOUND, "green"),
        (WEAK, WEAK, "red"),
        (WEAK, SKIPPED, "yellow"),
        # It says nothing of an old Django: it knows nothing at all.
        (SOUND, SOUND, "yellow"),
        (SKIPPED, SOUND, "yellow"),
        (None, SOUND, "yellow"),
        (WEAK, None, "yellow"),
    ],
)
def test_weaknesses_of_packages_are_never_good_when_unknown(monkeypatch, canary, ours, status):
    canned(monkeypatch, [canary, ours])
    assert programs.check_python_packages().status == status


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"vulnerabilities": {}}, "green"),
        ({"vulnerabilities": {"htmx": {"severity": "high"}}}, "red"),
        ({"message": "405"}, "yellow"),
        (None, "yellow"),
    ],
)
def test_weaknesses_of_browser_packages(monkeypatch, answer, status):
    canned(monkeypatch, [answer])
    assert programs.check_browser_packages().status == status


def test_people_with_rights_are_listed_and_the_sleeping_ones_named():
    assert check_permissions().status == "yellow"
    admin = UserFactory(is_staff=True, is_superuser=True, last_login=timezone.now())
    assert (check_permissions().status, check_permissions().items) == ("green", (f"{admin.email}: superuser",))
    UserFactory(is_staff=True, email="gone@example.com", last_login=timezone.now() - dt.timedelta(days=200))
    finding = check_permissions()
    assert finding.status == "yellow"
    assert "gone@example.com" in finding.message


def test_settings_for_development_are_doubtful_here():
    finding = check_deployment()
    assert finding.status == "yellow"
    assert any("W008" in item for item in finding.items)


def test_settings_for_the_open_pass_the_list_of_django(monkeypatch, tmp_path):
    settings = {
        "APP_ENV": "production",
        "PUBLIC_URL": "https://portfolio.example.com",
        "ALLOWED_HOSTS": "portfolio.example.com",
        "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuvwxyz",
        "JWT_SECRET": "zyxwvutsrqponmlkjihgfedcba-9876543210-zyxwvutsrqponmlkjihgfedcba",
        "FIELD_ENCRYPTION_KEYS": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=",
        "VAR_DIR": str(tmp_path),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    # The browser's tests set it.
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)
    finding = check_deployment()
    assert (finding.status, finding.items) == ("green", ())


def test_the_worst_finding_is_the_status():
    assert worst_of([]) == "yellow"
    assert worst_of([Finding("a", "green", ""), Finding("b", "red", ""), Finding("c", "yellow", "")]) == "red"


def test_reports_are_kept_shown_to_staff_and_forgotten_after_a_year(layout):
    old = keep_report("daily", [Finding("files", "green", "All closed.")])
    SecurityReport.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=500))
    run_security_check("daily")
    report = SecurityReport.objects.get()
    assert {finding["name"] for finding in report.findings} >= {"files", "ports", "audit_trail", "failed_attempts"}
    client = sign_in(UserFactory(is_staff=True, is_superuser=True))
    assert "audit_trail" in client.get("/admin/ops/securityreport/").content.decode()
    page = client.get(f"/admin/ops/securityreport/{report.pk}/change/").content.decode()
    assert "closed to others" in page


def test_the_command_tells_the_worst_by_its_exit_code(layout, capsys):
    with pytest.raises(SystemExit) as stop:
        call_command("security_check", "--daily", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (stop.value.code, told["status"], told["span"]) == (10, "yellow", "daily")
    (layout.LAYOUT.secrets_dir / "secret_key").chmod(0o644)
    with pytest.raises(SystemExit) as stop:
        call_command("security_check", "--daily", "--json")
    assert stop.value.code == 11
