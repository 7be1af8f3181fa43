# SPDX-License-Identifier: Apache-2.0
"""Lending beside what others put a key into a call with: calls, streams, latency at a steady rate, many credentials."""
import http.client
import json
import os
import socket
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paired
import peers

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../script/lib"))
import certificates  # noqa: E402

CREDENTIAL = "upstream_secret_0123456789abcdef0123456789abcdef"
BYTES = int(os.environ.get("STREAM_BYTES", 1 << 30))
RATE, RATE_SECONDS = 200, 10
CREDENTIALS = int(os.environ.get("CREDENTIALS", 100_000))
ANYTHING = [{"methods": ["*"], "path": "/**"}]


class World:
    """A Bitting with an account, an app, its key; lends as told."""

    def __init__(self, bench, work, name):
        self.bench = bench
        self.folder, self.management_key, _ = bench.installation(work, name, 0)
        self.process, self.started, self.data, self.control = bench.serve(self.folder)
        self.desk = http.client.HTTPConnection(self.control)
        self.make("/v1/keyspaces", {"name": "lend", "prefix": "lend"})
        self.account = self.make("/v1/accounts", {"name": "Shop"})["id"]
        self.app = self.make(f"/v1/accounts/{self.account}/apps", {"name": "Order app"})["id"]
        owner = {"type": "app", "id": self.app}
        self.key = self.make("/v1/keys", {"keyspace": "lend", "owner": owner, "name": "lend", "scopes": []})["secret"]

    def make(self, path, body, desk=None, method="POST"):
        status, answer = self.bench.ask(desk or self.desk, self.management_key, method, path, body)
        if status not in (200, 201):
            raise SystemExit(f"{method} {path}: {status} {answer.decode()}")
        return json.loads(answer)

    def provider(self, name, origin, authority=None):
        self.make(f"/v1/providers/{name}", {
            "title": name, "origins": [origin], "allow_private_addresses": ["127.0.0.0/8"], "tls": {"ca": authority},
            "credential": {"in": "header", "name": "Authorization", "format": "Bearer {value}"}}, method="PUT")

    def lend(self, name, provider, value=CREDENTIAL, desk=None, **fields):
        held = {"account": self.account, "provider": provider, "name": name, "value": value}
        credential = self.make("/v1/credentials", held, desk)["id"]
        made = {"name": name, "app": self.app, "credential": credential, "allow": ANYTHING}
        self.make("/v1/integrations", made | fields, desk)

    def asking(self, name):
        """How wrk calls it."""
        return ["-H", f"Authorization: Bearer {self.key}", f"http://{self.data}/lend/{name}/x"]


def measure_calls(bench, work):
    """Calls over kept connections, to a plain provider and to one over TLS."""
    world = World(bench, work, "lend")
    shown = certificates.make(Path(work) / "certificates")
    for name, secured in (("plain", None), ("secured", shown)):
        ports = [bench.free_port() for _ in range(3)]
        bench.started(*peers.upstream(work, ports[0], CREDENTIAL, secured))
        nginx = bench.started(*peers.nginx_injecting(work, ports[1], ports[0], CREDENTIAL, secured))
        envoy = bench.started(*peers.envoy_injecting(work, ports[2], ports[0], CREDENTIAL, secured))
        origin = f"https://localhost:{ports[0]}" if secured else f"http://127.0.0.1:{ports[0]}"
        world.provider(name, origin, secured and secured.authority.read_text())
        world.lend(name, name)
        world.lend(f"{name}-unscrubbed", name, care={"scrub": False})
        paired.table(f"Putting a held key into a call to {'an upstream over TLS' if secured else 'a plain-HTTP upstream'}, "
                     "keep-alive (the proxy's CPU alone)", [
            ("nginx `proxy_set_header`", nginx, [f"http://127.0.0.1:{ports[1]}/x"]),
            ("Envoy `credential_injector`", envoy, [f"http://127.0.0.1:{ports[2]}/x"]),
            ("**Bitting `/lend`** (verifies the caller, narrows, opens the sealed key)", world.process.pid, world.asking(name)),
            ("the same, not looking for the key in the answer", world.process.pid, world.asking(f"{name}-unscrubbed")),
        ], bench.ROUNDS, bench.SECONDS)


