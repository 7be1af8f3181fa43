# SPDX-License-Identifier: Apache-2.0
"""An issuer of identities on loopback, whose keys, documents and manners a test may bend."""

import json
import socket
import threading
import time
from typing import Any, Callable, Optional

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwk, jwt
from joserfc.util import urlsafe_b64encode

DISCOVERY = "/.well-known/openid-configuration"


class Issuer:
    """Discovery and keys over plain HTTP. `routes` may replace what is said at a path with any bytes or a function."""

    def __init__(self, kind: str = "RSA", algorithm: str = "RS256"):
        self.algorithm = algorithm
        self.asked: list[str] = []
        self.heads: list[bytes] = []
        self.routes: dict[str, Any] = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.name = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.keys: list[Any] = []
        self.rotate(kind, "one")
        threading.Thread(target=self._serve, daemon=True).start()

    def rotate(self, kind: str, kid: str) -> None:
        """One new key instead of all the old ones."""
        size: Any = {"RSA": 2048, "EC": "P-256", "P-384": "P-384", "OKP": "Ed25519"}[kind]
        parameters = {"kid": kid, "use": "sig"}
        family = {"RSA": jwk.RSAKey, "EC": jwk.ECKey, "P-384": jwk.ECKey, "OKP": jwk.OKPKey}[kind]
        self.keys = [family.generate_key(size, parameters)]

    @property
    def key_set(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good ones, for the audience `bitting`; None takes one away."""
        now = int(time.time())
        good = {
            "iss": self.name,
            "aud": "bitting",
            "sub": "repo:acme/shop:ref:refs/heads/main",
            "repository": "acme/shop",
            "ref": "refs/heads/main",
            "iat": now,
            "exp": now + 600,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, key: Any = None, header: Optional[dict[str, Any]] = None, **changes: Any) -> str:
        key = key or self.keys[0]
        head = {"alg": self.algorithm, "kid": key.kid, "typ": "JWT"} | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, self.claims(**changes), key, algorithms=[head["alg"]])

    def forged(self, header: dict[str, Any], sign: Callable[[bytes], bytes] = lambda signed: b"", **changes: Any) -> str:
        """Any header over good claims, signed by anything."""
        parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, self.claims(**changes))]
        signed = b".".join(urlsafe_b64encode(part) for part in parts)
        return (signed + b"." + urlsafe_b64encode(sign(signed))).decode()

    def confused(self, changes: Optional[dict[str, Any]] = None) -> list[str]:
        """HMAC with the public key as secret, in the spellings that careless verifiers take."""
        public = self.keys[0].get_op_key("verify")
        secrets = [
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            json.dumps(self.keys[0].as_dict(private=False)).encode(),
        ]
        return [self.forged({"alg": "HS256", "kid": "one"}, mac(secret), **(changes or {})) for secret in secrets]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            path = head.split(b" ")[1].decode()
            self.asked.append(path)
            self.heads.append(head)
            try:
                said = self.routes.get(path)
                if callable(said):
                    return said(connection)
                connection.sendall(said if said is not None else self._document(path))
            except OSError:
                pass

    def _document(self, path: str) -> bytes:
        if path == DISCOVERY:
            return http({"issuer": self.name, "jwks_uri": self.name + "/keys"})
        return http(self.key_set) if path == "/keys" else http({}, "404 Not Found")

    def close(self) -> None:
        self.listener.close()


def mac(secret: bytes) -> Callable[[bytes], bytes]:
    def sign(signed: bytes) -> bytes:
        code = hmac.HMAC(secret, hashes.SHA256())
        code.update(signed)
        return code.finalize()

    return sign


def http(document: Any, status: str = "200 OK", *fields: str) -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
