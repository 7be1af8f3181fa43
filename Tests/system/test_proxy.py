# SPDX-License-Identifier: Apache-2.0
"""The forward proxy: real programs that know nothing but HTTPS_PROXY and an authority, and attacks on its tunnels."""

import base64
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time

import httpx
import pytest
import requests

import certificates
from house import Ground, House
from upstream import Upstream, answering
from wire import connect, read, talk

VALUE = "held-by-the-proxy-Zq07"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def upstream(authority):
    made = Upstream(authority)
    yield made
    made.close()


@pytest.fixture(scope="module")
def mirror(authority):
    """A host without an integration that the operator lists."""
    made = Upstream(authority)
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(binary, evidence, mirror):
    options = ("--proxy-address", "127.0.0.1:0", "--proxy-tunnel", f"localhost:{mirror.port}")
    options += ("--proxy-tunnel", f"127.0.0.1:{mirror.port}", "--proxy-tunnel", f"10.1.2.3:{mirror.port}")
    options += ("--proxy-tunnel-allow-private", "127.0.0.0/8", "--proxy-tunnel-allow-private", "::1/128")
    made = House(binary, evidence.root / __name__, evidence, options)
    yield made
    assert made.server.is_running(), f"the server was gone before the end; see {made.server.log}"
    assert made.server.stop() == 0, f"the server did not drain; see {made.server.log}"


class Proxied:
    """An app with one integration to the stand-in, and a tunnel to it."""

    def __init__(self, house: House, ground: Ground, upstream: Upstream, authority, name="carrier", value=VALUE):
        self.house, self.ground, self.upstream = house, ground, upstream
        ground.provider(
            name,
            f"https://localhost:{upstream.port}",
            origins=[f"https://localhost:{upstream.port}", f"https://127.0.0.1:{upstream.port}"],
            tls={"ca": authority.authority.read_text()},
            allow_private_addresses=["127.0.0.0/8", "::1/128"],
        )
        self.ids = ground.lend(name, house.evidence.hold(value))
        self.key = ground.issue()["secret"]
        self.address = house.server.proxy_address
        self.target = f"localhost:{upstream.port}"
        self.trust = house.data_folder / "proxy-ca.pem"
        self.context = ssl.create_default_context(cafile=str(self.trust))

    def url(self, user: str = "", password: str = "") -> str:
        pair = f"{user}:{password}" if password else user or self.key
        return f"http://{pair}@{self.address}"

    def connect(self, target=None, fields=None, method="CONNECT", version="1.1"):
        """What the proxy answers to a head, and the connection."""
        target = target or self.target
        if fields is None:
            fields = [f"Proxy-Authorization: {basic(self.key)}"]
        connection = connect(self.address)
        lines = [f"{method} {target} HTTP/{version}", f"Host: {target}", *fields]
        connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n") and (piece := connection.recv(1)):
            head += piece
        if head.startswith(b"HTTP/1.1 200 "):
            return head, connection
        while piece := connection.recv(65536):
            head += piece
        (answer,), rest = read(head)
        assert rest == b""
        self.house.evidence.answer(b"CONNECT\r\n" + answer.raw)
        return answer, connection

    def tunnel(self, target=None, name=None, context=None, **options) -> ssl.SSLSocket:
        head, connection = self.connect(target, **options)
        assert isinstance(head, bytes), head
        return (context or self.context).wrap_socket(connection, server_hostname=name or (target or self.target).rsplit(":", 1)[0])

    def ask(self, tunnel, line="GET /v1/labels HTTP/1.1", host=None, fields=()):
        lines = [line, f"Host: {host or self.target}", *fields]
        tunnel.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        came = b""
        while not read(came)[0]:
            piece = tunnel.recv(65536)
            if not piece:
                return None
            came += piece
        (answer,), _ = read(came)
        self.house.evidence.answer(b"PROXIED\r\n" + answer.raw)
        return answer


def basic(user: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture(scope="module")
def proxied(house, ground, upstream, authority):
    return Proxied(house, ground, upstream, authority)


@pytest.fixture(autouse=True)
def clean(upstream, mirror):
    upstream.reset()
    mirror.reset()


@pytest.fixture(scope="module", autouse=True)
def slow(house, proxied):
    """Opened first, looked at last: who sends nothing, half a head, or no ClientHello."""
    silent, half = connect(house.server.proxy_address, 60), connect(house.server.proxy_address, 60)
    half.sendall(b"CONNECT localhost:443 HT")
    _, dumb = proxied.connect()
    yield
    for connection in (silent, half, dumb):
        connection.settimeout(30)
        came = b""
        try:
            while piece := connection.recv(65536):
                came += piece
        except ConnectionResetError:
            pass
        assert came == b"" if connection is dumb else came.startswith(b"HTTP/1.1 408 ")
        connection.close()


def arrived(proxied, count=1):
    """The provider got its own key, exactly, and nothing of ours."""
    assert len(proxied.upstream.requests) == count
    for request in proxied.upstream.requests:
        assert request.values(b"authorization") == [b"Bearer " + VALUE.encode()]
        assert request.values(b"host") == [proxied.target.encode()]
        assert request.values(b"proxy-authorization") == [] and proxied.key.encode() not in request.bytes
    return proxied.upstream.requests[0]


# Programs as they are.


def environment(proxied, **more):
    url = proxied.url("bitting", proxied.key)  # requests and wget send nothing where there is no password
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"https_proxy": url, "HTTPS_PROXY": url} | more


