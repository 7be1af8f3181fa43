# SPDX-License-Identifier: Apache-2.0
"""Server CPU time per request of several servers, measured in turns: A B C A B C ...

The figure is user and system time of the server's processes (/proc/PID/stat) over the requests that wrk counted, because on a
shared machine the clock on the wall also measures the load generator and the neighbours. Medians of the rounds.
"""
import os
import re
import statistics
import subprocess

TICK = os.sysconf("SC_CLK_TCK")


def family(root):
    """A process and all below it: nginx works in children."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICK


def resident_megabytes(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def one_round(pid, wrk_arguments, seconds, connections):
    """`pid`: of one server, or of several that serve each request together."""
    pids = [one for root in (pid if isinstance(pid, tuple) else (pid,)) for one in family(root)]
    before = cpu_seconds(pids)
    text = subprocess.run(
        ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", *wrk_arguments],
        capture_output=True, text=True, timeout=seconds + 60).stdout
    spent = cpu_seconds(pids) - before
    requests = re.search(r"(\d+) requests in", text)
    if not requests or int(requests[1]) == 0:
        raise SystemExit(f"wrk got no answers:\n{text}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {
        "micros": spent / int(requests[1]) * 1e6,
        "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        "p99": re.search(r"^\s+99%\s+(\S+)", text, re.M)[1],
        "refused": int(refused[1]) if refused else 0,
    }


def table(title, variants, rounds, seconds, connections=32, unit=None):
    """`variants`: (label, pid, wrk arguments). `unit`: the label whose cost is 1.0; the first by default."""
    results = {label: [] for label, _, _ in variants}
    for label, pid, arguments in variants:
        one_round(pid, arguments, 1, connections)
    for _ in range(rounds):
        for label, pid, arguments in variants:
            results[label].append(one_round(pid, arguments, seconds, connections))
    medians = {label: statistics.median(r["micros"] for r in rows) for label, rows in results.items()}
    base = medians[unit or variants[0][0]]
    print(f"\n**{title}** ({rounds} rounds of {seconds} s in turns, 1 server thread, {connections} connections)\n")
    print("| | server CPU us/request | beside the first | spread | requests/s | p99 | refused |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for label, rows in results.items():
        micros = [r["micros"] for r in rows]
        print(
            f"| {label} | {medians[label]:.1f} | {medians[label] / base:.2f} | {min(micros):.1f} to {max(micros):.1f} |"
            f" {statistics.median(r['per_second'] for r in rows):.0f} | {sorted(r['p99'] for r in rows)[len(rows) // 2]} |"
            f" {sum(r['refused'] for r in rows)} |", flush=True)
    return medians
