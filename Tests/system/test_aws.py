# SPDX-License-Identifier: Apache-2.0
"""boto3 with the app's Bitting key as its access key id and nothing to sign with; AWS (moto) sees right signatures.

One integration for each service, since a signature names service and region.
"""

import io
import os
import re

import pytest

import certificates
from amazon import Amazon
from lent import shipped
from search import find_in_bytes, writings

REGION = "eu-central-1"
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SERVICES = ("s3", "sqs", "sts")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def key(ground) -> str:
    return ground.issue()["secret"]


@pytest.fixture(scope="module", params=[False, True], ids=["a pair of keys", "a session's keys"])
def amazon(request, house, ground, authority):
    """moto, and one integration to it for each service: `aws-s3` and so on. The provider is the one that ships."""
    token = house.evidence.hold() if request.param else None
    made = Amazon(authority, ACCESS_KEY, house.evidence.hold(), token)
    made.prefix = "session" if token else "aws"
    provider = shipped("aws", made.origin, authority)
    value = {"access_key_id": ACCESS_KEY, "secret_access_key": made.secret_key}
    if token:
        value["session_token"] = token
        # Keys of a session are not made by IAM.
        del provider["rotation"]
        provider["parts"]["session_token"] = {"title": "Session token"}
        provider["credential"]["session_token"] = "session_token"
    answer = ground.control.call("PUT", f"/v1/providers/{made.prefix}", provider)
    assert answer.status in (200, 201), answer.body
    for service in SERVICES:
        name = f"{made.prefix}-{service}"
        held = {"account": ground.account, "provider": made.prefix, "name": name, "value": value}
        held["settings"] = {"region": REGION, "service": service}
        credential = ground.control.need(201, "POST", "/v1/credentials", held)["id"]
        granted = {"name": name, "app": ground.app, "credential": credential, "allow": [{"methods": ["*"], "path": "/**"}]}
        ground.control.need(201, "POST", "/v1/integrations", granted)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def signed(amazon, key):
    """After each test: AWS refused nothing, and heard nothing of the caller's own."""
    amazon.calls.clear()
    amazon.refusals.clear()
    yield
    assert amazon.refusals == []
    told = {"the app's key": writings(key)}
    for call in amazon.calls:
        assert call.access_key == ACCESS_KEY and call.region == REGION
        text = "\n".join([call.target, *call.fields.values()]).encode() + call.body
        assert list(find_in_bytes(text, told)) == []


def client(house, amazon, key: str, service: str, region: str = REGION, end: str = "/"):
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=f"http://{house.server.data_address}/lend/{amazon.prefix}-{service}{end}",
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="nothing-to-sign-with",
        config=Config(retries={"mode": "standard", "max_attempts": 3}, read_timeout=30),
    )


@pytest.fixture
def s3(house, amazon, key):
    return client(house, amazon, key, "s3")


@pytest.fixture(scope="module")
def bucket(house, amazon, key) -> str:
    name = f"labels-{amazon.prefix}"
    client(house, amazon, key, "s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


NAMES = ["plain.txt", "2026/11/label 7.pdf", "a+b=c&d~e.txt", "ünïcode/✓.txt", "paren(1)!*'.txt", "@:$,;"]


@pytest.mark.parametrize("name", NAMES)
def test_an_object_of_any_name_is_put_and_read_back(s3, bucket, name):
    s3.put_object(Bucket=bucket, Key=name, Body=name.encode(), Metadata={"order": "a  b   c"}, ContentType="text/plain; charset=utf-8")
    read = s3.get_object(Bucket=bucket, Key=name)
    assert read["Body"].read() == name.encode()
    assert read["ContentType"] == "text/plain; charset=utf-8" and read["Metadata"]["order"].split() == ["a", "b", "c"]
    s3.delete_object(Bucket=bucket, Key=name)


def test_all_pages_of_a_list_are_turned(s3, bucket):
    names = [f"pages/{number} of many" for number in range(7)]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="pages/", PaginationConfig={"PageSize": 3})
    assert [item["Key"] for page in pages for item in page["Contents"]] == names


def test_a_large_object_goes_up_in_parts_and_comes_down_in_ranges(s3, bucket):
    content = os.urandom(20 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(content), bucket, "large")
    down = io.BytesIO()
    s3.download_fileobj(bucket, "large", down)
    assert down.getvalue() == content


def test_several_objects_are_deleted_in_one_call(s3, bucket):
    for name in ("one", "two & <three>"):
        s3.put_object(Bucket=bucket, Key=name, Body=b"x")
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "one"}, {"Key": "two & <three>"}]})
    assert {item["Key"] for item in done["Deleted"]} == {"one", "two & <three>"}


def test_the_sdk_tries_again_when_aws_says_slow_down(s3, bucket, amazon):
    amazon.soon.append(503)
    s3.put_object(Bucket=bucket, Key="again", Body=b"x")
    attempts = [re.search(r"attempt=(\d)", call.fields["amz-sdk-request"]).group(1) for call in amazon.calls]
    assert attempts == ["1", "2"]


def test_a_missing_object_is_the_sdks_own_error(s3, bucket):
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="nowhere")


def test_a_queue_sends_and_receives(house, amazon, key):
    sqs = client(house, amazon, key, "sqs")
    url = sqs.create_queue(QueueName=f"labels-{amazon.prefix}")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody='{"label": "ünïcode & more"}', MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == '{"label": "ünïcode & more"}'
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_who_am_i_is_answered_as_the_held_keys_owner(house, amazon, key):
    assert ":user/" in client(house, amazon, key, "sts").get_caller_identity()["Arn"]


def test_a_region_that_the_integration_does_not_sign_for_is_not_signed_for(house, amazon, key):
    """The caller's own signature names a region too, and is believed in nothing."""
    sqs = client(house, amazon, key, "sqs", region="us-gov-west-1")
    assert sqs.create_queue(QueueName=f"elsewhere-{amazon.prefix}")["QueueUrl"]
    assert {(call.service, call.region) for call in amazon.calls} == {("sqs", REGION)}


def test_an_endpoint_needs_no_slash_at_its_end(house, amazon, key):
    """As in the environment that the provider's file gives: AWS_ENDPOINT_URL={base_url}."""
    assert client(house, amazon, key, "sts", end="").get_caller_identity()["Arn"]


@pytest.mark.parametrize("also", [pytest.param(False, id="alone"), pytest.param(True, id="beside the usual place")])
def test_a_presigned_url_of_the_callers_gives_nothing_away(house, amazon, key, s3, bucket, also):
    """The SDK writes its access key id, which is the app's key, into the query; it may not arrive there."""
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "any"})
    path = url.removeprefix(f"http://{house.server.data_address}")
    answer = house.data(key if also else None).call("GET", path)
    arrived = len(amazon.calls)
    amazon.calls.clear()
    assert 400 <= answer.status < 500 and answer.field("X-Bitting-Error"), answer
    assert arrived == 0


def test_without_a_known_key_nothing_is_signed(house, amazon):
    for shown in ("AKIAIOSFODNN7EXAMPLE", "ground_live_nothing"):
        s3 = client(house, amazon, shown, "s3")
        with pytest.raises(s3.exceptions.ClientError) as refused:
            s3.list_buckets()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 401
    assert amazon.calls == []
