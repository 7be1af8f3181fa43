# SPDX-License-Identifier: Apache-2.0
"""Rotations and offboardings by the command line, as a person and as a script use it."""

import json

import pytest

from keymakers import BY_HAND
from rotating import HeldKey, wait_for
from terminal import Program


@pytest.fixture(scope="module")
def bitting(house):
    server = house.server
    settings = {"BITTING_KEY": house.management, "BITTING_URL": f"http://{server.control_address}"}
    return Program(house.binary, **settings)


@pytest.fixture
def held(house, ground):
    made = HeldKey(house, ground, f"cli-{len(ground.control.items('/v1/credentials'))}", BY_HAND)
    yield made
    for key in made.provider.keys:
        house.evidence.hold(key.secret)
    made.provider.stop()


def done(told) -> dict:
    assert told.status == 0, told
    return json.loads(told.out)


def test_a_rotation_by_hand_from_start_to_end(house, ground, bitting, held):
    plan = done(bitting.run("rotation", "start", held.credential, "--dry-run", "--json"))
    assert [task["do"] for task in plan["tasks"]] == ["provide", "delete_key"]
    terms = ("--share", "50", "--first-look", "1s", "--watch", "1s", "--wait-for-holders", "0s", "--due", "1h")
    made = done(bitting.run("rotation", "start", held.credential, "--reason", "leaked", *terms, "--json"))
    rotation = made["id"]
    assert (made["reason"], made["share"], made["watch"]) == ("leaked", 50, "1s")
    wait_for(lambda: done(bitting.run("rotation", "show", rotation, "--json"))["task"])
    shown = bitting.run("rotation", "show", rotation)
    assert "https://keys.example/settings" in shown.out and "Make a key." in shown.out
    listed = bitting.run("rotation", "list", "--open", "--credential", held.credential)
    assert rotation in listed.out and "provide" in listed.out
    new = held.provider.make("by hand")
    done(bitting.run("rotation", "provide", rotation, "--key-id", new.id, "--json", said=house.evidence.hold(new.secret)))
    wait_for(lambda: (done(bitting.run("rotation", "show", rotation, "--json"))["task"] or {}).get("do") == "delete_key")
    assert bitting.run("rotation", "confirm", rotation, "provide").status == 1
    held.provider.end(held.first)
    done(bitting.run("rotation", "confirm", rotation, "delete_key", "--json"))
    wait_for(lambda: done(bitting.run("rotation", "show", rotation, "--json"))["stage"] == "done")
    assert bitting.run("rotation", "cancel", rotation).status == 1


def test_a_secret_is_no_argument(bitting, held):
    told = bitting.run("rotation", "provide", "rot_0" + "0" * 25, "the-secret-itself")
    assert told.status == 2 and "the-secret-itself" not in told.out + told.err


def test_frozen_and_thawed(bitting, ground):
    frozen = done(bitting.run("rotation", "freeze", ground.account, "--reason", "Black Friday", "--until", "1h", "--json"))
    assert frozen["subject"] == ground.account and frozen["until"]
    assert "Black Friday" in bitting.run("rotation", "freezes").out
    done(bitting.run("rotation", "thaw", ground.account, "--json"))
    assert bitting.run("rotation", "thaw", ground.account).status == 1


def test_an_offboarding_is_watched_shown_and_cancelled(house, bitting, held, tmp_path):
    ground = held.ground
    plan = done(bitting.run("offboarding", "start", ground.app, "--dry-run", "--json"))
    assert plan["state"] == "planned" and plan["subject"]["type"] == "app"
    person = held.control.need(201, "POST", f"/v1/accounts/{ground.account}/users", {"name": "Somebody"})["id"]
    begun = done(bitting.run("offboarding", "start", person, "--deadline", "1h", "--reason", "Left.", "--json"))
    watched = bitting.run("offboarding", "watch", begun["id"])
    assert watched.status == 0 and "0 of 0 done" in watched.out
    assert begun["id"] in bitting.run("offboarding", "list").out
    assert bitting.run("offboarding", "cancel", begun["id"]).status == 1
    report = bitting.run("offboarding", "report", begun["id"])
    file = tmp_path / "report.json"
    file.write_text(report.out)
    key = bitting.run("audit", "key").out.strip()
    assert bitting.run("offboarding", "verify", str(file), "--key", key).status == 0
    assert bitting.run("offboarding", "verify", str(file), "--key", "nonsense").status == 2
    assert bitting.run("offboarding", "items", begun["id"]).status == 0
    assert bitting.run("offboarding", "start", ground.app, "--transfer-to", ground.account).status == 2
