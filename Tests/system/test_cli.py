# SPDX-License-Identifier: Apache-2.0
"""The command line, as people and as scripts use it, and the pages' transcripts played for real."""

import json
import os
from pathlib import Path

import pytest

import certificates
import transcript
import world
from carrier import Carrier
from house import House, metric
from server import KEY
from terminal import Program

ROOT = Path(__file__).resolve().parents[2]
NOUNS = ["keyspace", "account", "app", "user", "key", "credential", "integration", "provider", "event", "audit"]


@pytest.fixture(scope="module")
def settings(house):
    return {
        "BITTING_URL": f"http://{house.server.control_address}",
        "BITTING_DATA_URL": f"http://{house.server.data_address}",
        "BITTING_KEY": house.management,
    }


@pytest.fixture(scope="module")
def bitting(house, settings):
    return Program(house.binary, **settings)


@pytest.fixture(scope="module")
def carrier(house, tmp_path_factory):
    certificate = certificates.make(tmp_path_factory.mktemp("carrier"))
    made = Carrier(house.evidence.hold("carrier-by-cli-0123456789"), 0, certificate)
    made.authority = certificate.authority
    yield made
    made.close()


def done(told):
    assert told.status == 0, told
    assert told.err == "", told
    return told.out


def made(told) -> dict:
    return json.loads(done(told))


@pytest.fixture(scope="module")
def story(bitting, carrier, house, tmp_path_factory):
    """The README's story by a script: everything with --json, secrets through pipes."""
    folder = tmp_path_factory.mktemp("story")
    made(bitting.run("keyspace", "create", "--name", "shop", "--prefix", "shop", "--json"))
    account = made(bitting.run("account", "create", "--name", "Corner Shop", "--json"))["id"]
    app = made(bitting.run("app", "create", "--account", account, "--name", "Order app", "--json"))["id"]
    key = made(
        bitting.run(
            "key", "create", "--keyspace", "shop", "--owner", app, "--name", "Labels only", "--scope", "labels:create",
            "--allow-route", "POST /labels", "--allow-route", "POST /lend/carrier/**", "--json",
        )
    )  # fmt: skip
    house.evidence.issued.append(key["secret"])
    provider = (ROOT / "providers" / "example-carrier.yaml").read_text()
    (folder / "carrier.yaml").write_text(
        provider.replace("https://127.0.0.1:7180", carrier.origin).replace("ca: null", f"ca: {json.dumps(carrier.authority.read_text())}")
    )
    done(bitting.run("provider", "put", "carrier", str(folder / "carrier.yaml"), "--json"))
    credential = made(
        bitting.run("credential", "create", "--account", account, "--provider", "carrier", "--name", "Theirs", "--json", said=carrier._key + "\n")
    )["id"]
    integration = made(
        bitting.run("integration", "create", "--name", "carrier", "--app", app, "--credential", credential, "--allow", "POST /v1/labels", "--json")
    )["id"]
    return {"account": account, "app": app, "key": key, "credential": credential, "integration": integration}


def test_the_story_by_pipes(bitting, story, house, carrier):
    secret = story["key"]["secret"]
    asked = ("verify", "--scope", "labels:create", "--method", "POST", "--path", "/labels", "--json")
    told = made(bitting.run(*asked, said=secret + "\n"))
    assert (told["valid"], told["code"], told["key_id"]) == (True, "valid", story["key"]["id"])
    lent = house.data(secret).call("POST", "/lend/carrier/v1/labels", {})
    assert (lent.status, lent.json()["from"]) == (201, "the carrier")
    done(bitting.run("key", "revoke", story["key"]["id"], "--reason", "compromised", "--json"))
    refused = bitting.run(*asked, said=secret)
    assert (refused.status, json.loads(refused.out)["code"]) == (1, "revoked")
    assert house.data(secret).call("POST", "/lend/carrier/v1/labels", {}).status == 401


def test_each_list_and_show_speaks_to_people_and_to_programs(bitting, story):
    for noun in ("account", "app", "key", "credential", "integration"):
        within = ("--account", story["account"]) if noun == "app" else ()
        identity = story["key"]["id"] if noun == "key" else story[noun]
        assert identity in done(bitting.run(noun, "list", *within))
        assert identity in [item["id"] for item in made(bitting.run(noun, "list", *within, "--json"))["items"]]
        assert identity in done(bitting.run(noun, "show", identity))
        assert made(bitting.run(noun, "show", identity, "--json"))["id"] == identity
    assert "carrier" in done(bitting.run("provider", "list"))
    assert made(bitting.run("provider", "show", "carrier", "--json"))["name"] == "carrier"
    assert "key.revoke" in done(bitting.run("event", "list"))


