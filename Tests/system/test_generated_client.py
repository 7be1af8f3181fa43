# SPDX-License-Identifier: Apache-2.0
"""A client generated from the description, by a generator that knows nothing of Bitting, tells the README's story."""

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = ROOT / "openapi/bitting.yaml"


class Generated:
    """The package `bitting_api`: its operations by tag and name, its models."""

    def __init__(self, folder: Path):
        tools = Path(sys.executable).parent
        told = subprocess.run(
            [tools / "openapi-python-client", "generate", "--path", DESCRIPTION, "--fail-on-warning"]
            + ["--config", ROOT / "examples/python/client.yaml", "--meta", "none", "--output-path", folder / "bitting_api"],
            env=os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        self.folder = folder / "bitting_api"

    def __getattr__(self, name: str):
        """`generated.keys.issue_key` is an operation; `generated.models.KeyDraft` a model."""
        if name in ("models", "types"):
            return import_module(f"bitting_api.{name}")
        return Operations(name)


class Operations:
    def __init__(self, tag: str):
        self.tag = tag

    def __getattr__(self, name: str):
        return import_module(f"bitting_api.api.{self.tag}.{name}")


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated")
    made = Generated(folder)
    sys.path.insert(0, str(folder))
    yield made
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def client(generated, house):
    return import_module("bitting_api").AuthenticatedClient(
        base_url=f"http://{house.server.control_address}", token=house.management
    )


@pytest.fixture(scope="module")
def data(generated, house):
    """The other listener, with the key of whoever verifies."""
    return import_module("bitting_api").AuthenticatedClient(
        base_url=f"http://{house.server.data_address}", token=house.management
    )


@pytest.fixture(scope="module")
def world(generated, client):
    """A keyspace, an account and an app in it."""
    models = generated.models
    keyspace = generated.keyspaces.create_keyspace.sync(
        client=client, body=models.KeyspaceDraft(name="generated", prefix="generated", max_lifetime="90d")
    )
    account = generated.accounts.create_account.sync(client=client, body=models.OwnerDraft(name="Corner Bakery"))
    app = generated.apps.create_app.sync(account.id, client=client, body=models.OwnerDraft(name="Order app"))
    assert (keyspace.prefix, app.account) == ("generated", account.id)
    return keyspace, account, app


def issue(generated, client, world, name: str = "Order app", **fields):
    keyspace, _, app = world
    models = generated.models
    owner = models.OwnerRef(type_=models.OwnerType.APP, id=app.id)
    return generated.keys.issue_key.sync(
        client=client,
        body=models.KeyDraft(keyspace=keyspace.name, owner=owner, name=name, **({"scopes": ["orders:read"]} | fields)),
    )


def test_every_operation_and_every_name_came_through(generated):
    described = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", operation["operationId"]).lower()
        for path in yaml.safe_load(DESCRIPTION.read_text())["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    made = {path.stem for path in generated.folder.glob("api/*/*.py")} - {"__init__"}
    assert made == described
    # What has no name of its own gets one from where it stands, which changes with it.
    unnamed = re.compile(r".*(_type_\d+(_.*)?|_item|_response_\d+|_body)$")
    models = {path.stem for path in generated.folder.glob("models/*.py")}
    assert {name for name in models if unnamed.match(name)} <= {"fix_body", "description_response_200", "offboarding_item"}


def test_a_key_is_issued_verified_rotated_and_revoked(generated, client, data, world, house):
    models = generated.models
    key = issue(
        generated,
        client,
        world,
        expires_at=datetime.now(timezone.utc) + timedelta(days=30),
        limits=[models.Rate(name="burst", limit=100, per="1m"), models.InFlight(name="parallel", limit=5, in_flight=True)],
        quota=models.Quota(amount=1000, refill=models.QuotaRefill(every="month", zone="Europe/Berlin")),
        allowed_routes=[models.Route(methods=["GET"], path="/orders/**")],
    )
    house.evidence.issued.append(key.secret)
    assert isinstance(key, models.IssuedKey) and key.secret.startswith("generated_live_")
    assert [type(limit) for limit in key.limits] == [models.RateView, models.InFlightView]

    def verdict(secret: str, **question):
        asked = models.Verification(key=secret, **({"method": "GET", "path": "/orders/1"} | question))
        return generated.data_plane.verify_key.sync(client=data, body=asked)

    accepted = verdict(key.secret, scopes=["orders:read"], user_agent="orders/2.1", address="203.0.113.7")
    assert (accepted.valid, accepted.code, accepted.key_id) == (True, models.VerdictCode.VALID, key.id)
    assert (accepted.owner.id, accepted.secret, accepted.quota.remaining) == (world[2].id, models.SecretState.CURRENT, 999)
    assert verdict(key.secret, scopes="orders:write").code == models.VerdictCode.INSUFFICIENT_SCOPE
    assert verdict(key.secret, method="DELETE").code == models.VerdictCode.ROUTE_DENIED
    both = models.VerificationBatch(items=[models.Verification(key="nonsense"), models.Verification(key=key.secret, path="/orders", method="GET")])
    assert [found.valid for found in generated.data_plane.verify_keys.sync(client=data, body=both).results] == [False, True]

    rotated = generated.keys.rotate_key.sync(key.id, client=client, body=models.RotationTerms(grace="1h"))
    house.evidence.issued.append(rotated.secret)
    assert rotated.key.id == key.id and rotated.retiring.grace_expires_at > rotated.key.updated_at
    assert verdict(rotated.secret).secret == models.SecretState.CURRENT
    old = verdict(key.secret, user_agent="orders/2.1", address="203.0.113.7")
    assert (old.valid, old.secret) == (True, models.SecretState.RETIRING)
    (straggler,) = generated.keys.list_stragglers.sync(key.id, client=client).items
    assert (straggler.address, straggler.user_agent, straggler.uses) == ("203.0.113.7", "orders/2.1", 1)

    reason = models.RevocationDraft(reason=models.RevocationReason.COMPROMISED, note="Found in a public place.")
    revoked = generated.keys.revoke_key.sync(key.id, client=client, body=reason)
    assert (revoked.state, revoked.revocation.reason) == (models.KeyStateName.REVOKED, models.RevocationReason.COMPROMISED)
    for secret in (key.secret, rotated.secret):
        assert not verdict(secret).valid
    assert generated.keys.read_key.sync(key.id, client=client).to_dict() == revoked.to_dict()


def test_a_key_is_traded_for_a_token_that_dies_with_it(generated, client, data, world, house):
    models = generated.models
    key = issue(generated, client, world, scopes=["orders:read", "orders:write"])
    house.evidence.issued.append(key.secret)
    wanted = models.TokenRequest(
        grant_type=models.TokenRequestGrantType.URNIETFPARAMSOAUTHGRANT_TYPETOKEN_EXCHANGE,
        subject_token=key.secret,
        subject_token_type=models.TokenRequestSubjectTokenType.URNIETFPARAMSOAUTHTOKEN_TYPEACCESS_TOKEN,
        scope="orders:read",
    )
    nobody = import_module("bitting_api").Client(base_url=f"http://{house.server.data_address}")
    token = generated.data_plane.exchange_token.sync(client=nobody, body=wanted)
    assert isinstance(token, models.TokenAnswer) and token.scope == "orders:read"
    question = models.IntrospectionRequest(token=token.access_token)
    told = generated.data_plane.introspect_token.sync(client=data, body=question)
    assert (told.active, told.client_id, told.scope) == (True, key.id, "orders:read")
    issuer = generated.data_plane.read_o_auth_metadata.sync(client=nobody)
    assert issuer.issuer == told.iss
    generated.data_plane.revoke_token.sync(client=nobody, body=models.RevocationRequest(token=key.secret))
    assert generated.data_plane.introspect_token.sync(client=data, body=question).to_dict() == {"active": False}


def test_a_list_is_read_page_by_page(generated, client, world, house):
    keys = [issue(generated, client, world, name=f"Page {number}", scopes=["pages:read"]) for number in range(5)]
    house.evidence.issued += [key.secret for key in keys]
    found, cursor = [], generated.types.UNSET
    while cursor is not None:
        page = generated.keys.list_keys.sync(client=client, scope="pages:read", limit=2, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
    assert [key.id for key in found] == [key.id for key in keys]


def test_what_is_wrong_comes_as_a_problem(generated, client, world):
    answer = generated.keys.read_key.sync_detailed("key_nonsense", client=client)
    assert (answer.status_code, answer.parsed.code) == (404, "not_found")
    refused = issue(generated, client, world, scopes=["no scope"])
    assert isinstance(refused, generated.models.Problem)
    assert (refused.status, refused.pointer) == (422, "/scopes/0") and refused.fix


def test_changes_come_in_bulk_each_with_its_result(generated, client, world, house):
    models = generated.models
    key = issue(generated, client, world)
    house.evidence.issued.append(key.secret)
    operations = models.KeyOperations(
        operations=[
            models.KeySwitch(op=models.KeySwitchOp.DISABLE, id=key.id),
            models.KeyRevocation(op="revoke", id="key_00000000000000000000000000", reason=models.RevocationReason.UNUSED),
        ]
    )
    first, second = generated.keys.bulk_keys.sync(client=client, body=operations).results
    assert (first.status, first.key.state) == (200, models.KeyStateName.DISABLED)
    assert (second.status, second.problem.code) == (404, "not_found")


def test_a_call_that_is_repeated_is_done_once(generated, client, world):
    models = generated.models
    draft = models.OwnerDraft(name="Once")
    made = [
        generated.apps.create_app.sync(world[1].id, client=client, body=draft, idempotency_key="generated-once")
        for _ in range(2)
    ]
    assert made[0].id == made[1].id


def test_a_provider_a_credential_and_an_integration_are_made(generated, client, data, world, house):
    models = generated.models
    value = house.evidence.hold()
    provider = generated.providers.put_provider.sync(
        "carrier",
        client=client,
        body=models.ProviderDraft(
            title="Carrier",
            origins=["https://api.carrier.example"],
            credential=models.HeaderSlot(in_="header", name="Authorization", format_="Bearer {value}"),
        ),
    )
    assert provider.credential.name == "Authorization"
    credential = generated.credentials.hold_credential.sync(
        client=client, body=models.CredentialDraft(account=world[1].id, provider="carrier", name="Carrier", value=value)
    )
    assert credential.versions[0].state == models.CredentialVersionState.CURRENT
    integration = generated.integrations.create_integration.sync(
        client=client,
        body=models.IntegrationDraft(
            name="carrier",
            app=world[2].id,
            credential=credential.id,
            allow=[models.Route(methods=["POST"], path="/v1/labels")],
        ),
    )
    assert integration.state == models.IntegrationState.ACTIVE
    paused = generated.integrations.pause_integration.sync(integration.id, client=client, body=models.Nothing())
    assert paused.state == models.IntegrationState.PAUSED
    events = generated.events.list_events.sync(client=client, limit=200).items
    assert integration.id in {event.subject for event in events}
