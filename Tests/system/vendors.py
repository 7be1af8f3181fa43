# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for other companies' APIs, over TLS: each knows its one key by its exact bytes, and answers as documented.

What a vendor's server would do and a simple stub would not is here too: bodies are compressed for who accepts that,
lists come in pages, a repeated idempotency key gets the first answer again, and a stream says its next word only when
the test lets it.
"""

import gzip
import json
import socket
import threading
from typing import Any, NamedTuple, Optional
from urllib.parse import parse_qsl

from certificates import Certificates
from upstream import Reader, Request, Upstream


class Reply(NamedTuple):
    status: int
    content: Any
    fields: dict[str, str] = {}


class Call(NamedTuple):
    """A request as an API's server sees it."""

    method: str
    path: str
    query: dict[str, str]
    request: Request

    @property
    def json(self) -> Any:
        return json.loads(self.request.body or b"null")

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.request.body.decode()))

    def field(self, name: str) -> Optional[str]:
        values = self.request.values(name.encode())
        assert len(values) < 2, f"{name} stands twice"
        return values[0].decode() if values else None


class Vendor(Upstream):
    """Refuses whoever does not show `shown` and only that. `soon` holds answers that come before the usual ones."""

    field = b"authorization"
    refusal = Reply(401, {"error": "unknown key"})

    def __init__(self, certificates: Certificates, shown: bytes):
        self.shown = shown
        self.calls: list[Call] = []
        self.strangers: list[Request] = []
        self.soon: list[Reply] = []
        self.word = threading.Semaphore(0)
        super().__init__(certificates)
        self.origin = f"https://localhost:{self.port}"
        self.behave = self._behave

    def forget(self) -> None:
        self.reset(self._behave)
        self.calls.clear()
        self.strangers.clear()
        self.soon.clear()
        self.word = threading.Semaphore(0)

    def knows(self, request: Request) -> bool:
        return request.values(self.field) == [self.shown]

    def answer(self, call: Call) -> Optional[Reply]:
        """None where there is nothing."""
        raise NotImplementedError

    def _behave(self, connection: socket.socket, reader: Reader) -> bool:
        request = reader.request
        assert request is not None
        method, target, _ = request.line.decode().split(" ")
        path, _, query = target.partition("?")
        call = Call(method, path, dict(parse_qsl(query)), request)
        if not self.knows(request):
            self.strangers.append(request)
            return self.write(connection, call, self.refusal)
        self.calls.append(call)
        if self.soon:
            return self.write(connection, call, self.soon.pop(0))
        if (streamed := self.stream(call)) is not None:
            return self._stream(connection, *streamed)
        return self.write(connection, call, self.answer(call) or Reply(404, {"error": "nothing there"}))

    def stream(self, call: Call) -> Optional[tuple[list[bytes], dict[str, str]]]:
        """The pieces of an answer that is said piece by piece."""
        return None

    def _stream(self, connection: socket.socket, pieces: list[bytes], fields: dict[str, str]) -> bool:
        """Each piece only when the test has let go of it: who waits for more before handing on waits for ever."""
        word = self.word
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        connection.sendall(f"HTTP/1.1 200 OK\r\n{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for piece in pieces:
            if not word.acquire(timeout=60):
                return False
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        return True

    def write(self, connection: socket.socket, call: Call, reply: Reply) -> bool:
        is_raw = isinstance(reply.content, bytes)
        body = reply.content if is_raw else json.dumps(reply.content).encode()
        fields = {} if is_raw else {"Content-Type": "application/json; charset=utf-8"}
        if "gzip" in (call.field("accept-encoding") or "") and not is_raw and body:
            body = gzip.compress(body)
            fields |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        fields |= {"Content-Length": str(len(body))} | reply.fields
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        connection.sendall(f"HTTP/1.1 {reply.status} Said\r\n{head}\r\n".encode())
        if call.method != "HEAD":
            connection.sendall(body)
        return True


def page(items: list[dict], after: Optional[str], limit: int) -> tuple[list[dict], bool]:
    """The items behind the one with the id `after`, and whether there are more."""
    start = next((number + 1 for number, item in enumerate(items) if item["id"] == after), 0)
    return items[start : start + limit], start + limit < len(items)


class Stripe(Vendor):
    """https://docs.stripe.com/api"""

    refusal = Reply(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}})

    def __init__(self, certificates: Certificates, shown: bytes):
        self.charges = [{"id": f"ch_{number}", "object": "charge", "amount": number * 100} for number in range(1, 8)]
        self.done: dict[str, Reply] = {}
        super().__init__(certificates, shown)

    def answer(self, call: Call) -> Optional[Reply]:
        repeated = call.field("idempotency-key") if call.method == "POST" else None
        if repeated in self.done:
            return self.done[repeated]._replace(fields={"Idempotent-Replayed": "true"})
        reply = self._answer(call)
        if repeated and reply:
            self.done[repeated] = reply
        return reply

    def _answer(self, call: Call) -> Optional[Reply]:
        match call.method, call.path:
            case "POST", "/v1/customers":
                return Reply(200, {"id": f"cus_{len(self.calls)}", "object": "customer", "email": call.form["email"]})
            case "GET", "/v1/charges":
                items, more = page(self.charges, call.query.get("starting_after"), int(call.query.get("limit", 10)))
                return Reply(200, {"object": "list", "url": "/v1/charges", "has_more": more, "data": items})
            case "POST", "/v1/charges":
                error = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}
                return Reply(402, {"error": error | {"decline_code": "stolen_card"}})
            case "POST", "/v1/files":
                size = len(call.request.body)
                return Reply(200, {"id": "file_1", "object": "file", "purpose": "dispute_evidence", "size": size})
        return None


