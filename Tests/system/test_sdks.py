# SPDX-License-Identifier: Apache-2.0
"""The vendors' own SDKs through /lend: another base URL, the app's Bitting key where the vendor's would stand, no more.

Where an SDK cannot live below another base URL, it says so here: PyGithub follows the whole URLs in GitHub's answers
(pages, lazy objects) to GitHub's own paths, so what goes beyond one call needs the forward proxy: test_sdks_by_proxy.
"""

import asyncio
import base64
import io

import pytest

import certificates
import vendors
from lent import Lent, bearer

PATIENCE = 30  # seconds an SDK waits at most: longer than anything here takes, so that a hang is a failure


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def key(ground) -> str:
    return ground.issue()["secret"]


@pytest.fixture(scope="module")
def lending(house, ground, authority):
    """Makes them, one for each vendor."""
    made: list[Lent] = []

    def make(name: str, kind: type[vendors.Vendor], shown) -> Lent:
        made.append(Lent(house, ground, authority, kind, shown, name))
        return made[-1]

    make.all = made
    yield make
    for lent in made:
        lent.vendor.close()


@pytest.fixture(autouse=True)
def checked(lending, key):
    yield
    for lent in lending.all:
        lent.check(key)


# MARK: Stripe


@pytest.fixture(scope="module")
def lent_stripe(lending):
    return lending("stripe", vendors.Stripe, lambda value: b"Basic " + base64.b64encode(value.encode() + b":"))


@pytest.fixture(scope="module")
def lent_stripe_files(lending):
    """Stripe takes files at another origin than calls: it is another provider here."""
    return lending("stripe-files", vendors.Stripe, lambda value: b"Basic " + base64.b64encode(value.encode() + b":"))


@pytest.fixture
def stripe_client(lent_stripe, key):
    import stripe

    return stripe.StripeClient(key, base_addresses={"api": lent_stripe.base}, max_network_retries=2)


def test_stripe_creates_and_errors_come_through_as_stripes_own(lent_stripe, stripe_client):
    import stripe

    made = stripe_client.v1.customers.create({"email": "person@shop.example", "metadata": {"order": "7 & more"}})
    assert made.email == "person@shop.example"
    with pytest.raises(stripe.CardError) as declined:
        stripe_client.v1.charges.create({"amount": 100, "currency": "eur"})
    assert (declined.value.code, declined.value.http_status) == ("card_declined", 402)


def test_stripe_turns_all_pages(lent_stripe, stripe_client):
    charges = stripe_client.v1.charges.list({"limit": 3})
    assert [charge.id for charge in charges.auto_paging_iter()] == [f"ch_{number}" for number in range(1, 8)]
    assert [call.query.get("starting_after") for call in lent_stripe.calls] == [None, "ch_3", "ch_6"]


def test_stripe_tries_again_after_429_under_the_same_idempotency_key(lent_stripe, stripe_client):
    busy = {"error": {"type": "invalid_request_error", "code": "lock_timeout", "message": "Busy."}}
    lent_stripe.vendor.soon.append(vendors.Reply(429, busy, {"Stripe-Should-Retry": "true"}))
    assert stripe_client.v1.customers.create({"email": "twice@shop.example"}).email == "twice@shop.example"
    sent = [call.field("idempotency-key") for call in lent_stripe.calls]
    assert len(sent) == 2 and sent[0] and len(set(sent)) == 1


def test_stripe_gets_the_first_answer_again_for_an_idempotency_key(lent_stripe, stripe_client):
    made = [
        stripe_client.v1.customers.create({"email": "once@shop.example"}, {"idempotency_key": "order-7"}) for _ in range(2)
    ]
    assert made[0].id == made[1].id
    assert [one.last_response.headers.get("Idempotent-Replayed") for one in made] == [None, "true"]


def test_stripe_uploads_a_file(lent_stripe, lent_stripe_files, key):
    import stripe

    client = stripe.StripeClient(key, base_addresses={"api": lent_stripe.base, "files": lent_stripe_files.base})
    content = bytes(range(256)) * 4096
    made = client.v1.files.create({"purpose": "dispute_evidence", "file": io.BytesIO(content)})
    assert made.purpose == "dispute_evidence"
    (call,) = lent_stripe_files.calls
    assert content in call.request.body and call.field("content-type").startswith("multipart/form-data; boundary=")