def run(command, env, text=""):
    return subprocess.run(command, env=env, input=text, capture_output=True, text=True, timeout=60, check=False)


def test_curl(proxied):
    env = environment(proxied, CURL_CA_BUNDLE=str(proxied.trust))
    told = run(["curl", "-sS", "-H", "Authorization: Bearer placeholder", f"https://{proxied.target}/v1/labels?x=1"], env)
    assert (told.returncode, told.stdout) == (0, "ok"), told.stderr
    assert arrived(proxied).line == b"GET /v1/labels?x=1 HTTP/1.1"


def test_curl_with_the_key_alone_in_the_url(proxied):
    env = environment(proxied, CURL_CA_BUNDLE=str(proxied.trust), https_proxy=proxied.url())
    assert run(["curl", "-sS", f"https://{proxied.target}/v1/labels"], env).stdout == "ok"
    arrived(proxied)


def test_curl_keeps_one_tunnel_for_several_calls(proxied):
    env = environment(proxied, CURL_CA_BUNDLE=str(proxied.trust))
    address = f"https://{proxied.target}/v1/labels"
    told = run(["curl", "-sS", "-w", "%{num_connects}", address, address, address], env)
    assert (told.returncode, told.stdout) == (0, "ok1ok0ok0"), told
    arrived(proxied, 3)


def test_curl_asks_again_when_it_is_told_how(proxied):
    """With --proxy-anyauth it sends nothing until it was asked: 407, then the key."""
    told = run(
        ["curl", "-sS", "--proxy-anyauth", "--proxy-cacert", "/dev/null", f"https://{proxied.target}/v1/labels"],
        environment(proxied, CURL_CA_BUNDLE=str(proxied.trust)),
    )
    assert (told.returncode, told.stdout) == (0, "ok"), told.stderr
    arrived(proxied)


def test_wget(proxied):
    command = ["wget", "-q", "-O", "-", "--ca-certificate", str(proxied.trust), f"https://{proxied.target}/v1/labels"]
    told = run(command, environment(proxied))
    assert (told.returncode, told.stdout) == (0, "ok"), told.stderr
    arrived(proxied)


def test_requests(proxied, monkeypatch):
    for name, value in environment(proxied, REQUESTS_CA_BUNDLE=str(proxied.trust)).items():
        monkeypatch.setenv(name, value)
    with requests.Session() as session:
        for _ in range(2):
            answer = session.post(f"https://{proxied.target}/v1/labels", json={"to": "x"}, auth=("placeholder", "x"))
            assert (answer.status_code, answer.text) == (200, "ok")
    assert arrived(proxied, 2).body == b'{"to": "x"}'


def test_httpx(proxied, monkeypatch):
    for name, value in environment(proxied, SSL_CERT_FILE=str(proxied.trust)).items():
        monkeypatch.setenv(name, value)
    with httpx.Client() as client:
        assert client.get(f"https://{proxied.target}/v1/labels").text == "ok"
    arrived(proxied)


def test_httpx_that_would_speak_http_2_is_spoken_to_in_1_1(proxied):
    context = ssl.create_default_context(cafile=str(proxied.trust))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with proxied.tunnel(context=context) as tunnel:
        assert tunnel.selected_alpn_protocol() == "http/1.1"
        assert proxied.ask(tunnel).status == 200


NODE = """
const http = require('http'), https = require('https');
const proxy = new URL(process.env.HTTPS_PROXY), target = process.argv[1];
const request = http.request({host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: target,
  headers: {'Proxy-Authorization': 'Basic ' + Buffer.from(proxy.username + ':' + proxy.password).toString('base64')}});
request.on('connect', (answer, socket) => {
  const [host, port] = target.split(':');
  https.get({host, port, path: '/v1/labels', socket, agent: false, servername: host}, answer => {
    answer.on('data', piece => process.stdout.write(piece)); answer.on('end', () => process.exit(0));
  });
});
request.end();
"""


