# SPDX-License-Identifier: Apache-2.0
"""SDKs that keep the vendor's own URL and know only HTTPS_PROXY and an authority: no key of anybody's in them at all."""

import base64
import contextlib

import pytest

import certificates
import vendors
from amazon import Amazon
from lent import Lent, bearer, shipped

SERVE_OPTIONS = ("--proxy-address", "127.0.0.1:0")
UNUSED = "no-key-at-all"
PATIENCE = 30
ANYTHING = [{"methods": ["*"], "path": "/**"}]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def key(ground) -> str:
    return ground.issue()["secret"]


@pytest.fixture
def trust(house, key, monkeypatch, request) -> str:
    """The environment that a program is given; the authority's file.

    The integration's name and the key, as user and password: urllib and botocore send no user without a password.
    """
    path = str(house.data_folder / "proxy-ca.pem")
    name = request.function.__name__.split("_")[1]
    for other in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(other, raising=False)
    for proxy in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(proxy, f"http://{name}:{key}@{house.server.proxy_address}")
    for authority in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE"):
        monkeypatch.setenv(authority, path)
    return path


@pytest.fixture
def lent(house, ground, authority, key):
    """Makes the one that a test needs, and looks afterwards at what arrived there."""
    with contextlib.ExitStack() as after:

        def make(name: str, kind: type[vendors.Vendor], shown=bearer) -> Lent:
            made = Lent(house, ground, authority, kind, shown, name)
            after.callback(made.vendor.close)
            after.callback(made.check, key)
            return made

        yield make


def test_github_turns_pages_and_completes_objects_by_the_urls_in_its_answers(lent, trust):
    import github

    made = lent("github", vendors.GitHub)
    auth = github.Auth.Token(UNUSED)
    with github.Github(base_url=made.vendor.origin, auth=auth, timeout=PATIENCE, per_page=2, verify=trust) as client:
        repository = client.get_repo("shop/labels")
        assert [issue.number for issue in repository.get_issues()] == [10, 11, 20, 21, 30, 31]
        assert repository.create_issue("A broken label").title == "A broken label"
        assert client.get_user().login == "order-app"


def test_stripe_turns_pages_and_uploads(lent, trust, monkeypatch):
    """It trusts a bundle of its own and must be told in code: /lend is the easier way for it."""
    import stripe

    monkeypatch.setattr(stripe, "ca_bundle_path", trust)
    made = lent("stripe", vendors.Stripe, lambda value: b"Basic " + base64.b64encode(value.encode() + b":"))
    client = stripe.StripeClient(UNUSED, base_addresses={"api": made.vendor.origin, "files": made.vendor.origin})
    assert len(list(client.v1.charges.list({"limit": 3}).auto_paging_iter())) == 7
    assert client.v1.files.create({"purpose": "dispute_evidence", "file": ("a.txt", b"x" * 1_000_000)}).id == "file_1"


def test_openai_streams_token_by_token(lent, trust):
    import openai

    made = lent("openai", vendors.OpenAI)
    with openai.OpenAI(api_key=UNUSED, base_url=f"{made.vendor.origin}/v1", timeout=PATIENCE) as client:
        stream = client.chat.completions.create(model="small", messages=[{"role": "user", "content": "?"}], stream=True)
        for word in vendors.OpenAI.WORDS:
            made.vendor.word.release()
            assert next(stream).choices[0].delta.content == word
        made.vendor.word.release()
        assert list(stream) == []


def test_slack_posts(lent, trust):
    import ssl

    from slack_sdk import WebClient

    made = lent("slack", vendors.Slack)
    client = WebClient(UNUSED, base_url=f"{made.vendor.origin}/api/", ssl=ssl.create_default_context(cafile=trust), timeout=PATIENCE)
    assert client.chat_postMessage(channel="C1", text="A label")["message"]["text"] == "A label"


def test_sendgrid_sends(lent, trust):
    import sendgrid

    made = lent("sendgrid", vendors.SendGrid)
    client = sendgrid.SendGridAPIClient(UNUSED, host=made.vendor.origin)
    assert client.client.mail.send.post(request_body={"subject": "Your label"}).status_code == 202


def test_aws_puts_and_gets(house, ground, authority, trust, key):
    import boto3

    amazon = Amazon(authority, "AKIAIOSFODNN7EXAMPLE", house.evidence.hold())
    amazon.origin = amazon.origin.replace("127.0.0.1", "localhost")
    assert ground.control.call("PUT", "/v1/providers/aws", shipped("aws", amazon.origin, authority)).status in (200, 201)
    held = {"account": ground.account, "provider": "aws", "name": "aws", "settings": {"region": "eu-central-1", "service": "s3"}}
    held["value"] = {"access_key_id": amazon.access_key, "secret_access_key": amazon.secret_key}
    credential = ground.control.need(201, "POST", "/v1/credentials", held)["id"]
    ground.control.need(201, "POST", "/v1/integrations", {"name": "aws", "app": ground.app, "credential": credential, "allow": ANYTHING})
    s3 = boto3.client(
        "s3",
        endpoint_url=amazon.origin,
        region_name="eu-central-1",
        aws_access_key_id=UNUSED,
        aws_secret_access_key=UNUSED,
    )
    s3.create_bucket(Bucket="labels", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="labels", Key="2026/ünïcode +=.txt", Body=b"a label")
    assert s3.get_object(Bucket="labels", Key="2026/ünïcode +=.txt")["Body"].read() == b"a label"
    assert amazon.refusals == [] and {call.access_key for call in amazon.calls} == {amazon.access_key}
    amazon.close()