def test_stripe_calls_without_waiting(lent_stripe, key):
    import stripe

    async def play():
        made = await asyncio.gather(*(client.v1.customers.create_async({"email": f"{n}@shop.example"}) for n in range(8)))
        return [one.email for one in made]

    client = stripe.StripeClient(key, base_addresses={"api": lent_stripe.base}, http_client=stripe.HTTPXClient())
    assert asyncio.run(play()) == [f"{number}@shop.example" for number in range(8)]


# MARK: OpenAI


@pytest.fixture(scope="module")
def lent_openai(lending):
    return lending("openai", vendors.OpenAI, bearer)


@pytest.fixture
def openai_client(lent_openai, key):
    import openai

    with openai.OpenAI(api_key=key, base_url=f"{lent_openai.base}/v1", timeout=PATIENCE) as client:
        yield client


QUESTION = [{"role": "user", "content": "What opens doors?"}]


def test_openai_completes_a_chat(lent_openai, openai_client):
    made = openai_client.chat.completions.create(model="small", messages=QUESTION)
    assert made.choices[0].message.content == "Keys open doors."
    assert made._request_id == "req_1"


def test_openai_streams_token_by_token(lent_openai, openai_client):
    stream = openai_client.chat.completions.create(model="small", messages=QUESTION, stream=True)
    read = []
    for word in vendors.OpenAI.WORDS:
        lent_openai.vendor.word.release()
        read.append(next(stream).choices[0].delta.content)
        assert read[-1] == word
    lent_openai.vendor.word.release()
    assert list(stream) == []


def test_openai_streams_token_by_token_to_the_async_client(lent_openai, key):
    import openai

    async def play() -> list[str]:
        read = []
        async with openai.AsyncOpenAI(api_key=key, base_url=f"{lent_openai.base}/v1", timeout=PATIENCE) as client:
            stream = await client.chat.completions.create(model="small", messages=QUESTION, stream=True)
            lent_openai.vendor.word.release()
            async for chunk in stream:
                read.append(chunk.choices[0].delta.content)
                lent_openai.vendor.word.release()
        return read

    assert asyncio.run(play()) == vendors.OpenAI.WORDS


def test_openai_turns_all_pages(lent_openai, openai_client):
    assert [file.id for file in openai_client.files.list(limit=2)] == [f"file-{number}" for number in range(1, 6)]
    assert [call.query.get("after") for call in lent_openai.calls] == [None, "file-2", "file-4"]


def test_openai_uploads_and_downloads_a_file(lent_openai, openai_client):
    lines = b'{"custom_id": "1"}\n' * 100_000
    made = openai_client.files.create(file=("batch.jsonl", lines), purpose="batch")
    assert made.id == "file-9" and lines in lent_openai.calls[0].request.body
    assert openai_client.files.content("file-9").read() == bytes(range(256)) * 64


def test_openai_tries_again_after_429(lent_openai, openai_client):
    for _ in range(2):
        lent_openai.vendor.soon.append(vendors.Reply(429, {"error": {"message": "Slow down"}}, {"retry-after-ms": "1"}))
    made = openai_client.chat.completions.create(model="small", messages=QUESTION)
    assert made.choices[0].message.content == "Keys open doors."
    assert [call.field("x-stainless-retry-count") for call in lent_openai.calls] == ["0", "1", "2"]


def test_openai_waits_when_it_is_bitting_that_says_429(lent_openai, ground):
    import openai

    slow = ground.issue(limits=[{"name": "calls", "limit": 1, "per": "1s"}])["secret"]
    with openai.OpenAI(api_key=slow, base_url=f"{lent_openai.base}/v1", timeout=PATIENCE, max_retries=3) as client:
        for _ in range(2):
            assert client.chat.completions.create(model="small", messages=QUESTION).id == "chatcmpl-1"
    assert "1" in {call.field("x-stainless-retry-count") for call in lent_openai.calls}


