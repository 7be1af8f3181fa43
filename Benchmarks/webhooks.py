# SPDX-License-Identifier: Apache-2.0
"""Many events to many webhooks, some of them dead: how soon the living have them all, at which cost, and what verifying costs meanwhile.

nginx stands in for the living and writes down when each post came; of the dead, half refuse the connection and half never answer.
"""
import collections
import http.client
import json
import os
import socket
import statistics
import subprocess
import threading
import time

import paired
import peers

EVENTS = int(os.environ.get("EVENTS", 10_000))
ENDPOINTS = int(os.environ.get("ENDPOINTS", 100))
DEAD = int(os.environ.get("DEAD", 10))
AT_ONCE = 1000  # a bulk call, one commit
LONGEST = 600


class Receivers:
    """`living` ports that answer 204, and dead ones."""

    def __init__(self, bench, work, living, dead):
        self.log = os.path.join(work, "posts.log")
        self.ports = [bench.free_port() for _ in range(living)]
        listens = "\n".join(f"    listen 127.0.0.1:{port};" for port in self.ports)
        configuration = peers.write(os.path.join(work, "receivers.conf"), f"""
daemon off; worker_processes 1; pid {work}/receivers.pid; error_log {work}/receivers.error warn;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  log_format post '$server_port $msec';
  access_log {self.log} post buffer=64k flush=1s;
  keepalive_requests 10000000;
  server {{
{listens}
    location / {{ return 204; }}
  }}
}}
""")
        bench.started(subprocess.Popen(["nginx", "-p", work, "-c", configuration], stderr=subprocess.DEVNULL), self.ports[0])
        self.silent = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(dead // 2)]
        refusing = [bench.free_port() for _ in range(dead - dead // 2)]
        self.dead_ports = [each.getsockname()[1] for each in self.silent] + refusing

    def arrived(self):
        """By port: how many posts, and when the last one came."""
        counts, last = collections.Counter(), {}
        with open(self.log) as lines:
            for line in lines:
                port, moment = line.split()
                counts[port] += 1
                last[port] = float(moment)
        return counts, last


class Memory(threading.Thread):
    """The greatest resident size while it runs."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.greatest, self.goes_on = pid, 0.0, True
        self.start()

    def run(self):
        while self.goes_on:
            self.greatest = max(self.greatest, paired.resident_megabytes(self.pid))
            time.sleep(0.05)


def thread_seconds(pid):
    found = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            fields = open(f"/proc/{pid}/task/{thread}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[thread] = (int(fields[11]) + int(fields[12])) / paired.TICK
    return found


def measure(bench, work):
    folder, management_key, texts = bench.installation(work, "webhooks", 20_000)
    process, _, data, control = bench.serve(folder, 1, "--webhooks-allow-private", "127.0.0.0/8")
    desk = http.client.HTTPConnection(control)
    receivers = Receivers(bench, work, ENDPOINTS - DEAD, DEAD)
    for port in receivers.ports + receivers.dead_ports:
        status, body = bench.ask(desk, management_key, "POST", "/v1/webhooks", {"url": f"http://127.0.0.1:{port}/", "types": ["key.create"]})
        assert status == 201, body
    account = json.loads(bench.ask(desk, management_key, "POST", "/v1/accounts", {"name": "Shop"})[1])["id"]
    draft = {"op": "create", "keyspace": "bench", "owner": {"type": "account", "id": account}, "name": "made", "scopes": ["a:b"]}

    def happen(count):
        for start in range(0, count, AT_ONCE):
            operations = [draft] * min(AT_ONCE, count - start)
            status, body = bench.ask(desk, management_key, "POST", "/v1/keys/bulk", {"operations": operations})
            assert status == 200 and json.loads(body)["results"][-1]["status"] == 201, body

    def wait(total):
        end = time.monotonic() + LONGEST
        while True:
            time.sleep(1)
            counts, last = receivers.arrived()
            if all(counts[str(port)] >= total for port in receivers.ports):
                return counts, last
            if time.monotonic() > end:
                raise SystemExit(f"after {LONGEST} s: {min(counts[str(port)] for port in receivers.ports)} of {total} posts at the slowest")

    # The data plane's thread is the one that works when nothing else goes on.
    ask = ["-s", f"{os.path.dirname(os.path.abspath(__file__))}/requests.lua", f"http://{data}/v1/verify", "--", texts, "verify", management_key]
    before = thread_seconds(process.pid)
    paired.one_round(process.pid, ask, 2, 32)
    after = thread_seconds(process.pid)
    lane = max(after, key=lambda thread: after[thread] - before.get(thread, 0))

    happen(100)
    wait(100)
    resident, cpu = paired.resident_megabytes(process.pid), paired.cpu_seconds([process.pid])
    memory = Memory(process.pid)
    began = time.time()
    happen(EVENTS)
    made = time.time()
    counts, last = wait(100 + EVENTS)
    memory.goes_on = False
    spent = paired.cpu_seconds([process.pid]) - cpu
    finished = sorted(last[str(port)] for port in receivers.ports)
    posts = EVENTS * len(receivers.ports)
    sent_twice = sum(counts[str(port)] for port in receivers.ports) - (100 + EVENTS) * len(receivers.ports)
    print(f"\n**{EVENTS:,} events to {ENDPOINTS} webhooks, {DEAD} of them dead, each wants all** (the server alone; nginx receives)\n")
    print("| | |\n|---|--:|")
    print(f"| making the events, in bulk | {made - began:.1f} s |")
    print(f"| from the first event until the median living one has all | {statistics.median(finished) - began:.1f} s |")
    print(f"| until the last living one has all | {finished[-1] - began:.1f} s |")
    print(f"| posts a second | {posts / (finished[-1] - began):,.0f} |")
    print(f"| server CPU a post, making the events included | {spent / posts * 1e6:.0f} us |")
    print(f"| sent twice | {sent_twice} |")
    print(f"| resident before, greatest meanwhile | {resident:.0f} MB, {memory.greatest:.0f} MB |", flush=True)

    def verifying(telling):
        worker = threading.Thread(target=happen, args=(AT_ONCE,)) if telling else None
        before = thread_seconds(process.pid)[lane]
        if worker:
            worker.start()
        told = paired.one_round(process.pid, ask, bench.SECONDS, 32)
        if worker:
            worker.join()
        return (thread_seconds(process.pid)[lane] - before) / (told["per_second"] * bench.SECONDS) * 1e6, told

    rows = {False: [], True: []}
    total = 100 + EVENTS
    for _ in range(bench.ROUNDS):
        for telling in (False, True):
            rows[telling].append(verifying(telling))
            if telling:
                total += AT_ONCE
                wait(total)
    print(f"\n**Verifying while webhooks are told** ({AT_ONCE:,} events to all {ENDPOINTS} in each of {bench.ROUNDS} rounds; CPU time of the data plane's thread)\n")
    print("| | us/request | requests/s |\n|---|--:|--:|")
    for telling, label in ((False, "nothing told"), (True, "while telling")):
        micros = statistics.median(row[0] for row in rows[telling])
        print(f"| {label} | {micros:.1f} | {statistics.median(row[1]['per_second'] for row in rows[telling]):,.0f} |", flush=True)
    for listener in receivers.silent:
        listener.close()
