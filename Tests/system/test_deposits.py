# SPDX-License-Identifier: Apache-2.0
"""Keys handed in sealed: by the page's own script, by another implementation of HPKE, by the command line."""

import base64
import hashlib
import json
import shutil
import struct
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec

from door import Door
from terminal import Program
from upstream import Upstream

HERE = Path(__file__).resolve().parent
SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def counted(*pieces: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(piece)) + piece for piece in pieces)


def sealed(asked: dict, value: str | dict[str, str]) -> dict:
    """As docs/deposits.md has it, by a library that knows nothing of Bitting."""
    parts = sorted(value) if isinstance(value, dict) else []
    plain = counted(*(value[part].encode() for part in parts)) if parts else value.encode()
    words = ["bitting deposit 1", *(asked[name] for name in ("installation", "key", "deposit", "account", "provider"))]
    bound = counted(*(word.encode() for word in [*words, " ".join(parts)]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(asked["public_key"]))
    return {"v": 1, "key": asked["key"], "parts": parts, "sealed": encoded(SUITE.encrypt(plain, key, bound))}


@pytest.fixture(scope="module")
def upstream():
    made = Upstream()
    yield made
    made.close()


@pytest.fixture(scope="module")
def nobody(house) -> Door:
    """Whoever was invited: has a ticket and no key."""
    return house.control(None)


@pytest.fixture(scope="module")
def bitting(house) -> Program:
    return Program(house.binary, BITTING_URL=f"http://{house.server.control_address}", BITTING_KEY=house.management)


class Invitation:
    def __init__(self, ground, nobody: Door, provider: str, name: str):
        self.control, self.nobody = ground.control, nobody
        self.made = self.control.need(
            201, "POST", "/v1/deposits", {"account": ground.account, "provider": provider, "name": name, "note": "For labels."}
        )
        self.ticket = self.made["ticket"]

    def ask(self) -> dict:
        return self.nobody.need(200, "POST", "/deposit/request", {"ticket": self.ticket})

    def give(self, deposit: dict):
        return self.nobody.call("POST", "/deposit", {"ticket": self.ticket, "deposit": deposit})

    def read(self) -> dict:
        return self.control.need(200, "GET", f"/v1/deposits/{self.made['id']}")


@pytest.fixture
def invite(ground, nobody, upstream):
    """Invitations for a provider that a stand-in plays."""
    ground.provider("handed", upstream.origin)
    count = iter(range(100))
    return lambda provider="handed": Invitation(ground, nobody, provider, f"handed in {next(count)}")


def lent(ground, house, upstream, credential: str, name: str) -> str:
    """What the provider is shown when the credential is used."""
    ground.control.need(
        201,
        "POST",
        "/v1/integrations",
        {"name": name, "app": ground.app, "credential": credential, "allow": [{"methods": ["GET"], "path": "/**"}]},
    )
    key = ground.issue()["secret"]
    answer = house.data(key).call("GET", f"/lend/{name}/v1/me")
    assert answer.status == 200, answer.body
    return upstream.requests[-1].values(b"authorization")[0].decode()


def test_a_page_in_a_browser_seals_what_the_vault_opens(ground, house, invite, nobody, upstream):
    node = shutil.which("node")
    assert node, "the page's script is run under Node"
    page = nobody.call("GET", "/deposit").body.decode()
    value = house.evidence.hold()
    invitation = invite()
    told = subprocess.run(
        [node, HERE / "deposit_page.js"],
        input=json.dumps({"page": page, "request": invitation.ask(), "value": value}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert value not in told.stdout
    thanks = invitation.give(json.loads(told.stdout))
    assert thanks.status == 200, thanks.body
    credential = invitation.read()["receipt"]["credential"]
    assert lent(ground, house, upstream, credential, "by-page") == f"Bearer {value}"


def test_another_implementation_seals_what_the_vault_opens(ground, house, invite, upstream):
    value = house.evidence.hold()
    invitation = invite()
    asked = invitation.ask()
    assert hashlib.sha256(decoded(asked["public_key"])).hexdigest()[:16] == asked["key"]
    thanks = invitation.give(sealed(asked, value))
    assert thanks.status == 200, thanks.body
    read = invitation.read()
    assert read["receipt"]["fingerprint"] == thanks.json()["fingerprint"]
    assert lent(ground, house, upstream, read["receipt"]["credential"], "by-library") == f"Bearer {value}"


def test_the_command_line_seals_and_hands_in(ground, house, invite, upstream, bitting):
    value = house.evidence.hold()
    made = json.loads(
        bitting.run(
            "deposit", "invite", "--account", ground.account, "--provider", "handed", "--name", "by hand", "--json",
        ).out
    )  # fmt: skip
    giver = Program(house.binary, BITTING_DEPOSIT_URL=made["url"])
    told = giver.run("deposit", "give", said=value + "\n")
    assert told.status == 0, told
    assert "A key of handed is asked for, to be used for Account of ground: by hand." in told.err
    assert value not in told.out + told.err
    assert "fingerprint" in told.out.lower()
    again = Program(house.binary).run("deposit", "give", made["url"], said=value)
    assert again.status == 1 and "handed in already" in again.err
    credential = json.loads(bitting.run("deposit", "show", made["id"], "--json").out)["credential"]
    assert lent(ground, house, upstream, credential, "by-command") == f"Bearer {value}"


def test_the_command_line_lists_and_withdraws(ground, invite, bitting):
    made = invite().made
    assert made["id"] in bitting.run("deposit", "list", "--state", "open").out
    assert bitting.run("deposit", "withdraw", made["id"]).status == 0
    told = bitting.run("deposit", "give", made["url"], said="sk_example")
    assert told.status == 1 and "withdrawn" in told.err
    assert made["ticket"] not in bitting.run("deposit", "show", made["id"], "--json").out


@pytest.mark.parametrize("url", ["http://keys.example/deposit#" + "A" * 43, "http://127.0.0.1/deposit", "http://127.0.0.1:1/deposit#AAA"])
def test_an_address_that_is_not_whole_or_not_safe_is_not_called(house, url):
    told = Program(house.binary).run("deposit", "give", url, said="sk_example")
    assert told.status == 2, told
    assert "sk_example" not in told.out + told.err


def test_an_address_is_asked_for_on_a_terminal_and_nowhere_else(house, invite):
    program, value = Program(house.binary), house.evidence.hold()
    made = invite().made
    told = program.on_terminal("deposit", "give", typed={"Address of the invitation (not shown): ": made["url"], "Key (not shown): ": value})
    assert told.status == 0, told
    assert made["ticket"] not in told.out and value not in told.out
    told = program.run("deposit", "give", said="sk_example")
    assert told.status == 2 and "BITTING_DEPOSIT_URL" in told.err


def test_a_value_on_the_command_line_is_refused_and_not_repeated(house):
    told = Program(house.binary).run("deposit", "give", "http://127.0.0.1:1/deposit#" + "A" * 43, "sk_example_on_argv")
    assert told.status == 2
    assert "sk_example_on_argv" not in told.out + told.err


def test_of_many_at_once_one_is_taken(house, upstream):
    control = house.control()
    account = control.need(201, "POST", "/v1/accounts", {"name": "Crowded"})["id"]
    made = control.need(201, "POST", "/v1/deposits", {"account": account, "provider": "handed", "name": "crowd"})
    nobody = house.control(None)
    asked = nobody.need(200, "POST", "/deposit/request", {"ticket": made["ticket"]})
    statuses = []

    def give():
        deposit = sealed(asked, house.evidence.hold())
        statuses.append(house.control(None).call("POST", "/deposit", {"ticket": made["ticket"], "deposit": deposit}).status)

    threads = [threading.Thread(target=give) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 7
    assert len(control.items(f"/v1/credentials?account={account}")) == 1


def test_neither_ticket_nor_value_stands_in_data_or_log(house):
    control = house.control()
    account = control.need(201, "POST", "/v1/accounts", {"name": "Quiet"})["id"]
    made = control.need(201, "POST", "/v1/deposits", {"account": account, "provider": "handed", "name": "quiet"})
    nobody = house.control(None)
    asked = nobody.need(200, "POST", "/deposit/request", {"ticket": made["ticket"]})
    value = house.evidence.hold()
    assert nobody.call("POST", "/deposit", {"ticket": made["ticket"], "deposit": sealed(asked, value)}).status == 200
    kept = b"".join(path.read_bytes() for path in house.data_folder.rglob("*") if path.is_file()) + house.server.log.read_bytes()
    for secret in (made["ticket"].encode(), decoded(made["ticket"]), value.encode()):
        assert secret not in kept


def test_the_page_needs_nothing_from_elsewhere(nobody, house):
    page = house.control(None).call("GET", "/deposit")
    policy = page.field("Content-Security-Policy")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert page.field("Referrer-Policy") == "no-referrer"
    text = page.body.decode()
    assert "//" not in text.replace("https?:\\/\\/", "").split("<script")[0]
    assert "onclick" not in text and "innerHTML" not in text and " style=" not in text


# Last: the ports are others afterwards.
def test_what_is_sealed_lasts_over_a_restart_and_is_used_once(house, invite):
    invitation = invite()
    deposit = sealed(invitation.ask(), house.evidence.hold())
    house.server.stop()
    house.restart()
    fresh = Door(house.server.control_address)
    body = {"ticket": invitation.ticket, "deposit": deposit}
    assert fresh.call("POST", "/deposit", body).status == 200
    assert fresh.call("POST", "/deposit", body).status == 409