def test_a_refusal_of_bittings_reaches_the_program_as_the_sdks_own_error(lent_openai, openai_client, ground):
    import openai

    ground.control.need(200, "POST", f"/v1/integrations/{lent_openai.integration}/pause")
    with pytest.raises(openai.PermissionDeniedError) as paused:
        openai_client.chat.completions.create(model="small", messages=QUESTION)
    assert paused.value.response.headers["X-Bitting-Error"] == "integration_paused"
    ground.control.need(200, "POST", f"/v1/integrations/{lent_openai.integration}/resume")
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(api_key="sk-proj-nobody", base_url=f"{lent_openai.base}/v1").models.list()
    assert lent_openai.calls == []


# MARK: Anthropic


@pytest.fixture(scope="module")
def lent_anthropic(lending):
    return lending("anthropic", vendors.Anthropic, lambda value: value.encode())


@pytest.fixture
def anthropic_client(lent_anthropic, key):
    import anthropic

    with anthropic.Anthropic(api_key=key, base_url=lent_anthropic.base, timeout=PATIENCE) as client:
        yield client


ASKED = {"model": "small", "max_tokens": 100, "messages": [{"role": "user", "content": "What has a bitting?"}]}


def test_anthropic_answers_a_message(lent_anthropic, anthropic_client):
    assert anthropic_client.messages.create(**ASKED).content[0].text == "A lock has a bitting."
    assert lent_anthropic.calls[0].field("anthropic-version")


def test_anthropic_takes_the_key_where_its_own_header_has_it(lent_anthropic, key):
    import anthropic

    fields = {"X-Api-Key": key, "Authorization": anthropic.Omit()}
    with anthropic.Anthropic(api_key="", base_url=lent_anthropic.base, timeout=PATIENCE, default_headers=fields) as client:
        assert client.messages.create(**ASKED).id == "msg_1"


def test_anthropic_streams_token_by_token(lent_anthropic, anthropic_client):
    word = lent_anthropic.vendor.word
    word.release(3)  # the beginning of the message, and the first word
    read = []
    with anthropic_client.messages.stream(**ASKED) as stream:
        for text in stream.text_stream:
            read.append(text)
            assert text == vendors.Anthropic.WORDS[len(read) - 1]
            word.release(4 if len(read) == len(vendors.Anthropic.WORDS) else 1)
        assert stream.get_final_message().content[0].text == "A lock has a bitting."
    assert len(read) == len(vendors.Anthropic.WORDS)


def test_anthropic_turns_all_pages_without_waiting(lent_anthropic, key):
    import anthropic

    async def play() -> list[str]:
        async with anthropic.AsyncAnthropic(api_key=key, base_url=lent_anthropic.base, timeout=PATIENCE) as client:
            return [model.id async for model in client.models.list(limit=2)]

    assert asyncio.run(play()) == [f"model-{number}" for number in range(5)]


def test_anthropic_tries_again_after_429(lent_anthropic, anthropic_client):
    lent_anthropic.vendor.soon.append(vendors.Reply(429, {"type": "error", "error": {"type": "rate_limit_error"}}, {"retry-after": "0.01"}))
    assert anthropic_client.messages.create(**ASKED).id == "msg_1"
    assert len(lent_anthropic.calls) == 2


# MARK: Slack


@pytest.fixture(scope="module")
def lent_slack(lending):
    return lending("slack", vendors.Slack, bearer)


@pytest.fixture
def slack_client(lent_slack, authority, key):
    import ssl

    from slack_sdk import WebClient
    from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

    # The SDK sends an upload to Slack's own URL, without any key; only there does it need the authority.
    trust = ssl.create_default_context(cafile=str(authority.authority))
    client = WebClient(token=key, base_url=f"{lent_slack.base}/api/", ssl=trust, timeout=PATIENCE)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    return client


def test_slack_knows_who_it_is_and_posts(lent_slack, slack_client):
    assert slack_client.auth_test()["user"] == "order-app"
    posted = slack_client.chat_postMessage(channel="C1", text="A label was made: ünïcode & <https://shop.example>")
    assert posted["message"]["text"] == "A label was made: ünïcode & <https://shop.example>"


