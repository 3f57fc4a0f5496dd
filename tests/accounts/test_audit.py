"""The audit trail: written with the change, chained at commit, and whoever tampers with it is found out."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit.digest import COLUMNS, digest_event
from accounts.audit.origin import Origin, acting_from
from accounts.audit.record import MASK, write_record
from accounts.models import AuditEvent, AuditLink
from accounts.selectors.audit import check_trail, find_head, list_events, texts_of
from accounts.services.audit import prepare_months, record_event
from accounts.services.audit_anchors import note_anchor, read_anchors
from accounts.services.audit_export import check_file, export_trail
from accounts.services.users import create_user, set_password, update_profile
from common.errors import InvalidInputError
from portfolio.importers.drafts import TransactionDraft
from portfolio.models import Transaction
from portfolio.services.portfolios import create_portfolio, update_portfolio
from portfolio.services.transactions import record_transaction
from tests.accounts.sessions import sign_in
from tests.factories import PASSWORD, UserFactory
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory

pytestmark = pytest.mark.django_db


def link() -> None:
    """Do now what the database does at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def tamper(statement: str, *arguments: object, table: str = "accounts_auditevent") -> None:
    """Do what only somebody can who has the database in his hands."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, arguments)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found(anchors=()):
    return [(problem.kind, problem.sequence) for problem in check_trail(anchors=anchors).problems]


@pytest.fixture(autouse=True)
def _begin_with_an_empty_trail():
    """Tests that commit leave their events behind: the flush between tests may not touch the trail."""
    tamper("DELETE FROM accounts_auditevent")
    tamper("DELETE FROM accounts_auditlink", table="accounts_auditlink")


@pytest.fixture
def links():
    """Three events in the trail, and their links."""
    events = [record_event(action=f"thing.{verb}", detail={"number": number}) for number, verb in enumerate(("made", "changed", "removed"))]
    link()
    return [AuditLink.objects.get(event_id=event.pk) for event in events]


def test_events_are_chained_in_the_order_of_their_commit(links):
    assert [one.sequence - links[0].sequence for one in links] == [0, 1, 2]
    event = AuditEvent.objects.get(pk=links[1].event_id)
    assert digest_event(links[0].digest, links[1].sequence, texts_of([getattr(event, name) for name in COLUMNS])) == links[1].digest
    assert check_trail().problems == []
    assert find_head() == links[2]


@pytest.mark.django_db(transaction=True)
def test_an_event_stands_or_falls_with_its_change(alice):
    before = AuditEvent.objects.count()
    with transaction.atomic():
        create_portfolio(actor=alice, name="Never", base_currency="EUR")
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == before
    create_portfolio(actor=alice, name="Kept", base_currency="EUR")
    assert (AuditEvent.objects.count(), AuditLink.objects.count()) == (before + 1, before + 1)


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain():
    start, before = Barrier(8), AuditLink.objects.count()

    def write(number: int) -> None:
        start.wait()
        try:
            for step in range(5):
                with transaction.atomic():
                    record_event(action="race.run", detail={"writer": number, "step": step})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert AuditLink.objects.count() == before + 40
    assert check_trail().problems == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET action = 'other'",
        "DELETE FROM accounts_auditevent",
        "TRUNCATE accounts_auditevent",
        "UPDATE accounts_auditlink SET digest = 'other'",
        "DELETE FROM accounts_auditlink",
        "TRUNCATE accounts_auditlink",
    ],
)
def test_the_database_refuses_every_change_of_the_trail(links, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_partition_can_be_emptied(links):
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'accounts_auditevent'::regclass")
        parts = [name for (name,) in cursor.fetchall()]
    assert len(parts) >= 4
    for part in parts:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {part}")


def test_a_changed_event_is_found(links):
    tamper("UPDATE accounts_auditevent SET actor_name = 'somebody else' WHERE id = %s", links[1].event_id)
    assert found() == [("changed", links[1].sequence)]


def test_characters_moved_from_one_column_to_the_next_are_found(links):
    tamper("UPDATE accounts_auditevent SET action = 'thing.change', actor_name = 'd' WHERE id = %s", links[1].event_id)
    assert found() == [("changed", links[1].sequence)]


def test_a_removed_event_is_found(links):
    tamper("DELETE FROM accounts_auditevent WHERE id = %s", links[1].event_id)
    assert found() == [("missing", links[1].sequence)]


def test_an_event_removed_with_its_link_is_found(links):
    tamper("DELETE FROM accounts_auditevent WHERE id = %s", links[1].event_id)
    tamper("DELETE FROM accounts_auditlink WHERE sequence = %s", links[1].sequence, table="accounts_auditlink")
    assert found() == [("gap", links[1].sequence), ("changed", links[2].sequence)]


def test_an_event_put_in_beside_the_chain_is_found(links):
    copy = "INSERT INTO accounts_auditevent SELECT gen_random_uuid(), now(), 'thing.forged', NULL, '', NULL, NULL, '', 'web', '', '', '', '{}'"
    tamper(copy)
    assert found() == [("inserted", None)]


def test_events_that_changed_places_are_found(links):
    swap = """UPDATE accounts_auditlink AS link SET event_id = other.event_id, occurred_at = other.occurred_at
        FROM accounts_auditlink AS other WHERE link.sequence IN (%s, %s) AND other.sequence = %s - link.sequence"""
    first, second = links[0].sequence, links[1].sequence
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditlink DROP CONSTRAINT accounts_auditlink_event_id_key")
    tamper(swap, first, second, first + second, table="accounts_auditlink")
    assert found() == [("changed", first), ("changed", second)]


def test_a_cut_off_end_is_found_by_what_was_noted_outside(links):
    anchors = [(one.sequence, one.digest) for one in links]
    tamper("DELETE FROM accounts_auditevent WHERE id = %s", links[2].event_id)
    tamper("DELETE FROM accounts_auditlink WHERE sequence = %s", links[2].sequence, table="accounts_auditlink")
    assert found() == []
    assert found(anchors) == [("cut_off", links[2].sequence)]


def test_a_chain_computed_anew_is_found_by_what_was_noted_outside(links):
    anchors = [(links[2].sequence, links[2].digest)]
    tamper("UPDATE accounts_auditevent SET actor_name = 'somebody else' WHERE id = %s", links[2].event_id)
    again = "UPDATE accounts_auditlink SET digest = accounts_audit_digest(%s, sequence, event) FROM accounts_auditevent AS event"
    tamper(f"{again} WHERE event.id = event_id AND sequence = %s", links[1].digest, links[2].sequence, table="accounts_auditlink")
    assert found() == []
    assert found(anchors) == [("rewritten", links[2].sequence)]


def test_an_event_of_an_unprepared_month_is_kept_too(links):
    event = AuditEvent.objects.get(pk=links[0].event_id)
    event.pk, event.occurred_at = None, timezone.now() + dt.timedelta(days=400)
    event.pk = AuditEvent._meta.pk.get_default()
    event.save(force_insert=True)
    link()
    assert check_trail().problems == []
    assert prepare_months() == 0


def test_secrets_are_masked_and_only_differences_are_kept():
    record = write_record(
        before={"name": "a", "password": "old", "same": 1},
        after={"name": "b", "password": "new", "same": 1},
        detail={"refresh_token": "abc", "nested": {"otp": "123456", "seed": None}, "amount": Decimal("1E+2"), "odd": "x\ud800\x00"},
    )
    assert json.loads(record) == {
        "before": {"name": "a", "password": MASK},
        "after": {"name": "b", "password": MASK},
        "detail": {"refresh_token": MASK, "nested": {"otp": MASK, "seed": None}, "amount": "100", "odd": "x?"},
    }


def test_nothing_that_was_typed_as_a_password_reaches_the_trail(client, alice):
    client.post("/login/", {"email": alice.email, "password": "wrong-secret-word"})
    sign_in(alice, client)
    set_password(user=alice, password="another-longer-secret-7")
    assert not [event for event in list_events() if "secret" in event.record]


def test_a_failed_sign_in_says_who_tried_from_where(client):
    client.post("/api/ums/auth/login", {"email": "nobody@example.com", "password": "x" * 20}, content_type="application/json")
    event = list_events(action="signin.failed").first()
    assert (event.source, event.ip, event.told["detail"]) == ("api", "127.0.0.1", {"email": "nobody@example.com"})


@pytest.mark.parametrize("email", ["x" * 100_000, "a\x00b@example.com", "\ud800@example.com"])
def test_odd_names_can_be_noted(client, email):
    answer = client.post("/api/ums/auth/login", json.dumps({"email": email, "password": PASSWORD}), content_type="application/json")
    assert answer.status_code in {400, 401}


def test_what_is_done_over_the_api_is_noted_with_its_session(client, alice):
    pair = client.post("/api/ums/auth/login", {"email": alice.email, "password": PASSWORD}, content_type="application/json").json()
    portfolio, instrument = PortfolioFactory(owner=alice), InstrumentFactory(currency="EUR")
    body = {"kind": "buy", "symbol": instrument.symbol, "trade_date": "2024-01-02", "quantity": "1", "price": "10"}
    address = f"/api/v1/portfolios/{portfolio.pk}/transactions"
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    assert client.post(address, body, content_type="application/json", **bearer).status_code == 201
    event = list_events(action="transaction").first()
    assert (event.action, event.source, event.actor_name, event.owner_id) == ("transaction.recorded", "api", alice.email, alice.pk)
    assert str(event.session_id) == pair["session"]["id"]
    assert event.object_id == str(Transaction.objects.get().pk)
    assert event.told["after"]["price"] == "10"


def test_a_change_tells_what_was_before_and_after(alice):
    portfolio = create_portfolio(actor=alice, name="Old", base_currency="EUR")
    update_portfolio(actor=alice, portfolio=portfolio, name="New")
    event = list_events(object_id=str(portfolio.pk)).first()
    assert (event.action, event.told) == ("portfolio.updated", {"before": {"name": "Old"}, "after": {"name": "New"}})
    update_profile(user=alice, name="Alicia")
    assert list_events(owner_id=alice.pk).first().told == {"before": {"name": alice.name.replace("Alicia", "Alice")}, "after": {"name": "Alicia"}}


def test_what_the_administration_changes_is_noted(alice):
    group = Group.objects.create(name="Auditors")
    kind = ContentType.objects.get_for_model(Group)
    LogEntry.objects.create(user=alice, content_type=kind, object_id=str(group.pk), object_repr="Auditors", action_flag=CHANGE, change_message="[]")
    event = list_events(action="admin").first()
    assert (event.action, event.actor_name, event.told["detail"]["kind"]) == ("admin.changed", alice.email, "auth.group")


def test_an_operator_is_named_by_his_account_on_the_machine(alice):
    with acting_from(Origin("command", name="operator root")):
        create_user(email="new@example.com", password="a-long-secret-word-9")
    event = list_events(action="user.created").first()
    assert (event.source, event.actor_id, event.actor_name) == ("command", None, "operator root")


def test_anchors_are_noted_once_and_only_their_owner_reads_them(links, tmp_path):
    folder = tmp_path / "audit"
    head = (links[2].sequence, links[2].digest)
    assert note_anchor(folder=folder) == head
    assert note_anchor(folder=folder) is None
    assert read_anchors(folder=folder) == [head]
    assert (folder / "anchors.jsonl").stat().st_mode & 0o077 == 0
    (folder / "anchors.jsonl").write_text("nonsense\n")
    with pytest.raises(InvalidInputError, match="line 1"):
        read_anchors(folder=folder)


def test_an_exported_trail_proves_itself(links, tmp_path):
    path = tmp_path / "trail.jsonl"
    count = export_trail(path=path)
    assert count == AuditEvent.objects.count()
    check = check_file(path=path)
    assert (check.trail.problems, check.trail.events, check.is_own) == ([], count, True)
    with pytest.raises(InvalidInputError, match="there already"):
        export_trail(path=path)


def test_an_export_of_some_days_goes_on_from_the_digest_before_it(links, tmp_path):
    path, today = tmp_path / "trail.jsonl", timezone.now().date()
    assert export_trail(path=path, start=today, end=today) >= 3
    assert check_file(path=path).trail.problems == []
    assert export_trail(path=tmp_path / "none.jsonl", end=dt.date(2001, 1, 1)) == 0
    assert check_file(path=tmp_path / "none.jsonl").trail.problems == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda lines: [lines[0], *lines[1:-2], lines[-2].replace(b"thing", b"thong"), lines[-1]], "changed"),
        (lambda lines: [*lines[:-2], lines[-1]], "signature"),
        (lambda lines: lines[:-1], "cut_off"),
        (lambda lines: [*lines[:-3], lines[-2], lines[-3], lines[-1]], "gap"),
    ],
)
def test_a_changed_export_is_found(links, tmp_path, change, kind):
    path = tmp_path / "trail.jsonl"
    export_trail(path=path)
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    assert kind in {problem.kind for problem in check_file(path=path).trail.problems}


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "other.txt"
    path.write_text("hello")
    with pytest.raises(InvalidInputError, match="line 1"):
        check_file(path=path)
    path.write_text("{}")
    with pytest.raises(InvalidInputError, match="not an exported"):
        check_file(path=path)
    with pytest.raises(InvalidInputError):
        check_file(path=tmp_path / "none")


def call(name, *arguments, capsys):
    try:
        call_command(name, *arguments, "--json")
        code = 0
    except (SystemExit, CommandError) as stop:
        code = stop.code if isinstance(stop, SystemExit) else stop.returncode
    return code, json.loads(capsys.readouterr().out)


def test_the_command_tells_whole_doubtful_and_broken(links, tmp_path, settings, capsys):
    settings.AUDIT_DIR = tmp_path
    code, told = call("verify_audit_trail", capsys=capsys)
    assert (code, told["status"]) == (10, "doubtful")
    note_anchor(folder=tmp_path)
    assert call("verify_audit_trail", capsys=capsys)[0] == 0
    tamper("DELETE FROM accounts_auditevent WHERE id = %s", links[1].event_id)
    code, told = call("verify_audit_trail", capsys=capsys)
    assert (code, told["status"], told["problems"][0]["kind"]) == (11, "broken", "missing")


def test_the_trail_can_be_exported_and_verified_by_command(links, tmp_path, capsys):
    path = str(tmp_path / "trail.jsonl")
    code, told = call("export_audit_trail", "--output", path, capsys=capsys)
    assert (code, told["events"]) == (0, AuditEvent.objects.count() - 1)
    code, told = call("verify_audit_trail", "--file", path, capsys=capsys)
    assert (code, told["status"], told["is_own"]) == (0, "ok", True)
    assert call("export_audit_trail", "--output", path, capsys=capsys)[0] == 1


def test_attempts_to_sign_in_are_counted_by_address_and_name(client, capsys):
    user = UserFactory()
    for _ in range(3):
        client.post("/api/ums/auth/login", {"email": user.email, "password": "wrong-word"}, content_type="application/json")
    code, told = call("audit_auth_attempts", "--hours", "1", capsys=capsys)
    assert (code, told["names"].get(user.email)) == (0, 3)
    assert told["addresses"]["127.0.0.1"] >= 3


def auditor(**fields):
    user = UserFactory(is_staff=True, **fields)
    user.user_permissions.add(Permission.objects.get(codename="view_auditevent"))
    return user


def test_staff_who_may_see_the_trail_read_it_without_the_amounts_of_others(alice):
    portfolio, instrument = PortfolioFactory(owner=alice), InstrumentFactory(currency="EUR")
    draft = TransactionDraft(kind="buy", trade_date=dt.date(2024, 1, 2), symbol=instrument.symbol, quantity=Decimal(3), price=Decimal(77))
    record_transaction(actor=alice, portfolio=portfolio, draft=draft)
    client = sign_in(auditor())
    rows = client.get("/api/ums/audit", {"action": "transaction", "actor": str(alice.pk)}).json()["results"]
    assert [(row["action"], row["record"]["after"]["price"], row["record"]["after"]["symbol"]) for row in rows] == [
        ("transaction.recorded", "hidden", instrument.symbol)
    ]
    assert client.get("/api/ums/audit", {"actor": "nobody"}).json()["results"] == []
    today = timezone.now().date().isoformat()
    assert client.get("/api/ums/audit", {"from": today, "to": today, "object": rows[0]["object_id"]}).json()["results"] == rows
    assert client.get("/api/ums/audit", {"to": "2001-01-01"}).json()["results"] == []


def test_nobody_else_reads_the_trail(client, alice):
    assert client.get("/api/ums/audit").status_code == 401
    assert sign_in(alice).get("/api/ums/audit").status_code == 403
    assert sign_in(UserFactory(is_staff=True)).get("/api/ums/audit").status_code == 403
    assert sign_in(UserFactory(is_staff=True)).get("/admin/accounts/auditevent/").status_code == 403


def test_the_administration_shows_the_trail_and_leads_along_a_person_and_an_object(alice):
    portfolio = create_portfolio(actor=alice, name="Old <b>name</b>", base_currency="EUR")
    event = list_events(object_id=str(portfolio.pk)).first()
    client = sign_in(auditor())
    listed = client.get("/admin/accounts/auditevent/", {"object_id": str(portfolio.pk)}).content.decode()
    assert "portfolio.created" in listed
    assert "Old &lt;b&gt;name" in listed
    page = client.get(f"/admin/accounts/auditevent/{event.pk}/change/").content.decode()
    assert f"?actor_id={alice.pk}" in page
    assert f"?object_id={portfolio.pk}" in page
    assert "base_currency" in page
    assert client.post(f"/admin/accounts/auditevent/{event.pk}/delete/", {"post": "yes"}).status_code == 403


def test_reads_are_noted_from_the_next_request_on_while_the_mode_is_on(alice, capsys):
    client = sign_in(alice)
    assert client.get("/api/v1/portfolios").status_code == 200
    assert not list_events(action="access").exists()
    assert call("audit_mode", "on", capsys=capsys) == (0, {"mode": "on", "changed": True})
    assert call("audit_mode", "on", capsys=capsys) == (0, {"mode": "on", "changed": False})
    client.get("/api/v1/portfolios")
    event = list_events(action="access.read").get()
    assert (event.actor_id, event.source, event.told["detail"]) == (alice.pk, "api", {"method": "GET", "path": "/api/v1/portfolios", "status": 200})
    call("audit_mode", "off", capsys=capsys)
    client.get("/api/v1/portfolios")
    assert list_events(action="access.read").count() == 1
    assert list_events(action="audit").count() == 2


def test_reads_with_a_token_are_noted_too(client, alice, settings):
    access = client.post("/api/ums/auth/login", {"email": alice.email, "password": PASSWORD}, content_type="application/json").json()["access"]
    settings.AUDIT_MODE = True
    client.get("/api/v1/portfolios", HTTP_AUTHORIZATION=f"Bearer {access}")
    assert list_events(action="access.read").get().session_id is not None


def test_what_a_signed_in_person_is_refused_is_noted(alice):
    assert sign_in(alice).get("/api/ums/audit").status_code == 403
    event = list_events(action="access.denied").get()
    assert (event.actor_name, event.told["detail"]["path"]) == (alice.email, "/api/ums/audit")


def test_waiting_after_failed_sign_ins_is_noted(client, alice):
    for _ in range(9):
        client.post("/api/ums/auth/login", {"email": alice.email, "password": "wrong-word"}, content_type="application/json")
    event = list_events(action="signin.locked").first()
    assert event.told["detail"] == {"email": alice.email}
    assert list_events(action="signin.failed").count() == 8