def test_node_through_a_socket_of_its_own_connect(proxied):
    """What global-agent and undici's EnvHttpProxyAgent do; Node 20 itself has no switch for it yet."""
    told = run(["node", "-e", NODE, proxied.target], environment(proxied, NODE_EXTRA_CA_CERTS=str(proxied.trust)))
    assert (told.returncode, told.stdout) == (0, "ok"), told.stderr
    arrived(proxied)


@pytest.mark.skipif(shutil.which("go") is None, reason="no Go here")
def test_go(proxied, tmp_path):
    (tmp_path / "main.go").write_text(
        'package main\nimport ("fmt";"io";"net/http";"os")\n'
        "func main() { a, e := http.Get(os.Args[1]); if e != nil { panic(e) }; b, _ := io.ReadAll(a.Body); fmt.Print(string(b)) }\n"
    )
    env = environment(proxied, SSL_CERT_FILE=str(proxied.trust), GOCACHE=str(tmp_path / "cache"))
    told = run(["go", "run", str(tmp_path / "main.go"), f"https://{proxied.target}/v1/labels"], env)
    assert (told.returncode, told.stdout) == (0, "ok"), told.stderr
    arrived(proxied)


# Who may open a tunnel.


@pytest.mark.parametrize("form", ["user", "password", "named", "bearer", "lower case"])
def test_the_key_may_stand_in_any_form_that_proxies_know(proxied, form):
    shown = {
        "user": basic(proxied.key),
        "password": basic("x", proxied.key),
        "named": basic("carrier", proxied.key),
        "bearer": f"Bearer {proxied.key}",
        "lower case": basic(proxied.key).replace("Basic", "basic"),
    }[form]
    with proxied.tunnel(fields=[f"Proxy-Authorization: {shown}"]) as tunnel:
        assert proxied.ask(tunnel).status == 200
    arrived(proxied)


def refused(proxied, status, code, **options):
    answer, connection = proxied.connect(**options)
    connection.close()
    assert not isinstance(answer, bytes), "a tunnel was opened"
    assert (answer.status, answer.field("X-Bitting-Error")) == (status, code), answer
    assert answer.json()["fix"] and answer.field("Content-Type") == "application/problem+json"
    assert (answer.field("Proxy-Authenticate") is not None) == (status == 407) and answer.field("WWW-Authenticate") is None
    assert proxied.upstream.connections == 0
    return answer


def test_without_a_key_there_is_no_tunnel(proxied):
    refused(proxied, 407, "unauthenticated", fields=[])
    refused(proxied, 407, "unauthenticated", fields=[f"Authorization: Bearer {proxied.key}"])


@pytest.mark.parametrize("shown", ["Bearer nonsense", "Basic !!!", "Basic ", "Digest a=b", "Bearer ", basic("", ""), basic("ground_live_nothing")])
def test_a_key_that_is_not_known_opens_nothing(proxied, shown):
    refused(proxied, 407, "unknown", fields=[f"Proxy-Authorization: {shown}"])


def test_two_keys_open_nothing(proxied):
    other = proxied.ground.issue()["secret"]
    refused(proxied, 407, "unknown", fields=[f"Proxy-Authorization: {basic(proxied.key, other)}"])
    refused(proxied, 407, "unknown", fields=[f"Proxy-Authorization: {basic(key)}" for key in (proxied.key, other)])


def test_a_revoked_key_opens_nothing(proxied):
    issued = proxied.ground.issue()
    proxied.ground.control.need(200, "POST", f"/v1/keys/{issued['id']}/revoke", {"reason": "unused"})
    refused(proxied, 407, "revoked", fields=[f"Proxy-Authorization: {basic(issued['secret'])}"])


def test_a_key_of_a_user_or_an_account_opens_nothing(proxied):
    ground = proxied.ground
    for owner in ({"type": "account", "id": ground.account}, {"type": "user", "id": ground.user}):
        shown = basic(ground.issue(owner=owner)["secret"])
        refused(proxied, 403, "not_allowed", fields=[f"Proxy-Authorization: {shown}"])


def test_another_app_has_no_way_to_the_host(proxied):
    ground = proxied.ground
    stranger = ground.control.need(201, "POST", f"/v1/accounts/{ground.account}/apps", {"name": "Stranger"})["id"]
    key = ground.issue(owner={"type": "app", "id": stranger})["secret"]
    refused(proxied, 403, "integration_unknown", fields=[f"Proxy-Authorization: {basic(key)}"])


@pytest.mark.parametrize("target", ["localhost:1", "api.example:443", "127.0.0.2:443", "[::1]:443", "169.254.169.254:443"])
def test_a_host_without_an_integration_is_refused(proxied, target):
    refused(proxied, 403, "integration_unknown", target=target)