def test_slack_turns_all_pages(lent_slack, slack_client):
    pages = slack_client.conversations_list(limit=2)
    assert [channel["id"] for page in pages for channel in page["channels"]] == [f"C{number}" for number in range(5)]


def test_slack_tries_again_after_429(lent_slack, slack_client):
    lent_slack.vendor.soon.append(vendors.Reply(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "0"}))
    assert slack_client.auth_test()["ok"]
    assert len(lent_slack.calls) == 2


def test_slack_uploads_a_file(lent_slack, slack_client):
    content = b"label\n" * 50_000
    done = slack_client.files_upload_v2(filename="label.txt", content=content, channel="C1")
    assert done["file"]["id"] == "F1"
    assert lent_slack.vendor.uploaded == content


def test_slack_calls_without_waiting(lent_slack, key):
    from slack_sdk.web.async_client import AsyncWebClient

    async def play() -> list[str]:
        client = AsyncWebClient(token=key, base_url=f"{lent_slack.base}/api/", timeout=PATIENCE)
        return [channel["id"] async for page in await client.conversations_list(limit=2) for channel in page["channels"]]

    assert asyncio.run(play()) == [f"C{number}" for number in range(5)]


# MARK: GitHub


@pytest.fixture(scope="module")
def lent_github(lending):
    return lending("github", vendors.GitHub, bearer)


@pytest.fixture
def github_client(lent_github, key):
    import github

    auth = github.Auth.Token(key)
    with github.Github(base_url=lent_github.base, auth=auth, timeout=PATIENCE, lazy=True) as client:
        yield client


def test_github_reads_and_writes(lent_github, github_client):
    assert github_client.get_user().login == "order-app"
    assert github_client.get_repo("shop/labels").create_issue("A broken label").title == "A broken label"
    assert {call.field("user-agent") for call in lent_github.calls} == {"PyGithub/Python"}


def test_github_tries_again_when_told_to(lent_github, github_client):
    lent_github.vendor.soon.append(vendors.Reply(403, {"message": "You have exceeded a secondary rate limit"}, {"Retry-After": "0"}))
    assert github_client.get_user().login == "order-app"
    assert len(lent_github.calls) == 2


# MARK: SendGrid


@pytest.fixture(scope="module")
def lent_sendgrid(lending):
    return lending("sendgrid", vendors.SendGrid, bearer)


@pytest.fixture
def sendgrid_client(lent_sendgrid, key):
    import sendgrid

    return sendgrid.SendGridAPIClient(key, host=lent_sendgrid.base)


def test_sendgrid_sends_mail_with_an_attachment(lent_sendgrid, sendgrid_client):
    from sendgrid.helpers import mail

    letter = mail.Mail("shop@shop.example", "person@shop.example", "Your label", "<p>Here it is.</p>")
    attached = base64.b64encode(bytes(range(256)) * 1000).decode()
    letter.attachment = mail.Attachment(mail.FileContent(attached), mail.FileName("label.pdf"), mail.FileType("application/pdf"))
    sent = sendgrid_client.send(letter)
    assert (sent.status_code, sent.headers["X-Message-Id"]) == (202, "message-1")
    assert lent_sendgrid.calls[0].json["attachments"][0]["content"] == attached


def test_sendgrid_asks_with_parameters_and_raises_what_sendgrid_says(lent_sendgrid, sendgrid_client):
    from python_http_client.exceptions import TooManyRequestsError

    told = sendgrid_client.client.suppression.bounces.get(query_params={"start_time": 1_700_000_000, "email": "a b@c"})
    assert b"1700000000" in told.body
    assert lent_sendgrid.calls[0].query == {"start_time": "1700000000", "email": "a b@c"}
    lent_sendgrid.vendor.soon.append(vendors.Reply(429, {"errors": [{"message": "too many requests"}]}))
    with pytest.raises(TooManyRequestsError):
        sendgrid_client.client.suppression.bounces.get(query_params={"start_time": 1})