def test_no_list_or_show_prints_a_secret(bitting, story, carrier):
    for arguments in (["key", "list"], ["key", "show", story["key"]["id"]], ["credential", "list"], ["credential", "show", story["credential"]], ["event", "list"], ["integration", "list"]):
        for form in ([], ["--json"]):
            told = bitting.run(*arguments, *form)
            assert story["key"]["secret"] not in told.out + told.err and carrier._key not in told.out + told.err


def test_a_person_types_a_credential_unseen(bitting, story, house):
    value = house.evidence.hold("typed-unseen-0123456789")
    told = bitting.on_terminal(
        "credential", "create", "--account", story["account"], "--provider", "carrier", "--name", "Typed", typed={"(not shown)": value}
    )
    assert told.status == 0, told
    assert "cred_" in told.out and value not in told.out


def test_a_person_types_a_key_to_verify_unseen(bitting, story):
    told = bitting.on_terminal("verify", typed={"(not shown)": story["key"]["secret"]})
    # Valid by itself, but not without the method and path that it is tied to.
    assert told.status == 1 and story["key"]["id"] in told.out and story["key"]["secret"] not in told.out


def test_a_person_sees_a_new_secret_once_alone_on_its_line(bitting, story, house):
    told = bitting.on_terminal("key", "create", "--keyspace", "shop", "--owner", story["app"], "--name", "Seen", "--scope", "a:b", typed={})
    assert told.status == 0, told
    secret = KEY.search(told.out).group()
    house.evidence.issued.append(secret)
    assert secret in told.out.split("\n") and told.out.count(secret) == 1
    assert "shown only now" in told.out


def test_a_table_fits_the_terminal(bitting, story):
    told = bitting.on_terminal("account", "list", typed={}, columns=60)
    assert told.status == 0 and "Corner" in told.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "{secret}"],
        ["verify", "--key", "{secret}"],
        ["credential", "create", "--account", "{account}", "--provider", "carrier", "--name", "x", "--value", "{secret}"],
        ["credential", "create", "--account", "{account}", "--provider", "carrier", "--name", "x", "{secret}"],
    ],
)
def test_a_secret_as_an_argument_is_refused_and_not_repeated(bitting, story, arguments):
    told = bitting.run(*[one.format(secret=story["key"]["secret"], account=story["account"]) for one in arguments], said="x")
    assert told.status == 2 and told.out == "" and "error:" in told.err
    assert story["key"]["secret"] not in told.err


@pytest.mark.parametrize(
    "arguments, status",
    [
        (["key", "show", "key_00000000000000000000000001"], 1),
        (["keyspace", "create", "--name", "shop", "--prefix", "shop"], 1),
        (["keyspace", "create", "--name", "Not A Name", "--prefix", "shop"], 1),
        (["key", "show"], 2),
        (["key", "show", "acc_nonsense"], 2),
        (["nonsense"], 2),
        (["key", "nonsense"], 2),
        (["key", "list", "--nonsense"], 2),
        (["provider", "put", "x", "/nonexistent.yaml"], 2),
        (["audit", "verify", "/nonexistent"], 2),
        (["serve", "--data", "/nonexistent"], 2),
        (["init", "--data", "/proc/nowhere"], 2),
    ],
)
def test_a_failure_has_its_status_and_says_what_to_do_on_standard_error(bitting, story, arguments, status):
    told = bitting.run(*arguments)
    assert (told.status, told.out) == (status, ""), told
    assert told.err.startswith("error:") or "Error:" in told.err, told
    if status == 1:
        assert "\nfix: " in told.err, told


def test_without_a_key_or_a_server_it_says_so(house, settings):
    told = Program(house.binary, BITTING_URL=settings["BITTING_URL"]).run("key", "list")
    assert told.status == 2 and "BITTING_KEY" in told.err
    told = Program(house.binary, BITTING_URL="http://127.0.0.1:1", BITTING_KEY=house.management).run("key", "list")
    assert told.status == 2 and "fix:" in told.err and house.management not in told.err
    told = Program(house.binary, BITTING_URL=settings["BITTING_URL"], BITTING_KEY="nonsense").run("key", "list")
    assert told.status == 1 and "fix:" in told.err


def test_init_refuses_a_folder_that_is_initialised(house):
    before = {path: path.read_bytes() for path in house.data_folder.rglob("*") if path.is_file() and "master" in path.name}
    told = Program(house.binary).run("init", "--data", str(house.data_folder))
    assert told.status == 2 and "fix:" in told.err
    assert {path: path.read_bytes() for path in before} == before


def test_init_shows_a_person_the_key_once_alone_on_its_line(house, tmp_path):
    told = Program(house.binary).run("init", "--data", str(tmp_path / "new"))
    assert told.status == 0, told
    key = KEY.search(told.out).group()
    assert key in told.out.split("\n") and told.out.count(key) == 1
    for path in (tmp_path / "new").rglob("*"):
        is_for_everybody = path.name == "proxy-ca.pem"  # a certificate: other users' programs are told to trust it
        assert path.stat().st_mode & 0o077 == (0o044 if is_for_everybody else 0)
        assert path.is_dir() or key.encode() not in path.read_bytes()