@pytest.mark.parametrize(
    "target",
    ["localhost", "localhost:", "localhost:0", "localhost:65536", "localhost:+443", "2130706433:443", "0x7f.1:443", "127.1:443"]
    + ["user@localhost:443", "localhost:443/", "https://localhost:443", "/", "*", "[::1", "localhost:４", "loc%61lhost:443"],
)
def test_a_target_that_is_no_host_and_port_is_refused(proxied, target):
    target = target.encode().decode("latin-1")
    answer, connection = proxied.connect(target=target, fields=[f"Proxy-Authorization: {basic(proxied.key)}"])
    connection.close()
    assert not isinstance(answer, bytes) and answer.status == 400, answer


def test_plain_http_is_not_proxied(proxied):
    for line in (f"GET http://{proxied.target}/ HTTP/1.1", "POST /lend/carrier/v1/labels HTTP/1.1", "POST /ca.pem HTTP/1.1"):
        head = f"{line}\r\nHost: {proxied.target}\r\nProxy-Authorization: {basic(proxied.key)}\r\n\r\n"
        told = talk(proxied.address, head.encode())
        assert told.statuses == [405] and told.is_closed and told.answers[0].field("Allow") == "CONNECT", told
    assert proxied.upstream.connections == 0


def test_a_body_an_oversized_head_and_nonsense_are_refused(proxied):
    shown = f"Proxy-Authorization: {basic(proxied.key)}"
    for framing in ("Content-Length: 5", "Transfer-Encoding: chunked"):
        refused(proxied, 400, "malformed_request", fields=[shown, framing])
    refused(proxied, 431, "malformed_request", fields=[shown, "X-A: " + "x" * 20_000])
    refused(proxied, 400, "malformed_request", fields=[shown, " folded"])
    refused(proxied, 400, "malformed_request", fields=[shown, "Host: two"])
    told = talk(proxied.address, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", seconds=5)
    assert told.statuses == [400] and told.is_closed


# What a tunnel is.


def test_the_certificate_is_for_the_host_alone_and_for_a_week(proxied):
    with proxied.tunnel() as tunnel:
        shown = tunnel.getpeercert()
        again = tunnel.getpeercert(binary_form=True)
    assert shown["subjectAltName"] == (("DNS", "localhost"),) and shown["subject"] == ()
    seconds = ssl.cert_time_to_seconds(shown["notAfter"]) - ssl.cert_time_to_seconds(shown["notBefore"])
    assert 6 * 86_400 < seconds < 8 * 86_400
    with proxied.tunnel() as tunnel:
        assert tunnel.getpeercert(binary_form=True) == again  # made once, kept


def test_an_address_is_stood_in_for_as_an_address(proxied):
    target = f"127.0.0.1:{proxied.upstream.port}"
    with proxied.tunnel(target=target) as tunnel:
        assert tunnel.getpeercert()["subjectAltName"] == (("IP Address", "127.0.0.1"),)
        assert proxied.ask(tunnel, host=target).status == 200
    (request,) = proxied.upstream.requests
    assert request.values(b"host") == [target.encode()]  # a further origin of the provider, and called as that


def test_openssl_itself_finds_nothing_wrong_with_the_chain(proxied, tmp_path):
    with proxied.tunnel() as tunnel:
        (tmp_path / "leaf.pem").write_text(ssl.DER_cert_to_PEM_cert(tunnel.getpeercert(binary_form=True)))
    verify = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "localhost"]
    told = run([*verify, "-CAfile", str(proxied.trust), str(tmp_path / "leaf.pem")], dict(os.environ))
    assert told.returncode == 0, told.stderr + told.stdout


def test_another_name_in_the_client_hello_ends_the_tunnel(proxied):
    context = ssl.create_default_context(cafile=str(proxied.trust))
    context.check_hostname = False
    with pytest.raises((ssl.SSLError, ConnectionError)):
        proxied.tunnel(name="elsewhere.example", context=context)
    assert proxied.upstream.connections == 0


def test_old_tls_is_not_spoken(proxied):
    context = ssl.create_default_context(cafile=str(proxied.trust))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        proxied.tunnel(context=context)


@pytest.mark.parametrize("said", [b"GET /v1/labels HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00" * 4096, b"\x16\x03\x01\xff\xff" + b"a" * 70_000, b"SSH-2.0-x\r\n"])
def test_what_is_no_client_hello_ends_the_tunnel(proxied, said):
    _, connection = proxied.connect()
    with connection:
        came = b""
        try:
            connection.sendall(said)
            connection.settimeout(20)
            while piece := connection.recv(65536):
                came += piece
        except (ConnectionError, BrokenPipeError):
            pass
    assert b"HTTP/" not in came and proxied.upstream.connections == 0


