# SPDX-License-Identifier: Apache-2.0
"""Everything `script/bench` measures: the two hot paths beside other programs, lending, the decision alone, memory and start.

Loopback only, bounded in count and time; ends what it started.
"""
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

import lending
import paired
import peers
import webhooks

BITTING = os.environ["BITTING_BIN"]
BENCH = os.environ["BITTING_BENCH_BIN"]
HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = int(os.environ.get("ROUNDS", 5))
SECONDS = int(os.environ.get("SECONDS_EACH", 4))
KEYS = int(os.environ.get("KEYS", 100_000))
MANY = int(os.environ.get("MANY", 1_000_000))
PARTS = os.environ.get("PARTS", "keys gateway envoy flood revoke create lend stream latency held memory process client webhooks").split()
running = []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(process, port, seconds=60):
    running.append(process)
    for _ in range(seconds * 50):
        if process.poll() is not None:
            raise SystemExit(f"a peer ended at once: {process.args}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process.pid
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on {port}")


def installation(work, name, keys):
    """A data directory with this many keys; the management key and the file of key texts."""
    folder = os.path.join(work, name)
    made = subprocess.run([BITTING, "init", "--data", folder, "--json"], capture_output=True, text=True, check=True)
    texts = os.path.join(work, name + ".keys")
    if keys:
        subprocess.run([BENCH, "fill", folder, str(keys), texts], check=True)
    return folder, json.loads(made.stdout)["management_key"], texts


def serve(folder, threads=1, *options):
    """Starts a server; how long it took to be ready, and where it listens."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [BITTING, "serve", "--data", folder, "--data-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0",
         "--data-threads", str(threads), *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    running.append(process)
    ready = json.loads(process.stdout.readline())
    return process, time.monotonic() - begin, ready["data_address"], ready["control_address"]


def cli(management_key, control, *arguments, value=None):
    environment = dict(os.environ, BITTING_URL=f"http://{control}", BITTING_KEY=management_key)
    done = subprocess.run([BITTING, *arguments, "--json"], env=environment, input=value, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"bitting {' '.join(arguments[:2])}: {done.stderr}")
    return json.loads(done.stdout)


def measure_keys(work):
    folder, management_key, texts = installation(work, "keys", KEYS)
    keys = open(texts).read().split()
    process, _, data, _ = serve(folder)
    ports = [free_port() for _ in range(4)]
    plain = started(*peers.nginx_plain(work, ports[0]))
    mapped = started(*peers.nginx_map(work, ports[1], keys))
    haproxy = started(*peers.haproxy_map(work, ports[2], keys))
    envoy = started(*peers.envoy_keys(work, ports[3], keys))

    def header(url):
        return ["-s", f"{HERE}/requests.lua", url, "--", texts, "header"]

    paired.table(f"Checking one of {KEYS:,} keys, one rate limit each, one scope, keep-alive", [
        ("nginx `return 200`, no check", plain, header(f"http://127.0.0.1:{ports[0]}/")),
        ("nginx `map` + `limit_req`", mapped, header(f"http://127.0.0.1:{ports[1]}/")),
        ("HAProxy map + stick table", haproxy, header(f"http://127.0.0.1:{ports[2]}/")),
        ("Envoy `api_key_auth` + bucket a client", envoy, header(f"http://127.0.0.1:{ports[3]}/")),
        ("**Bitting `/v1/authorize?scope=`**", process.pid, header(f"http://{data}/v1/authorize?scope=labels:create")),
        ("**Bitting `/v1/verify`**", process.pid,
         ["-s", f"{HERE}/requests.lua", f"http://{data}/v1/verify", "--", texts, "verify", management_key]),
    ], ROUNDS, SECONDS)


def measure_envoy(work):
    """What each request through Envoy costs whoever Envoy asks about it."""
    folder, _, texts = installation(work, "envoy", KEYS)
    process, _, data, _ = serve(folder)
    asked = int(data.rsplit(":", 1)[1])
    ports = [free_port() for _ in range(4)]
    mapped = started(*peers.nginx_map(work, ports[0], open(texts).read().split()))
    started(*peers.envoy_asking(work, "envoy-nginx", ports[1], ports[0], "/"))
    started(*peers.envoy_asking(work, "envoy-http", ports[2], asked, "/v1/authorize?scope=labels:create"))
    started(*peers.envoy_asking(work, "envoy-grpc", ports[3], asked))
    through = lambda port: ["-s", f"{HERE}/requests.lua", f"http://127.0.0.1:{port}/", "--", texts, "header"]
    paired.table(f"Asked by Envoy `ext_authz` about one of {KEYS:,} keys, one rate limit each (the asked one's CPU alone)", [
        ("nginx `map` + `limit_req`, over HTTP", mapped, through(ports[1])),
        ("**Bitting `/v1/authorize?scope=`, over HTTP**", process.pid, through(ports[2])),
        ("**Bitting `Check` with a scope, over gRPC**", process.pid, through(ports[3])),
    ], ROUNDS, SECONDS)


def measure_gateway(work):
    """What a request through nginx costs in all when nginx asks about it, beside its own map."""
    folder, _, texts = installation(work, "gateway", KEYS)
    process, _, data, _ = serve(folder)
    ports = [free_port() for _ in range(2)]
    mapped = started(*peers.nginx_map(work, ports[0], open(texts).read().split()))
    asking = started(*peers.nginx_asking(work, ports[1], int(data.rsplit(":", 1)[1])))
    through = lambda port: ["-s", f"{HERE}/requests.lua", f"http://127.0.0.1:{port}/", "--", texts, "header"]
    paired.table(f"Through nginx with one of {KEYS:,} keys, one rate limit each (everything that serves the request)", [
        ("nginx `map` + `limit_req`", mapped, through(ports[0])),
        ("nginx `auth_request` and Bitting", (asking, process.pid), through(ports[1])),
        ("of these, nginx", asking, through(ports[1])),
        ("of these, **Bitting `/v1/authorize?scope=`**", process.pid, through(ports[1])),
    ], ROUNDS, SECONDS)


def measure_flood(work):
    """Ten bad keys for each good one: what does a good call cost then, and what a bad one alone?"""
    folder, _, texts = installation(work, "flood", KEYS)
    process, _, data, _ = serve(folder)
    good = open(texts).read().split()
    bad = os.path.join(work, "bad.keys")
    mixed = os.path.join(work, "mixed.keys")
    with open(bad, "w") as file:
        file.writelines(altered(key) + "\n" for key in good[:10_000])
    with open(mixed, "w") as file:
        for number in range(10_000):
            file.writelines(altered(good[(number * 10 + n) % len(good)]) + "\n" for n in range(10))
            file.write(good[number] + "\n")
    ask = lambda keys: ["-s", f"{HERE}/requests.lua", f"http://{data}/v1/authorize", "--", keys, "header"]
    medians = paired.table("A flood of bad keys (a letter changed; from a gateway, so that no address is slowed down)", [
        ("good keys alone", process.pid, ask(texts)),
        ("bad keys alone", process.pid, ask(bad)),
        ("ten bad for each good, a request", process.pid, ask(mixed)),
    ], ROUNDS, SECONDS)
    alone, flooded, together = medians.values()
    print(f"\nA good call within the flood costs {together * 11 - flooded * 10:.1f} us, alone {alone:.1f} us.", flush=True)


def altered(key):
    return key[:15] + ("A" if key[15] != "A" else "B") + key[16:]


def measure_revoke(work):
    """From the revoke's request to its answer, and that the very next call is refused; under load."""
    folder, management_key, texts = installation(work, "revoke", 20_000)
    process, _, data, control = serve(folder)
    load = subprocess.Popen(
        ["wrk", "-t1", "-c16", "-d30s", "-s", f"{HERE}/requests.lua", f"http://{data}/v1/authorize", "--", texts, "header"],
        stdout=subprocess.DEVNULL)
    running.append(load)
    desk, gate = http.client.HTTPConnection(control), http.client.HTTPConnection(data)
    account = json.loads(ask(desk, management_key, "POST", "/v1/accounts", {"name": "Shop"})[1])["id"]
    taken, accepted = [], 0
    for _ in range(1000):
        made = json.loads(ask(desk, management_key, "POST", "/v1/keys", {
            "keyspace": "bench", "owner": {"type": "account", "id": account}, "name": "short", "scopes": []})[1])
        begin = time.perf_counter()
        ask(desk, management_key, "POST", f"/v1/keys/{made['id']}/revoke", {"reason": "other"})
        accepted += ask(gate, made["secret"], "GET", "/v1/authorize")[0] == 200
        taken.append((time.perf_counter() - begin) * 1000)
    taken.sort()
    stop(load)
    print("\n**Revoke to refused, under load** (1,000 times: the revoke, its answer, and the next call with the key refused)\n")
    print("| median | p99 | longest | accepted after the answer |\n|--:|--:|--:|--:|")
    print(f"| {taken[500]:.2f} ms | {taken[990]:.2f} ms | {taken[-1]:.2f} ms | {accepted} |", flush=True)


def measure_creating(work):
    """Durable keys a second: one after the other, 32 at once, and in bulk."""
    folder, management_key, _ = installation(work, "create", 0)
    _, _, _, control = serve(folder)
    desk = http.client.HTTPConnection(control)
    ask(desk, management_key, "POST", "/v1/keyspaces", {"name": "bench", "prefix": "bench"})
    account = json.loads(ask(desk, management_key, "POST", "/v1/accounts", {"name": "Shop"})[1])["id"]
    draft = {"keyspace": "bench", "owner": {"type": "account", "id": account}, "name": "made", "scopes": ["a:b"]}

    script = peers.write(os.path.join(work, "create.lua"), f"""
wrk.method = "POST"
wrk.body = '{json.dumps(draft)}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {management_key}"
""")
    create = lambda connections: paired.one_round(0, ["-s", script, f"http://{control}/v1/keys"], SECONDS, connections)
    single, parallel = create(1)["per_second"], create(32)["per_second"]
    operations = [dict(draft, op="create")] * 1000
    begin = time.monotonic()
    for _ in range(10):
        status, body = ask(desk, management_key, "POST", "/v1/keys/bulk", {"operations": operations})
        assert status == 200 and json.loads(body)["results"][999]["status"] == 201
    bulk = 10_000 / (time.monotonic() - begin)
    print("\n**Creating keys, each durable before its answer**\n\n| | keys/s |\n|---|--:|")
    print(f"| one after the other | {single:.0f} |\n| 32 at once, group commit | {parallel:.0f} ({parallel / single:.1f} times) |")
    print(f"| in bulk, 1,000 a call | {bulk:.0f} |", flush=True)


def ask(connection, key, method, path, body=None):
    headers = {"Authorization": f"Bearer {key}"} | ({"Content-Type": "application/json"} if body is not None else {})
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def measure_memory(work):
    empty, _, _ = installation(work, "empty", 0)
    process, start_empty, _, _ = serve(empty)
    rss_empty = paired.resident_megabytes(process.pid)
    stop(process)
    full, _, _ = installation(work, "full", MANY)
    process, start_full, _, _ = serve(full)
    rss_full = paired.resident_megabytes(process.pid)
    stop(process)
    query = "SELECT * FROM keys k JOIN key_secrets s ON s.key = k.id"
    begin = time.monotonic()
    with open(os.devnull, "w") as nowhere:
        subprocess.run(["sqlite3", f"{full}/bitting.db", query], stdout=nowhere, check=True)
    shell = time.monotonic() - begin
    print(f"\n**{MANY:,} keys in memory**\n\n| | |\n|---|--:|")
    print(f"| resident, no keys | {rss_empty:.0f} MB |")
    print(f"| resident, {MANY:,} keys | {rss_full:.0f} MB |")
    print(f"| more | {rss_full - rss_empty:.0f} MB |")
    print(f"| start to ready, no keys | {start_empty:.2f} s |")
    print(f"| start to ready, {MANY:,} keys | {start_full:.2f} s |")
    print(f"| `sqlite3` shell reads the same rows out | {shell:.2f} s |")
    print(f"| loading beside the shell | {(start_full - start_empty) / shell:.2f} |", flush=True)


def measure_process(_):
    done = subprocess.run([BENCH, "verify", str(MANY)], capture_output=True, text=True, check=True)
    print(f"\n**The decision in process, {MANY:,} keys in random order**\n\n```\n{done.stdout.strip()}\n```", flush=True)


def measure_client(work):
    """BittingClient asking over loopback TCP and over a Unix socket, and with a cache that follows changes."""
    folder, management_key, _ = installation(work, "client", 0)
    local = os.path.join(work, "data.sock")
    process, _, data, control = serve(folder, 1, "--data-socket", local)
    desk = http.client.HTTPConnection(control)
    ask(desk, management_key, "POST", "/v1/keyspaces", {"name": "bench", "prefix": "bench"})
    account = json.loads(ask(desk, management_key, "POST", "/v1/accounts", {"name": "Shop"})[1])["id"]
    draft = {"op": "create", "keyspace": "bench", "owner": {"type": "account", "id": account}, "name": "made",
             "scopes": ["labels:create"]}
    made = json.loads(ask(desk, management_key, "POST", "/v1/keys/bulk", {"operations": [draft] * 1000})[1])["results"]
    keys = os.path.join(work, "client.keys")
    with open(keys, "w") as file:
        file.writelines(result["key"]["secret"] + "\n" for result in made)
    ways = [("loopback TCP", f"http://{data}", []), ("Unix socket", local, []),
            ("Unix socket, cached and followed", local, ["cache"])]
    print("\n**`BittingClient`, 1,000 keys in turn** (medians of the rounds, the ways in turn)\n")
    print("| way | at once | calls/s | median | p99 | client CPU a call | server CPU a call |\n|---|--:|--:|--:|--:|--:|--:|")
    for tasks in (1, 16):
        rounds = {name: [] for name, _, _ in ways}
        for _ in range(ROUNDS):
            for name, place, more in ways:
                before = paired.cpu_seconds(paired.family(process.pid))
                told = json.loads(subprocess.run(
                    [BENCH, "client", place, keys, str(tasks), str(SECONDS), *more], capture_output=True, text=True,
                    check=True, env=dict(os.environ, BITTING_KEY=management_key)).stdout)
                told["server_cpu_us"] = (paired.cpu_seconds(paired.family(process.pid)) - before) * 1e6 / told["calls"]
                rounds[name].append(told)
        for name, all_told in rounds.items():
            middle = {field: sorted(told[field] for told in all_told)[len(all_told) // 2] for field in all_told[0]}
            print(f"| {name} | {tasks} | {middle['per_second']:,} | {middle['median_us']:.1f} us | {middle['p99_us']:.1f} us "
                  f"| {middle['client_cpu_us']:.1f} us | {middle['server_cpu_us']:.1f} us |", flush=True)


def stop(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
    running.remove(process)


def main():
    here = sys.modules[__name__]
    parts = {
        "keys": measure_keys, "gateway": measure_gateway, "envoy": measure_envoy, "flood": measure_flood, "revoke": measure_revoke,
        "create": measure_creating, "memory": measure_memory, "process": measure_process, "client": measure_client,
        "lend": lambda work: lending.measure_calls(here, work), "stream": lambda work: lending.measure_streams(here, work),
        "latency": lambda work: lending.measure_latency(here, work), "held": lambda work: lending.measure_held(here, work),
        "webhooks": lambda work: webhooks.measure(here, work)}
    with tempfile.TemporaryDirectory(prefix="bitting-bench-") as work:
        try:
            for name in PARTS:
                parts[name](work)
                for process in list(running):
                    stop(process)
        finally:
            for process in running:
                process.kill()


if __name__ == "__main__":
    sys.exit(main())