@pytest.mark.parametrize("arguments", [["--help"], *[[noun, "--help"] for noun in NOUNS], ["serve", "--help"], ["key", "create", "--help"]])
def test_help_is_told_without_a_server(house, arguments):
    told = Program(house.binary).run(*arguments)
    assert told.status == 0 and "USAGE:" in told.out


def test_the_trail_is_checked_from_a_file_and_from_the_folder(bitting, story, house, tmp_path):
    exported = bitting.run("event", "list", "--all", "--json")
    trail = tmp_path / "trail.json"
    trail.write_text(done(exported))
    assert "intact" in done(bitting.run("audit", "verify", str(trail)))
    assert "intact" in done(bitting.run("audit", "verify", str(house.data_folder)))
    for old, new in (("key.create", "key.update"), ('"done"', '"refused"')):
        trail.write_text(exported.out.replace(old, new, 1))
        broken = bitting.run("audit", "verify", str(trail))
        assert broken.status == 1 and "broken" in broken.err, (old, broken)


def test_serve_stops_at_once_without_its_master_key(house, tmp_path):
    """A new master key over old ciphertext, a key that others can read, none at all: refused, and nothing is changed."""
    told = Program(house.binary).run("init", "--data", str(tmp_path / "one"))
    assert told.status == 0
    Program(house.binary).run("init", "--data", str(tmp_path / "two"))
    (one,) = [path for path in (tmp_path / "one").rglob("*") if path.is_file() and path.read_bytes().startswith(b"bitting-master-key")]
    (two,) = [path for path in (tmp_path / "two").rglob("*") if path.is_file() and path.read_bytes().startswith(b"bitting-master-key")]
    serve = ("serve", "--data", str(tmp_path / "one"), "--data-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0")
    kept = one.read_bytes()

    def refused(said: str):
        told = Program(house.binary).run(*serve)
        assert (told.status, told.out) == (2, ""), told
        assert "fix:" in told.err and kept.split()[-1].decode() not in told.err, (said, told)

    one.chmod(0o444)
    refused("readable by others")
    one.chmod(0o600)
    one.write_bytes(two.read_bytes())
    one.chmod(0o400)
    refused("another key")
    one.chmod(0o600)
    words = kept.split()
    one.write_bytes(b" ".join([words[0], words[1], two.read_bytes().split()[-1]]) + b"\n")
    one.chmod(0o400)
    refused("the same id with other bytes")
    one.unlink()
    refused("no key")


@pytest.mark.parametrize("file", sorted((ROOT / "providers").glob("*.yaml")), ids=lambda file: file.stem)
def test_each_provider_that_comes_along_is_accepted(bitting, file):
    assert made(bitting.run("provider", "put", f"{file.stem}-as-shipped", str(file), "--json"))["title"]


def test_metrics_count_what_happened(house, control, bitting, story):
    before = house.metric("bitting_lookups_total")
    house.data(story["key"]["secret"]).call("GET", "/v1/authorize")
    assert house.metric("bitting_lookups_total") == before + 1
    assert house.metric("bitting_requests_total", plane="data") > 0
    assert metric(control.call("GET", "/metrics"), "bitting_verify_seconds_count", {}) > 0


@pytest.mark.parametrize("page", ["README.md"])
def test_the_pages_transcripts_are_true(page, binary, evidence, tmp_path):
    """Each block of a page is played in order in a house of its own, set up as the page says before it."""
    own = House(binary, evidence.root / f"transcript-{page}", evidence)
    certificate = certificates.make(tmp_path / "carrier")
    carrier = Carrier(evidence.hold("carrier-of-the-page-0123456789"), 0, certificate)
    try:
        made = world.make(own.control(), carrier.origin, certificate.authority.read_text(), carrier._key)
        programs = tmp_path / "bin"
        programs.mkdir()
        (programs / "bitting").symlink_to(binary)
        player = transcript.Player(
            ROOT,
            {
                "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path), "LANG": "C.UTF-8", "BITTING_KEY": own.management,
                "STRIPE_KEY": evidence.hold("stripe-of-the-page-0123456789"), "BITTING_URL": f"http://{own.server.control_address}", "BITTING_DATA_URL": f"http://{own.server.data_address}",
            },
            {"127.0.0.1:7100": own.server.data_address, "127.0.0.1:7101": own.server.control_address},
        )  # fmt: skip
        player.printed = f"{made.account} {made.app} {made.credential} {made.integration}\n"
        played = transcript.blocks(ROOT / page)
        assert played, "the page shows no transcript"
        for block in played:
            for step in block:
                player.play(step)
        evidence.issued.extend(secret for secret in KEY.findall(player.printed))
    finally:
        own.server.stop()
        carrier.close()