def test_a_client_hello_may_come_with_the_connect(proxied):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = proxied.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    head = f"CONNECT {proxied.target} HTTP/1.1\r\nHost: {proxied.target}\r\nProxy-Authorization: {basic(proxied.key)}\r\n\r\n"
    with connect(proxied.address) as connection:
        connection.sendall(head.encode() + outgoing.read())
        came = b""
        while b"\r\n\r\n" not in came:
            came += connection.recv(65536)
        head, rest = came.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 200 ")
        incoming.write(rest)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(65536))
    assert tls.version() == "TLSv1.3"


# Calls inside.


def test_host_must_be_that_of_the_tunnel(proxied):
    for host in ("elsewhere.example", "localhost", f"127.0.0.1:{proxied.upstream.port}", f"{proxied.target}.", ""):
        with proxied.tunnel() as tunnel:
            answer = proxied.ask(tunnel, host=host or " ")
            assert (answer.status, answer.field("X-Bitting-Error")) == (421, "misdirected"), answer
    with proxied.tunnel() as tunnel:
        assert proxied.ask(tunnel, host=proxied.target.upper()).status == 200
    arrived(proxied)


@pytest.mark.parametrize(
    "line, status",
    [
        ("CONNECT elsewhere.example:443 HTTP/1.1", 403),
        ("GET https://elsewhere.example/v1 HTTP/1.1", 400),
        ("OPTIONS * HTTP/1.1", 400),
        ("GET /v1/../secret HTTP/1.1", 400),
        ("GET /v1//labels HTTP/1.1", 400),
        ("GET /v1/%2e%2e/x HTTP/1.1", 400),
        ("GET /v1/a#b HTTP/1.1", 400),
        ("TRACE /v1/labels HTTP/1.1", 403),
        ("PRI * HTTP/2.0", 505),
    ],
)
def test_no_way_out_of_a_tunnel(proxied, line, status):
    with proxied.tunnel() as tunnel:
        answer = proxied.ask(tunnel, line)
        assert answer.status == status, answer
    assert proxied.upstream.requests == []


@pytest.mark.parametrize("path", ["/healthz", "/v1/verify", "/lend/carrier/v1/labels", "/oauth/token", "/.well-known/jwks.json"])
def test_the_data_planes_own_paths_are_the_providers_in_a_tunnel(proxied, path):
    with proxied.tunnel() as tunnel:
        assert proxied.ask(tunnel, f"GET {path} HTTP/1.1").status == 200
    assert arrived(proxied).line == f"GET {path} HTTP/1.1".encode()


def test_what_the_program_shows_of_its_own_is_taken_away(proxied):
    fields = ["Authorization: Bearer placeholder", "X-API-Key: another", "Cookie: a=b", "Proxy-Authorization: Basic eA=="]
    fields += ["X-Forwarded-For: 10.0.0.1", "Connection: authorization", "X-HTTP-Method-Override: DELETE"]
    with proxied.tunnel() as tunnel:
        assert proxied.ask(tunnel, fields=fields).status == 200
    request = arrived(proxied)
    for name in (b"x-api-key", b"cookie", b"x-forwarded-for", b"x-http-method-override"):
        assert request.values(name) == []


def test_the_key_itself_may_stand_where_the_providers_would_and_nowhere_else(proxied):
    with proxied.tunnel() as tunnel:
        assert proxied.ask(tunnel, fields=[f"Authorization: Bearer {proxied.key}"]).status == 200
        answer = proxied.ask(tunnel, fields=[f"X-Note: {proxied.key}"])
        assert answer.status == 401, answer
    arrived(proxied)


def test_a_narrow_integration_is_narrow_in_a_tunnel(house, proxied, upstream, authority):
    own = Ground(house.control(), "narrowproxy")
    own.provider(
        "narrow",
        f"https://localhost:{upstream.port}",
        tls={"ca": authority.authority.read_text()},
        allow_private_addresses=["127.0.0.0/8", "::1/128"],
    )
    own.lend("narrow", house.evidence.hold(), allow=[{"methods": ["POST"], "path": "/v1/labels"}])
    shown = [f"Proxy-Authorization: {basic(own.issue()['secret'])}"]
    with proxied.tunnel(fields=shown) as tunnel:
        assert proxied.ask(tunnel, "POST /v1/labels HTTP/1.1", fields=["Content-Length: 0"]).status == 200
        answer = proxied.ask(tunnel, "GET /v1/customers HTTP/1.1")
        assert (answer.status, answer.field("X-Bitting-Error")) == (403, "not_allowed")
    assert len(upstream.requests) == 1