class Source:
    """A plain provider that sends or swallows `BYTES`, in text as of an API, as fast as it goes."""

    piece = (b'{"id":"ch_0123456789","amount":1200,"currency":"eur","note":"a label for order 7"},\n' * 13000)[: 1 << 20]

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        space = bytearray(1 << 20)
        with connection:
            while (head := take_head(connection)) is not None:
                text, rest = head
                if text.startswith(b"GET"):
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % BYTES)
                    send_all(connection)
                else:
                    left = BYTES - len(rest)
                    while left > 0 and (count := connection.recv_into(space, min(left, len(space)))):
                        left -= count
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def close(self):
        self.listener.close()


def take_head(connection):
    """A head, and what came behind it."""
    came = b""
    while b"\r\n\r\n" not in came:
        piece = connection.recv(65536)
        if not piece:
            return None
        came += piece
    return came.split(b"\r\n\r\n", 1)


def send_all(connection):
    left = BYTES
    while left > 0:
        connection.sendall(memoryview(Source.piece)[: min(left, len(Source.piece))])
        left -= len(Source.piece)


def stream(address, method, path, key):
    """One exchange of `BYTES`; raises if it is not whole."""
    with socket.create_connection(address) as connection:
        connection.settimeout(120)
        length = f"Content-Length: {BYTES}\r\n" if method == "PUT" else ""
        connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{length}\r\n".encode())
        if method == "PUT":
            send_all(connection)
        text, rest = take_head(connection)
        if b" 200 " not in text.split(b"\r\n")[0]:
            raise SystemExit(text.decode())
        left, space = (BYTES if method == "GET" else 0) - len(rest), bytearray(1 << 20)
        while left > 0:
            count = connection.recv_into(space, min(left, len(space)))
            if count == 0:
                raise SystemExit(f"{left} bytes are missing")
            left -= count


class Peak:
    """The most memory that a process and its children had meanwhile."""

    def __init__(self, pid):
        self.pids, self.most = paired.family(pid), 0
        self.before = self._now()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _now(self):
        return sum(paired.resident_megabytes(pid) for pid in self.pids)

    def _watch(self):
        while not self.over.wait(0.01):
            self.most = max(self.most, self._now())

    def growth(self):
        self.over.set()
        self.thread.join()
        return max(0.0, self.most - self.before)


def measure_streams(bench, work):
    """A gigabyte each way, in turns: CPU of the proxy, and how much its memory grew meanwhile."""
    world = World(bench, work, "stream")
    source = Source()
    port = bench.free_port()
    nginx = bench.started(*peers.nginx_injecting(work, port, source.port, CREDENTIAL))
    world.provider("source", f"http://127.0.0.1:{source.port}")
    world.lend("scrubbed", "source")
    world.lend("unscrubbed", "source", care={"scrub": False})
    lending_at = (world.data.rsplit(":", 1)[0], int(world.data.rsplit(":", 1)[1]))
    ways = [("nginx, unbuffered", nginx, ("127.0.0.1", port), "/x"),
            ("**Bitting `/lend`**, not looking for the key", world.process.pid, lending_at, "/lend/unscrubbed/x"),
            ("**Bitting `/lend`**, looking for the key in the answer", world.process.pid, lending_at, "/lend/scrubbed/x")]
    size = BYTES / 1e9
    print(f"\n**{size:.2f} GB streamed each way** ({bench.ROUNDS} rounds in turns, one stream at a time, the proxy's CPU alone)\n")
    print("| | | CPU s/GB | beside the first | CPU us/MB | GB/s | memory grew by at most |\n|---|---|--:|--:|--:|--:|--:|")
    for method, told in (("GET", "down"), ("PUT", "up")):
        rows = {label: [] for label, *_ in ways}
        for _ in range(bench.ROUNDS):
            for label, pid, address, path in ways:
                peak, begin, before = Peak(pid), time.monotonic(), paired.cpu_seconds(paired.family(pid))
                stream(address, method, path, world.key)
                spent = paired.cpu_seconds(paired.family(pid)) - before
                rows[label].append((spent / size, size / (time.monotonic() - begin), peak.growth()))
        base = statistics.median(row[0] for row in rows[ways[0][0]])
        for label, measured in rows.items():
            spent, speed, _ = (statistics.median(column) for column in zip(*measured))
            print(f"| {label} | {told} | {spent:.2f} | {spent / base:.2f} | {spent * 1000:.0f} | {speed:.2f} "
                  f"| {max(row[2] for row in measured):.1f} MB |", flush=True)
    source.close()


def steady(address, request):
    """Calls at a steady rate, whatever the answers take; each one's time in milliseconds."""
    taken = []
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begin = time.perf_counter()
        for number in range(RATE * RATE_SECONDS):
            due = begin + number / RATE
            if (wait := due - time.perf_counter()) > 0:
                time.sleep(wait)
            sent = time.perf_counter()
            connection.sendall(request)
            came = b""
            while b'789"}' not in came:
                piece = connection.recv(65536)
                if not piece:
                    raise SystemExit(f"the answer ended early: {came!r}")
                came += piece
            taken.append((time.perf_counter() - sent) * 1000)
    return sorted(taken)


