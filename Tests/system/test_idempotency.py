# SPDX-License-Identifier: Apache-2.0
"""Idempotency-Key when the reply is lost: the connection cut, or the server killed, between commit and answer."""

import json
import os
import random
import sqlite3
import subprocess
import time
import uuid

from house import Ground
from search import find_in_files, writings
from wire import connect, read, talk


def request(house, path: str, body: bytes, key: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bitting\r\nAuthorization: Bearer {house.management}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {key}\r\n\r\n"
    )
    return head.encode() + body


def key_body(ground: Ground, name: str) -> bytes:
    owner = {"type": "app", "id": ground.app}
    return json.dumps({"keyspace": ground.keyspace["name"], "owner": owner, "name": name, "scopes": ["labels:create"]}).encode()


def wait_until_visible(house, name: str) -> list:
    """The keys of that name, as soon as there is one; asked for on other connections."""
    control, end = house.control(), time.monotonic() + 20
    try:
        while time.monotonic() < end:
            if found := control.need(200, "GET", f"/v1/keys?q={name}")["items"]:
                return found
    finally:
        control.close()
    raise AssertionError("the change never became visible")


def cut_after_commit(house, raw: bytes, name: str) -> None:
    """Sends a call and never reads: the reply is lost, the commit is not."""
    connection = connect(house.server.control_address)
    connection.sendall(raw)
    wait_until_visible(house, name)
    connection.close()


def repeat(house, raw: bytes):
    (answer,) = talk(house.server.control_address, raw, until=1).answers
    return answer


def test_a_reply_lost_with_the_connection_is_given_again(house, ground):
    name = f"cut-{uuid.uuid4().hex}"
    raw = request(house, "/v1/keys", key_body(ground, name), str(uuid.uuid4()))
    cut_after_commit(house, raw, name)
    first, second = repeat(house, raw), repeat(house, raw)
    assert first.status == second.status == 201
    assert first.field("Idempotency-Replayed") == "true"
    assert first.body == second.body and first.field("ETag") == second.field("ETag")
    made = json.loads(first.body)
    house.evidence.issued.append(made["secret"])
    assert first.field("Location") == f"/v1/keys/{made['id']}"
    verdict = house.data(house.management).need(200, "POST", "/v1/verify", {"key": made["secret"]})
    assert verdict["valid"] and verdict["key_id"] == made["id"]
    assert [key["id"] for key in wait_until_visible(house, name)] == [made["id"]]


def test_a_reply_lost_with_the_server_is_given_again(house, ground):
    """kill -9 as soon as the commit is visible from outside."""
    for _ in range(5):
        name, key = f"kill-{uuid.uuid4().hex}", str(uuid.uuid4())
        raw = request(house, "/v1/keys", key_body(ground, name), key)
        cut_after_commit(house, raw, name)
        house.server.kill()
        house.restart()
        answer = repeat(house, raw)
        assert (answer.status, answer.field("Idempotency-Replayed")) == (201, "true")
        made = json.loads(answer.body)
        house.evidence.issued.append(made["secret"])
        assert house.data(house.management).need(200, "POST", "/v1/verify", {"key": made["secret"]})["valid"]
        assert [found["id"] for found in wait_until_visible(house, name)] == [made["id"]]
        other = repeat(house, request(house, "/v1/keys", key_body(ground, name + "-other"), key))
        assert (other.status, json.loads(other.body)["code"]) == (422, "idempotency_key_reused")


def test_killed_at_any_moment_there_is_one_key_and_one_answer(house, ground):
    """The kill may come before the commit, between it and the answer, or after: a repeat ends the same."""
    chance = random.Random(20260131)
    for _ in range(15):
        name = f"any-{uuid.uuid4().hex}"
        raw = request(house, "/v1/keys", key_body(ground, name), str(uuid.uuid4()))
        connection = connect(house.server.control_address)
        connection.sendall(raw)
        time.sleep(chance.uniform(0, 0.01))  # which moment is met is not the point: every one must do
        house.server.kill()
        came = b""
        try:
            came = connection.recv(65536)
        except OSError:
            pass
        connection.close()
        house.restart()
        answer = repeat(house, raw)
        assert answer.status == 201
        if lost := read(came)[0]:
            assert lost[0].body == answer.body, "what was answered before the kill is what is answered after it"
        made = json.loads(answer.body)
        house.evidence.issued.append(made["secret"])
        assert [key["id"] for key in wait_until_visible(house, name)] == [made["id"]]


def test_the_secret_of_a_kept_answer_stands_in_no_file(house, ground):
    name = f"sealed-{uuid.uuid4().hex}"
    answer = repeat(house, request(house, "/v1/keys", key_body(ground, name), str(uuid.uuid4())))
    secret = json.loads(answer.body)["secret"]
    house.evidence.issued.append(secret)
    house.server.stop()
    with sqlite3.connect(f"file:{house.data_folder}/bitting.db?mode=ro", uri=True) as database:
        assert database.execute("select count(*) from kept_answers").fetchone()[0] >= 1
    database.close()
    assert find_in_files(house.data_folder, {"the secret": writings(secret)}) == []
    house.restart()


def test_the_command_line_repeats_safely(house, ground):
    def create():
        arguments = ["key", "create", "--keyspace", ground.keyspace["name"], "--owner", ground.app, "--name", "Twice"]
        environment = os.environ | {"BITTING_KEY": house.management, "BITTING_URL": f"http://{house.server.control_address}"}
        told = subprocess.run(
            [house.binary, *arguments, "--idempotency-key", "deploy-7", "--json"],
            capture_output=True, text=True, env=environment, timeout=30, check=True,
        )
        return json.loads(told.stdout)

    first, second = create(), create()
    house.evidence.issued.append(first["secret"])
    assert first == second