def test_a_key_that_is_bound_to_routes_is_bound_to_them_in_a_tunnel(proxied):
    issued = proxied.ground.issue(allowed_routes=[{"methods": ["GET"], "path": "/lend/carrier/v1/labels"}])
    with proxied.tunnel(fields=[f"Proxy-Authorization: {basic(issued['secret'])}"]) as tunnel:
        assert proxied.ask(tunnel).status == 200
        answer = proxied.ask(tunnel, "GET /v1/customers HTTP/1.1")
        assert (answer.status, answer.field("X-Bitting-Error")) == (403, "route_denied"), answer
    assert len(proxied.upstream.requests) == 1


@pytest.mark.parametrize("ending", ["revoke", "disable"])
def test_a_key_that_ends_ends_the_very_next_call_of_an_open_tunnel(proxied, ending):
    issued = proxied.ground.issue()
    with proxied.tunnel(fields=[f"Proxy-Authorization: {basic(issued['secret'])}"]) as tunnel:
        assert proxied.ask(tunnel).status == 200
        body = {"reason": "unused"} if ending == "revoke" else None
        proxied.ground.control.need(200, "POST", f"/v1/keys/{issued['id']}/{ending}", body)
        answer = proxied.ask(tunnel)
        assert (answer.status, answer.field("X-Bitting-Error")) == (401, f"{ending}d"), answer
    assert len(proxied.upstream.requests) == 1


def test_pause_resume_and_revoke_of_the_integration_are_in_force_inside(house, proxied, upstream, authority):
    own = Proxied(house, Ground(house.control(), "endproxy"), upstream, authority, "ending", "value-of-the-ending-one")
    act = lambda verb: own.ground.control.need(200, "POST", f"/v1/integrations/{own.ids['integration']}/{verb}")  # noqa: E731
    with own.tunnel() as tunnel:
        assert own.ask(tunnel).status == 200
        act("pause")
        assert own.ask(tunnel).field("X-Bitting-Error") == "integration_paused"
        act("resume")
        assert own.ask(tunnel).status == 200
        act("revoke")
        assert own.ask(tunnel).field("X-Bitting-Error") == "integration_revoked"
    assert len(upstream.requests) == 2
    upstream.reset()
    refused(own, 403, "integration_unknown")
    refused(own, 403, "integration_revoked", fields=[f"Proxy-Authorization: {basic('ending', own.key)}"])


def test_several_integrations_with_one_host_need_a_name(house, upstream, authority):
    own = Proxied(house, Ground(house.control(), "severalproxy"), upstream, authority, "one-live", "value-of-the-live-one")
    other = own.ground.control.need(
        201, "POST", "/v1/credentials", {"account": own.ground.account, "provider": "one-live", "name": "t", "value": house.evidence.hold("value-of-the-test-one")}
    )["id"]
    allow = [{"methods": ["*"], "path": "/**"}]
    test = own.ground.control.need(
        201, "POST", "/v1/integrations", {"name": "one-test", "app": own.ground.app, "credential": other, "allow": allow}
    )["id"]
    answer = refused(own, 403, "integration_ambiguous")
    assert "one-live, one-test" in answer.json()["fix"]
    for name, value in (("one-live", b"value-of-the-live-one"), ("one-test", b"value-of-the-test-one"), (test, b"value-of-the-test-one")):
        for shown in (basic(name, own.key), basic(own.key, name)):
            upstream.reset()
            with own.tunnel(fields=[f"Proxy-Authorization: {shown}"]) as tunnel:
                assert own.ask(tunnel).status == 200
            assert upstream.requests[0].values(b"authorization") == [b"Bearer " + value]
    upstream.reset()
    answer = refused(own, 403, "integration_unknown", fields=[f"Proxy-Authorization: {basic('one-typo', own.key)}"])
    assert "one-live" in answer.json()["fix"]
    # The one that is meant is paused: the other is not taken in its place.
    own.ground.control.need(200, "POST", f"/v1/integrations/{test}/pause")
    refused(own, 403, "integration_paused", fields=[f"Proxy-Authorization: {basic('one-test', own.key)}"])


def test_10_mib_stream_both_ways(proxied):
    sent = os.urandom(1 << 20) * 10
    proxied.upstream.behave = lambda connection, reader: connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(sent) + proxied.upstream.requests[-1].body
    ) or True
    with httpx.Client(proxy=proxied.url(), verify=proxied.context, timeout=60) as client:
        assert client.put(f"https://{proxied.target}/v1/big", content=sent).content == sent