class OpenAI(Vendor):
    """https://platform.openai.com/docs/api-reference"""

    refusal = Reply(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}})
    WORDS = ["Keys", " open", " doors", "."]

    def __init__(self, certificates: Certificates, shown: bytes):
        self.files = [{"id": f"file-{number}", "object": "file", "filename": f"{number}.jsonl"} for number in range(1, 6)]
        super().__init__(certificates, shown)

    def answer(self, call: Call) -> Optional[Reply]:
        match call.method, call.path:
            case "POST", "/v1/chat/completions":
                message = {"role": "assistant", "content": "".join(self.WORDS)}
                choice = {"index": 0, "finish_reason": "stop", "message": message}
                made = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": call.json["model"]}
                return Reply(200, made | {"choices": [choice]}, {"x-request-id": "req_1"})
            case "GET", "/v1/files":
                items, more = page(self.files, call.query.get("after"), int(call.query.get("limit", 2)))
                return Reply(200, {"object": "list", "data": items, "has_more": more})
            case "POST", "/v1/files":
                return Reply(200, {"id": "file-9", "object": "file", "bytes": len(call.request.body), "purpose": "batch"})
            case "GET", "/v1/files/file-9/content":
                return Reply(200, bytes(range(256)) * 64, {"Content-Type": "application/octet-stream"})
        return None

    def stream(self, call: Call) -> Optional[tuple[list[bytes], dict[str, str]]]:
        if call.path != "/v1/chat/completions" or not call.json.get("stream"):
            return None
        made = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": call.json["model"]}
        deltas = [{"index": 0, "delta": {"content": word}, "finish_reason": None} for word in self.WORDS]
        chunks = [b"data: " + json.dumps(made | {"choices": [delta]}).encode() + b"\n\n" for delta in deltas]
        return [*chunks, b"data: [DONE]\n\n"], {"Content-Type": "text/event-stream; charset=utf-8"}