def measure_latency(bench, work):
    """What a proxy adds to each call at 200 calls a second, over TLS to the provider."""
    world = World(bench, work, "latency")
    shown = certificates.make(Path(work) / "certificates-latency")
    ports = [bench.free_port() for _ in range(4)]
    bench.started(*peers.upstream(work, ports[0], CREDENTIAL, shown))
    bench.started(*peers.upstream(work, ports[1], CREDENTIAL))
    bench.started(*peers.nginx_injecting(work, ports[2], ports[0], CREDENTIAL, shown))
    bench.started(*peers.envoy_injecting(work, ports[3], ports[0], CREDENTIAL, shown))
    world.provider("steady", f"https://localhost:{ports[0]}", shown.authority.read_text())
    world.lend("steady", "steady")
    request = lambda path, key: f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    host, port = world.data.rsplit(":", 1)
    ways = [("the provider itself, without TLS", ("127.0.0.1", ports[1]), request("/x", CREDENTIAL)),
            ("through nginx", ("127.0.0.1", ports[2]), request("/x", "any")),
            ("through Envoy", ("127.0.0.1", ports[3]), request("/x", "any")),
            ("**through Bitting `/lend`**", (host, int(port)), request("/lend/steady/x", world.key))]
    rounds = {label: [] for label, *_ in ways}
    for _ in range(bench.ROUNDS):
        for label, address, sent in ways:
            taken = steady(address, sent)
            rounds[label].append((taken[len(taken) // 2], taken[len(taken) * 99 // 100], taken[-1]))
    middle = {label: [statistics.median(column) for column in zip(*rows)] for label, rows in rounds.items()}
    base = middle[ways[0][0]]
    print(f"\n**{RATE} calls a second, one after the other** ({bench.ROUNDS} rounds of {RATE_SECONDS} s in turns; medians of the rounds)\n")
    print("| | median | p99 | longest | added, median | added, p99 |\n|---|--:|--:|--:|--:|--:|")
    for label, (half, late, last) in middle.items():
        print(f"| {label} | {half:.2f} ms | {late:.2f} ms | {last:.2f} ms | {half - base[0]:.2f} ms | {late - base[1]:.2f} ms |", flush=True)


def measure_held(bench, work):
    """Many credentials, each lent to the app: holding them, starting with them, calling through them."""
    world = World(bench, work, "held")
    port = bench.free_port()
    bench.started(*peers.upstream(work, port, CREDENTIAL))
    world.provider("many", f"http://127.0.0.1:{port}")
    empty = paired.resident_megabytes(world.process.pid)
    own = threading.local()

    def hold(number):
        if not hasattr(own, "desk"):
            own.desk = http.client.HTTPConnection(world.control)
        world.lend(f"lent-{number}", "many", CREDENTIAL, own.desk)

    begin = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(hold, range(CREDENTIALS), chunksize=1):
            pass
    made = CREDENTIALS / (time.monotonic() - begin)
    bench.stop(world.process)
    world.process, started, world.data, _ = bench.serve(world.folder)
    loaded = paired.resident_megabytes(world.process.pid)
    script = peers.write(os.path.join(work, "held.lua"), f"""
wrk.headers["Authorization"] = "Bearer {world.key}"
request = function() return wrk.format("GET", "/lend/lent-" .. math.random(0, {CREDENTIALS - 1}) .. "/x") end
""")
    medians = paired.table(f"Lending one of {CREDENTIALS:,} credentials, each call another", [
        ("one credential", world.process.pid, world.asking("lent-0")),
        (f"any of {CREDENTIALS:,}", world.process.pid, ["-s", script, f"http://{world.data}"]),
    ], bench.ROUNDS, bench.SECONDS)
    after = paired.resident_megabytes(world.process.pid)
    assert len(medians) == 2
    print(f"\n**{CREDENTIALS:,} credentials, each with an integration**\n\n| | |\n|---|--:|")
    print(f"| held and granted a second, 16 at once | {made:.0f} |")
    print(f"| start to ready, none | {world.started:.2f} s |\n| start to ready, all | {started:.2f} s |")
    print(f"| resident, none | {empty:.0f} MB |\n| resident, all | {loaded:.0f} MB |")
    print(f"| resident after calls through many of them | {after:.0f} MB |", flush=True)