def test_what_streams_through_a_tunnel_is_not_gathered(house, proxied):
    """The program takes its time; the provider must be held up with it, not the server's memory."""
    piece, pieces = os.urandom(1 << 16), 1024

    def behave(connection, reader):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(piece) * pieces))
        for _ in range(pieces):
            connection.sendall(piece)
        return True

    proxied.upstream.behave = behave
    before = house.server.memory
    with httpx.Client(proxy=proxied.url(), verify=proxied.context, timeout=60) as client:
        with client.stream("GET", f"https://{proxied.target}/v1/big") as answer:
            time.sleep(1.5)
            grown = house.server.memory - before
            assert sum(len(part) for part in answer.iter_raw()) == len(piece) * pieces
    assert max(grown, house.server.memory - before) < 40 << 20


def test_a_call_that_says_close_ends_its_tunnel_properly(proxied):
    with proxied.tunnel() as tunnel:
        answer = proxied.ask(tunnel, fields=["Connection: close"])
        assert answer.status == 200 and answer.field("Connection") == "close"
        tunnel.settimeout(10)
        assert tunnel.recv(1) == b""  # close_notify: without it this would raise
    with proxied.tunnel() as tunnel:
        assert proxied.ask(tunnel, "GET /v1/labels HTTP/1.0").status == 200
        tunnel.settimeout(10)
        assert tunnel.recv(1) == b""


def test_an_upload_waits_for_100_continue_inside(proxied):
    with proxied.tunnel() as tunnel:
        head = f"POST /v1/labels HTTP/1.1\r\nHost: {proxied.target}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
        tunnel.sendall(head.encode())
        assert tunnel.recv(4096).startswith(b"HTTP/1.1 100 ")
        tunnel.sendall(b"body")
        assert tunnel.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert arrived(proxied).body == b"body"


def test_a_program_that_goes_away_ends_the_call_at_the_provider(proxied):
    ended = threading.Event()

    def behave(connection, reader):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        finally:
            ended.set()

    proxied.upstream.behave = behave
    tunnel = proxied.tunnel()
    tunnel.sendall(f"GET /v1/endless HTTP/1.1\r\nHost: {proxied.target}\r\n\r\n".encode())
    assert tunnel.recv(65536)
    tunnel.close()
    assert ended.wait(15)


def test_an_answer_in_pieces_comes_as_it_is_made(proxied):
    def behave(connection, reader):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number in range(3):
            connection.sendall(b"a\r\ndata: %d\n\n\n\r\n" % number)
            assert seen.recv(1)
        connection.sendall(b"0\r\n\r\n")
        return True

    seen, tell = socket.socketpair()
    proxied.upstream.behave = behave
    with httpx.Client(proxy=proxied.url(), verify=proxied.context) as client:
        with client.stream("GET", f"https://{proxied.target}/v1/events") as answer:
            for piece in answer.iter_raw():
                assert piece.startswith(b"data: ")
                tell.sendall(b".")  # only now the next one is written


def test_a_hundred_tunnels_at_a_time(proxied):
    tunnels = [proxied.tunnel() for _ in range(100)]
    try:
        assert {proxied.ask(tunnel).status for tunnel in tunnels} == {200}
    finally:
        for tunnel in tunnels:
            tunnel.close()
    arrived(proxied, 100)


# Blind tunnels.


def test_a_listed_host_is_tunnelled_to_unread(proxied, mirror, authority):
    target = f"localhost:{mirror.port}"
    context = ssl.create_default_context(cafile=str(authority.authority))
    before = proxied.house.metric("bitting_proxy_tunnelled_bytes_total")
    with proxied.tunnel(target=target, context=context) as tunnel:
        answer = proxied.ask(tunnel, host=target, fields=["Authorization: Bearer its-own"])
        assert answer.body == b"ok"
    (request,) = mirror.requests
    assert request.values(b"authorization") == [b"Bearer its-own"] and VALUE.encode() not in request.bytes
    assert proxied.house.metric("bitting_proxy_tunnelled_bytes_total") > before + 1000


def test_a_blind_tunnel_needs_a_key_too(proxied, mirror):
    refused(proxied, 407, "unauthenticated", target=f"localhost:{mirror.port}", fields=[])
    assert mirror.connections == 0


def test_a_blind_tunnel_goes_through_the_address_guard(proxied, mirror):
    refused(proxied, 502, "upstream_refused_address", target=f"10.1.2.3:{mirror.port}")


def test_a_blind_tunnel_to_nobody_is_a_clear_502(proxied, mirror, authority, binary, evidence):
    gone = Upstream(authority)
    gone.close()
    options = ("--proxy-address", "127.0.0.1:0", "--proxy-tunnel", f"127.0.0.1:{gone.port}", "--proxy-tunnel-allow-private", "127.0.0.1/32")
    own = House(binary, evidence.root / "test_proxy_gone", evidence, options)
    try:
        shown = [f"Proxy-Authorization: {basic(Ground(own.control()).issue()['secret'])}"]
        address, proxied.address = proxied.address, own.server.proxy_address
        refused(proxied, 502, "upstream_unreachable", target=f"127.0.0.1:{gone.port}", fields=shown)
    finally:
        proxied.address = address
        assert own.server.stop() == 0