class Anthropic(Vendor):
    """https://docs.anthropic.com/en/api"""

    field = b"x-api-key"
    refusal = Reply(401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}})
    WORDS = ["A", " lock", " has", " a", " bitting."]

    def __init__(self, certificates: Certificates, shown: bytes):
        created = "2026-01-31T09:00:00Z"
        self.models = [
            {"id": f"model-{number}", "type": "model", "display_name": str(number), "created_at": created} for number in range(5)
        ]
        super().__init__(certificates, shown)

    def knows(self, request: Request) -> bool:
        return super().knows(request) and request.values(b"authorization") == []

    def answer(self, call: Call) -> Optional[Reply]:
        match call.method, call.path:
            case "POST", "/v1/messages":
                return Reply(200, self._message(call, [{"type": "text", "text": "".join(self.WORDS)}]), {"request-id": "req_1"})
            case "GET", "/v1/models":
                items, more = page(self.models, call.query.get("after_id"), int(call.query.get("limit", 2)))
                ends = {"first_id": items[0]["id"], "last_id": items[-1]["id"]} if items else {}
                return Reply(200, {"data": items, "has_more": more} | ends)
        return None

    @staticmethod
    def _message(call: Call, content: list) -> dict:
        made = {"id": "msg_1", "type": "message", "role": "assistant", "model": call.json["model"], "content": content}
        return made | {"stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 5}}

    def stream(self, call: Call) -> Optional[tuple[list[bytes], dict[str, str]]]:
        if call.path != "/v1/messages" or not call.json.get("stream"):
            return None
        deltas = [{"index": 0, "delta": {"type": "text_delta", "text": word}} for word in self.WORDS]
        events = [
            ("message_start", {"message": self._message(call, [])}),
            ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
            *(("content_block_delta", delta) for delta in deltas),
            ("content_block_stop", {"index": 0}),
            ("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 5}}),
            ("message_stop", {}),
        ]
        pieces = [f"event: {name}\ndata: {json.dumps({'type': name} | data)}\n\n".encode() for name, data in events]
        return pieces, {"Content-Type": "text/event-stream; charset=utf-8"}


class Slack(Vendor):
    """https://docs.slack.dev/reference/methods; a refusal is a 200 that says so. An upload's URL asks for no key."""

    refusal = Reply(200, {"ok": False, "error": "invalid_auth"})

    def __init__(self, certificates: Certificates, shown: bytes):
        self.channels = [{"id": f"C{number}", "name": f"room-{number}"} for number in range(5)]
        self.uploaded = b""
        super().__init__(certificates, shown)

    def knows(self, request: Request) -> bool:
        return request.line.startswith(b"POST /upload/") or super().knows(request)

    def answer(self, call: Call) -> Optional[Reply]:
        match call.method, call.path:
            case _, "/api/auth.test":
                return Reply(200, {"ok": True, "team": "Corner Shop", "user": "order-app"})
            case "POST", "/api/chat.postMessage":
                return Reply(200, {"ok": True, "ts": "1.1", "channel": call.json["channel"], "message": {"text": call.json["text"]}})
            case _, "/api/conversations.list":
                asked = call.query | (call.form if call.method == "POST" else {})
                items, more = page(self.channels, asked.get("cursor"), int(asked.get("limit", 2)))
                cursor = {"next_cursor": items[-1]["id"] if more else ""}
                return Reply(200, {"ok": True, "channels": items, "response_metadata": cursor})
            case _, "/api/files.getUploadURLExternal":
                return Reply(200, {"ok": True, "upload_url": f"{self.origin}/upload/v1/one-time", "file_id": "F1"})
            case "POST", "/upload/v1/one-time":
                self.uploaded = call.request.body
                return Reply(200, b"OK", {"Content-Type": "text/plain"})
            case "POST", "/api/files.completeUploadExternal":
                return Reply(200, {"ok": True, "files": [{"id": "F1", "title": "label.txt"}]})
        return None


class GitHub(Vendor):
    """https://docs.github.com/en/rest; its answers name further places by whole URLs of its own."""

    refusal = Reply(401, {"message": "Bad credentials"})

    def answer(self, call: Call) -> Optional[Reply]:
        match call.method, call.path:
            case "GET", "/user":
                return Reply(200, {"login": "order-app", "id": 7, "url": f"{self.origin}/users/order-app"})
            case "GET", "/repos/shop/labels":
                return Reply(200, self._repository)
            case "GET", "/repos/shop/labels/issues":
                number = int(call.query.get("page", 1))
                path = f"{self.origin}/repos/shop/labels/issues?per_page=2&page={number + 1}"
                fields = {"Link": f'<{path}>; rel="next"'} if number < 3 else {}
                return Reply(200, [self._issue(number * 10 + step) for step in (0, 1)], fields)
            case "POST", "/repos/shop/labels/issues":
                return Reply(201, self._issue(99, call.json["title"]))
        return None

    @property
    def _repository(self) -> dict:
        return {"id": 1, "name": "labels", "full_name": "shop/labels", "url": f"{self.origin}/repos/shop/labels"}

    def _issue(self, number: int, title: str = "An issue") -> dict:
        url = f"{self.origin}/repos/shop/labels/issues/{number}"
        return {"id": number, "number": number, "title": title, "url": url, "state": "open"}


class SendGrid(Vendor):
    """https://www.twilio.com/docs/sendgrid/api-reference"""

    refusal = Reply(401, {"errors": [{"message": "The provided authorization grant is invalid"}]})

    def answer(self, call: Call) -> Optional[Reply]:
        match call.method, call.path:
            case "POST", "/v3/mail/send":
                return Reply(202, b"", {"X-Message-Id": "message-1"})
            case "GET", "/v3/suppression/bounces":
                return Reply(200, [{"email": "gone@shop.example", "created": int(call.query["start_time"])}])
        return None
