# SPDX-License-Identifier: Apache-2.0
"""Envoy's ext_authz over gRPC as Google's own libraries speak it: the messages are declared here, by their numbers in
envoy/service/auth/v3/*.proto, and nothing of Bitting's own reading and writing is used."""

from typing import Any, Optional

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "envoy.service.auth.v3"
KINDS = {"string": 9, "bytes": 12, "int32": 5, "bool": 8}

# name: (number, type, repeated); a type with a capital is a message.
MESSAGES: dict[str, dict[str, tuple]] = {
    "SocketAddress": {"protocol": (1, "int32"), "address": (2, "string"), "port_value": (3, "int32")},
    "Address": {"socket_address": (1, "SocketAddress")},
    "Peer": {"address": (1, "Address"), "service": (2, "string"), "principal": (4, "string"), "certificate": (5, "string")},
    "HeaderValue": {"key": (1, "string"), "value": (2, "string"), "raw_value": (3, "bytes")},
    "HeaderMap": {"headers": (1, "HeaderValue", True)},
    "Entry": {"key": (1, "string"), "value": (2, "string")},
    "HttpRequest": {
        "id": (1, "string"), "method": (2, "string"), "headers": (3, "Entry", True), "path": (4, "string"), "host": (5, "string"),
        "scheme": (6, "string"), "query": (7, "string"), "fragment": (8, "string"), "size": (9, "int32"), "protocol": (10, "string"),
        "body": (11, "string"), "raw_body": (12, "bytes"), "header_map": (13, "HeaderMap"),
    },
    "Request": {"http": (2, "HttpRequest")},
    "AttributeContext": {"source": (1, "Peer"), "destination": (2, "Peer"), "request": (4, "Request"), "context_extensions": (10, "Entry", True)},
    "CheckRequest": {"attributes": (1, "AttributeContext")},
    "Status": {"code": (1, "int32"), "message": (2, "string")},
    "BoolValue": {"value": (1, "bool")},
    "HeaderValueOption": {"header": (1, "HeaderValue"), "append": (2, "BoolValue"), "append_action": (3, "int32"), "keep_empty_value": (4, "bool")},
    "HttpStatus": {"code": (1, "int32")},
    "DeniedHttpResponse": {"status": (1, "HttpStatus"), "headers": (2, "HeaderValueOption", True), "body": (3, "string")},
    "OkHttpResponse": {
        "headers": (2, "HeaderValueOption", True), "headers_to_remove": (5, "string", True),
        "response_headers_to_add": (6, "HeaderValueOption", True), "query_parameters_to_remove": (8, "string", True),
    },
    "CheckResponse": {"status": (1, "Status"), "denied_response": (2, "DeniedHttpResponse"), "ok_response": (3, "OkHttpResponse")},
    "HealthCheckRequest": {"service": (1, "string")},
    "HealthCheckResponse": {"status": (1, "int32")},
}  # fmt: skip


def _declare() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="check.proto", package=PACKAGE, syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, *repeated) in fields.items():
            made = message.field.add(name=field, number=number, label=3 if repeated else 1)
            if kind[0].isupper():
                made.type, made.type_name = 11, f".{PACKAGE}.{kind}"
            else:
                made.type = KINDS[kind]
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in MESSAGES}


types = _declare()


def request(
    method: str = "GET", path: str = "/", headers: Optional[dict[str, str]] = None, address: Optional[str] = "192.0.2.7", raw: bool = False, **extensions: str
) -> Any:
    """What Envoy asks about one call; `raw` as with `encode_raw_headers`."""
    made = types["CheckRequest"]()
    attributes = made.attributes
    if address is not None:
        attributes.source.address.socket_address.address = address
        attributes.source.address.socket_address.port_value = 40000
    attributes.destination.address.socket_address.address = "198.51.100.1"
    http = attributes.request.http
    http.id, http.method, http.path, http.host, http.scheme, http.protocol = "12345", method, path, "api.example", "http", "HTTP/1.1"
    for name, value in ({":authority": "api.example", ":path": path, ":method": method} | (headers or {})).items():
        if raw:
            http.header_map.headers.add(key=name, raw_value=value.encode("latin-1"))
        else:
            http.headers.add(key=name, value=value)
    for name, value in extensions.items():
        attributes.context_extensions.add(key=name, value=value)
    return made


class Checker:
    """One HTTP/2 connection, by grpcio."""

    def __init__(self, address: str):
        self.channel = grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])

    def method(self, path: str, request_type: str, response_type: str, **options: Any) -> Any:
        return self.channel.unary_unary(
            path, request_serializer=types[request_type].SerializeToString, response_deserializer=types[response_type].FromString, **options
        )

    def check(self, asked: Any, **options: Any) -> Any:
        call = self.method(f"/{PACKAGE}.Authorization/Check", "CheckRequest", "CheckResponse")
        return call(asked, timeout=20, **options)

    def health(self) -> int:
        call = self.method("/grpc.health.v1.Health/Check", "HealthCheckRequest", "HealthCheckResponse")
        return call(types["HealthCheckRequest"](), timeout=20).status

    def close(self) -> None:
        self.channel.close()


def headers(options: Any) -> dict[str, str]:
    """Header options by name; each must overwrite, and stand there once."""
    assert all(option.append_action == 2 and not option.HasField("append") for option in options)
    found = {option.header.key: option.header.value for option in options}
    assert len(found) == len(options), found
    return found
