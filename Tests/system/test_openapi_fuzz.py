# SPDX-License-Identifier: Apache-2.0
"""schemathesis over /openapi.yaml as served, on both listeners: no 5xx, nothing that the description does not say.

FUZZ_EXAMPLES says how many random cases for each operation (20), beside those that cover each keyword of the schemas.
"""

import json
import os
import re
import zlib

import hypothesis
import pytest
import schemathesis
import yaml
from schemathesis import checks

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
# What fits the schema can still name things that do not exist, so it need not be accepted.
LEFT_OUT = [checks.positive_data_acceptance]
# Their items are refused one by one, in an answer that is 200 as a whole.
ITEM_BY_ITEM = {"/v1/keys/bulk", "/v1/keys/import"}


@schemathesis.serializer("application/x-ndjson")
def one_line(_, value):
    """A body that is read line by line, of one line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@pytest.fixture(scope="module")
def described(control):
    """The description as the server gives it."""
    answer = control.call("GET", "/openapi.yaml")
    assert answer.status == 200
    loaded = schemathesis.openapi.from_dict(yaml.safe_load(answer.body))
    loaded.config.checks.negative_data_rejection.expected_statuses = ["4xx"]
    return loaded


@pytest.fixture(scope="module")
def existing(ground, house):
    """An id of each noun, so that half of the calls reach beyond 404. Nothing the other calls need can be harmed through them."""
    ground.provider("fuzzed", "https://127.0.0.1:1")
    ids = ground.lend("fuzzed", house.evidence.hold())
    return {
        "/v1/keyspaces/": ground.keyspace["id"],
        "/v1/accounts/": ground.account,
        "/v1/apps/": ground.app,
        "/v1/users/": ground.user,
        "/v1/keys/": ground.issue()["id"],
        "/v1/credentials/": ids["credential"],
        "/v1/integrations/": ids["integration"],
        "/v1/webhooks/": ground.control.need(201, "POST", "/v1/webhooks", {"url": "https://hook.invalid/"})["id"],
    }


def with_an_existing_id(case, existing) -> None:
    """For about half of those cases that are in order, always the same half."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    for start, identity in existing.items():
        if case.path.startswith(start) and "id" in (case.path_parameters or {}):
            if zlib.crc32(repr((case.body, case.query, case.headers)).encode(errors="replace")) % 2:
                case.path_parameters["id"] = identity


def without_the_world(case) -> None:
    """Nothing is told to addresses that were made up, and no call waits: also where another part of it is out of order.

    A length of time that is itself out of order stays as it is, to be refused.
    """
    if case.path == "/v1/events":
        case.query = without_waiting(case.query or {}, case.operation.definition.raw["parameters"])
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    if case.path.startswith("/v1/webhooks") and isinstance(case.body, dict) and "url" in case.body:
        case.body["url"] = "https://hook.invalid/"


def without_waiting(query: dict, parameters: list) -> dict:
    """The same query with 0s for each length of time that the description allows; it may come as a list of values."""
    if "wait" not in query:
        return query
    pattern = next(parameter["schema"]["pattern"] for parameter in parameters if parameter.get("name") == "wait")

    def shortened(value):
        if isinstance(value, list):
            return [shortened(one) for one in value]
        return "0s" if isinstance(value, str) and re.search(pattern, value) else value

    return {**query, "wait": shortened(query["wait"])}


WAIT = [{"name": "wait", "schema": {"pattern": "^(30s|1m)$"}}]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"wait": "30s", "type": "a"}, {"wait": "0s", "type": "a"}),
        ({"wait": "1m"}, {"wait": "0s"}),
        ({"wait": ["30s"]}, {"wait": ["0s"]}),
        ({"wait": ["30s", "soon"]}, {"wait": ["0s", "soon"]}),
        ({"wait": "61s"}, {"wait": "61s"}),
        ({"wait": "3600h"}, {"wait": "3600h"}),
        ({"wait": None}, {"wait": None}),
        ({"after": 0}, {"after": 0}),
    ],
)
def test_only_a_wait_that_is_in_order_is_taken_out(given, kept):
    assert without_waiting(given, WAIT) == kept


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, print_blob=False, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_each_operation_keeps_to_its_description(case, house, existing):
    with_an_existing_id(case, existing)
    without_the_world(case)
    is_data_plane = "data plane" in case.operation.definition.raw.get("tags", [])
    address = house.server.data_address if is_data_plane else house.server.control_address
    response = case.call(base_url=f"http://{address}", headers={"Authorization": f"Bearer {house.management}"}, timeout=30)
    house.evidence.answer(f"{case.method} {case.path}\r\n{response.status_code}\r\n".encode() + response.content)
    left_out = LEFT_OUT + ([checks.negative_data_rejection] if case.path in ITEM_BY_ITEM else [])
    case.validate_response(response, excluded_checks=left_out)


def test_the_server_is_well_after_all_that(house):
    for door in (house.control(None), house.data()):
        assert door.call("GET", "/healthz").status == 200
        assert door.call("GET", "/readyz").status == 200
