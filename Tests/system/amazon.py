# SPDX-License-Identifier: Apache-2.0
"""moto's server behind a gate that checks each request's signature (AWS Signature Version 4), as moto itself does not.

The check follows AWS's own description, "Create a signed AWS API request", and not the signer that the SDK uses.
"""

import hashlib
import hmac
import io
import re
import ssl
import threading
import time
from calendar import timegm
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from certificates import Certificates

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
UNSIGNED = {"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
REFUSAL = b'<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>%b</Message></Error>'


class Signed(NamedTuple):
    """A request whose signature was right."""

    access_key: str
    region: str
    service: str
    method: str
    target: str
    fields: dict[str, str]
    body: bytes


class Refused(Exception):
    """Why AWS would answer 403."""


class Amazon:
    """All of moto's services at one origin, for one pair of keys."""

    def __init__(self, certificates: Certificates, access_key: str, secret_key: str, token: Optional[str] = None):
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"

            def log(self, *arguments: Any) -> None:
                """`calls` remembers."""

        self.access_key, self.token = access_key, token
        self.secret_key = secret_key
        # Keys that are made and deleted meanwhile; asked with an id, answers a secret or nothing.
        self.more_keys: Callable[[str], Optional[str]] = lambda access_key: None
        self.calls: list[Signed] = []
        self.refusals: list[str] = []
        self.soon: list[int] = []  # statuses that come before the usual answers
        self.moto = DomainDispatcherApplication(create_backend_app)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.chain, certificates.key)
        self.server = make_server("127.0.0.1", 0, self, threaded=True, ssl_context=context, request_handler=Quiet)
        self.server.daemon_threads = True
        self.origin = f"https://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def __call__(self, environ: dict, start: Callable) -> Any:
        is_chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        body = environ["wsgi.input"].read(*([] if is_chunked else [int(environ.get("CONTENT_LENGTH") or 0)]))
        environ = environ | {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": False}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        try:
            self.calls.append(self._read(environ, body))
        except Refused as refused:
            self.refusals.append(str(refused))
            start("403 Forbidden", [("Content-Type", "application/xml")])
            return [REFUSAL % str(refused).encode()]
        if self.soon:
            start(f"{self.soon.pop(0)} Slow Down", [("Content-Type", "application/xml")])
            return [REFUSAL.replace(b"SignatureDoesNotMatch", b"SlowDown") % b"Reduce your request rate."]
        return self.moto(environ, start)

    def _read(self, environ: dict, body: bytes) -> Signed:
        fields = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
        fields |= {name.replace("_", "-").lower(): environ[name] for name in ("CONTENT_TYPE",) if environ.get(name)}
        found = AUTHORIZATION.fullmatch(fields.get("authorization", ""))
        if found is None:
            raise Refused("no signature")
        access_key, day, region, service, names, signature = found.groups()
        secret = self.secret_key if access_key == self.access_key else self.more_keys(access_key)
        if secret is None:
            raise Refused("another access key")
        signed = Signed(access_key, region, service, environ["REQUEST_METHOD"], environ["REQUEST_URI"], fields, body)
        if fields.get("x-amz-security-token") != self.token:
            raise Refused("another session token")
        self._complete(signed, names.split(";"), day)
        if not hmac.compare_digest(self._signature(signed, secret, names, day), signature):
            raise Refused("another signature")
        return signed

    @staticmethod
    def _complete(signed: Signed, names: list[str], day: str) -> None:
        """What AWS demands beyond the signature: the right fields are signed, and now."""
        must = {"host"} | {name for name in signed.fields if name.startswith("x-amz-")}
        if names != sorted(set(names)) or not must <= set(names) or not set(names) <= signed.fields.keys():
            raise Refused(f"these must be signed: {sorted(must)}, and are: {names}")
        date = signed.fields["x-amz-date"]
        if not date.startswith(day) or abs(timegm(time.strptime(date, "%Y%m%dT%H%M%SZ")) - time.time()) > 300:
            raise Refused("not signed now")

    def _signature(self, signed: Signed, secret: str, names: str, day: str) -> str:
        path, _, query = signed.target.partition("?")
        pairs = sorted((_written(name), _written(value)) for name, value in parse_qsl(query, keep_blank_values=True))
        once = quote(unquote_to_bytes(path), safe="-._~/")
        canonical = "\n".join(
            [
                signed.method,
                once if signed.service == "s3" else quote(once, safe="-._~/"),
                "&".join(f"{name}={value}" for name, value in pairs),
                *(f"{name}:{' '.join(signed.fields[name].split())}" for name in names.split(";")),
                "",
                names,
                self._payload(signed),
            ]
        )
        scope = f"{day}/{signed.region}/{signed.service}/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key = f"AWS4{secret}".encode()
        for part in (day, signed.region, signed.service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        text = f"AWS4-HMAC-SHA256\n{signed.fields['x-amz-date']}\n{scope}\n{digest}"
        return hmac.digest(key, text.encode(), "sha256").hex()

    @staticmethod
    def _payload(signed: Signed) -> str:
        told = signed.fields.get("x-amz-content-sha256")
        if told in UNSIGNED:
            return told
        digest = hashlib.sha256(signed.body).hexdigest()
        if told is not None and told != digest:
            raise Refused("another body")
        if told is None and signed.service == "s3":
            raise Refused("S3 wants x-amz-content-sha256")
        return digest


def _written(text: str) -> str:
    return quote(text, safe="-._~")