def test_a_blind_tunnel_ends_with_its_key(proxied, mirror, authority):
    issued = proxied.ground.issue()
    target = f"localhost:{mirror.port}"
    context = ssl.create_default_context(cafile=str(authority.authority))
    with proxied.tunnel(target=target, context=context, fields=[f"Proxy-Authorization: {basic(issued['secret'])}"]) as tunnel:
        assert proxied.ask(tunnel, host=target).status == 200
        proxied.ground.control.need(200, "POST", f"/v1/keys/{issued['id']}/revoke", {"reason": "unused"})
        tunnel.settimeout(15)
        try:
            assert tunnel.recv(1) == b""
        except ssl.SSLEOFError:
            pass


def test_10_mib_through_a_blind_tunnel(proxied, mirror, authority):
    sent = os.urandom(1 << 20) * 10
    mirror.behave = lambda connection, reader: connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(sent) + mirror.requests[-1].body
    ) or True
    context = ssl.create_default_context(cafile=str(authority.authority))
    with httpx.Client(proxy=proxied.url(), verify=context, timeout=60) as client:
        assert client.put(f"https://localhost:{mirror.port}/big", content=sent).content == sent


# The authority.


def test_the_authority_is_shown_in_four_places_and_is_one(proxied, binary, house):
    text = proxied.trust.read_text()
    assert text.count("BEGIN CERTIFICATE") == 1 and "PRIVATE" not in text
    assert proxied.trust.stat().st_mode & 0o777 == 0o644
    told = talk(proxied.address, b"GET /ca.pem HTTP/1.1\r\nHost: proxy\r\n\r\n")
    assert told.answers[0].body.decode() == text and told.is_closed
    assert house.control().call("GET", "/v1/proxy/ca.pem").body.decode() == text
    env = {"BITTING_URL": f"http://{house.server.control_address}", "BITTING_KEY": house.management}
    assert run([str(binary), "proxy", "ca"], env).stdout == text
    narrow = proxied.ground.management_key("keys:read")["secret"]
    assert house.control(narrow).call("GET", "/v1/proxy/ca.pem").status == 403


def test_the_authority_stays_the_same_over_a_restart_and_is_the_installations_own(binary, evidence, proxied):
    own = House(binary, evidence.root / "test_proxy_again", evidence, ("--proxy-address", "127.0.0.1:0"))
    pem = own.data_folder / "proxy-ca.pem"
    first = pem.read_text()
    assert first != proxied.trust.read_text()
    assert own.server.stop() == 0
    pem.unlink()
    own.restart()
    assert pem.read_text() == first
    assert own.server.stop() == 0


def test_an_authority_that_was_tampered_with_is_not_used(binary, evidence):
    own = House(binary, evidence.root / "test_proxy_tampered", evidence)
    assert own.server.stop() == 0
    database = own.data_folder / "bitting.db"
    told = run(["sqlite3", str(database), "UPDATE signing_keys SET public_key = zeroblob(400) WHERE name = 'proxy authority'"], dict(os.environ))
    assert told.returncode == 0, told.stderr
    command = [str(binary), "serve", "--data", str(own.data_folder), "--data-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0"]
    told = run(command, dict(os.environ))
    assert told.returncode == 2 and "authority" in told.stderr, told


@pytest.mark.parametrize("options", [["--proxy-address", "nowhere"], ["--proxy-address", "127.0.0.1:0", "--proxy-tunnel", "https://x"], ["--proxy-address", "127.0.0.1:0", "--proxy-tunnel", "*"], ["--proxy-address", "127.0.0.1:0", "--proxy-tunnel", "*.10.0.0.1"]])
def test_options_that_make_no_sense_are_told_at_the_start(binary, evidence, options, tmp_path):
    run([str(binary), "init", "--data", str(tmp_path / "data")], dict(os.environ))
    command = [str(binary), "serve", "--data", str(tmp_path / "data"), "--data-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0"]
    told = run([*command, *options], dict(os.environ))
    assert told.returncode == 2 and "fix:" in told.stderr, told


def test_tunnels_are_counted(proxied):
    house = proxied.house
    before = [house.metric("bitting_requests_total", route="proxy", code=code) for code in ("200", "403")]
    with proxied.tunnel():
        pass
    refused(proxied, 403, "integration_unknown", target="api.example:443")
    after = [house.metric("bitting_requests_total", route="proxy", code=code) for code in ("200", "403")]
    assert after == [count + 1 for count in before]
