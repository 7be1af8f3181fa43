# SPDX-License-Identifier: Apache-2.0
"""`bitting run`: what the program gets, what it does not, and that it stands in our place."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import certificates
from house import House
from upstream import Upstream

VALUE = "held-for-the-run-command"
TELL = "import json, os, sys; json.dump({'env': dict(os.environ), 'argv': sys.argv, 'pid': os.getpid()}, sys.stdout)"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def upstream(authority):
    made = Upstream(authority)
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(binary, evidence):
    made = House(binary, evidence.root / __name__, evidence, ("--proxy-address", "127.0.0.1:0"))
    yield made
    assert made.server.is_running() and made.server.stop() == 0


@pytest.fixture(scope="module")
def app(house, ground, upstream, authority):
    ground.provider(
        "model",
        f"https://localhost:{upstream.port}",
        tls={"ca": authority.authority.read_text()},
        allow_private_addresses=["127.0.0.0/8", "::1/128"],
        environment={"MODEL_BASE_URL": "{base_url}/v1", "MODEL_API_KEY": "{key}"},
        reveal_environment={"MODEL_API_KEY": "{value}"},
    )
    ids = ground.lend("model", house.evidence.hold(VALUE))
    return ids | {"key": ground.issue()["secret"]}


@pytest.fixture
def call(binary, house, app, tmp_path):
    """Runs `bitting run` for the integration; `options` before the two dashes."""

    def call(*command, options=(), integration="model", env=None, **more):
        environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environment |= {
            "BITTING_DATA_URL": f"http://{house.server.data_address}",
            "BITTING_PROXY_URL": f"http://{house.server.proxy_address}",
            "BITTING_APP_KEY": app["key"],
            "BITTING_KEY": house.management,
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        line = [str(binary), "run", "--integration", integration, *options, "--", *command]
        return subprocess.run(line, env=environment | (env or {}), capture_output=True, timeout=60, check=False, **more)

    return call


@pytest.fixture(autouse=True)
def clean(upstream):
    upstream.reset()


def test_a_program_that_knows_two_variables_calls_the_provider(call, upstream):
    program = "import os, urllib.request as u; r = u.Request(os.environ['MODEL_BASE_URL'] + '/models', headers={'Authorization': 'Bearer ' + os.environ['MODEL_API_KEY']}); print(u.urlopen(r).read().decode())"
    told = call(sys.executable, "-c", program)
    assert (told.returncode, told.stdout) == (0, b"ok\n"), told.stderr
    (request,) = upstream.requests
    assert request.line == b"GET /v1/models HTTP/1.1" and request.values(b"authorization") == [b"Bearer " + VALUE.encode()]


def test_the_management_key_stays_and_nothing_secret_is_an_argument(call, house, app):
    told = json.loads(call(sys.executable, "-c", TELL, "an argument").stdout)
    assert told["argv"] == ["-c", "an argument"]
    assert told["env"]["MODEL_API_KEY"] == app["key"] and "BITTING_KEY" not in told["env"]
    assert house.management not in json.dumps(told) and VALUE not in json.dumps(told)


def test_curl_through_the_proxy_with_nothing_but_its_environment(call, upstream):
    address = f"https://localhost:{upstream.port}/v1/models"
    for command in (["curl", "-sS", address], [sys.executable, "-c", f"import httpx; print(httpx.get('{address}').text, end='')"]):
        upstream.reset()
        told = call(*command, options=["--proxy"])
        assert (told.returncode, told.stdout) == (0, b"ok"), told.stderr
        assert upstream.requests[0].values(b"authorization") == [b"Bearer " + VALUE.encode()]


def test_the_exit_status_is_the_programs(call):
    for status in (0, 1, 7, 255):
        assert call("sh", "-c", f"exit {status}").returncode == status
    assert call("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


def test_standard_input_and_output_are_the_programs(call):
    assert call("cat", input=b"through").stdout == b"through"


def test_the_program_stands_in_our_place_and_gets_our_signals(binary, house, app, tmp_path):
    environment = {"PATH": os.environ["PATH"], "BITTING_DATA_URL": f"http://{house.server.data_address}", "BITTING_APP_KEY": app["key"]}
    trap = "trap 'echo got; exit 3' TERM; echo $$; while :; do sleep 0.05; done"
    process = subprocess.Popen(
        [str(binary), "run", "--integration", "model", "--", "sh", "-c", trap], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert int(process.stdout.readline()) == process.pid
    process.send_signal(signal.SIGTERM)
    assert process.stdout.read() == "got\n" and process.wait(30) == 3


def test_the_program_inherits_what_we_were_started_with(call):
    """Threads that run tasks block signals, and we hide core dumps and files: no affair of the program's."""
    script = "umask; ulimit -c; ulimit -Hc; grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd"
    here = subprocess.run(["sh", "-c", script], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    there = call("sh", "-c", script, stdin=subprocess.DEVNULL)
    assert there.stdout == here.stdout, there
    with open("/dev/null", "rb") as given:
        number = given.fileno()
        kept = call("sh", "-c", f"ls /proc/self/fd/{number}", stdin=subprocess.DEVNULL, pass_fds=(number,))
    assert kept.returncode == 0, kept


@pytest.mark.parametrize(
    "command, status, said",
    [("no-such-command-here", 127, b"PATH"), ("/no/such/file", 127, b"no command"), ("/etc/passwd", 126, b"cannot be run"), ("/", 126, b"cannot be run")],
)
def test_what_cannot_be_run_is_told_as_shells_do(call, command, status, said):
    told = call(command)
    assert told.returncode == status and said in told.stderr and b"fix:" in told.stderr, told


def test_a_script_without_a_first_line_is_told(call, tmp_path):
    script = tmp_path / "script"
    script.write_text("echo no\n")
    script.chmod(0o755)
    told = call(str(script))
    assert told.returncode == 126 and b"#!" in told.stderr, told


def test_an_unknown_integration_and_a_wrong_key_are_refused_before_anything_runs(call, house, tmp_path):
    mark = tmp_path / "ran"
    told = call("touch", str(mark), integration="nowhere")
    assert told.returncode == 1 and b"BITTING_APP_KEY" in told.stderr, told
    for key in (house.management, "acme_live_nothing"):
        told = call("touch", str(mark), env={"BITTING_APP_KEY": key})
        assert told.returncode == 1 and key.encode() not in told.stderr + told.stdout, told
    told = call("touch", str(mark), env={"BITTING_DATA_URL": "http://127.0.0.1:1"})
    assert told.returncode == 2, told
    assert not mark.exists()


def test_trust_files_are_ours_and_are_used_again(call, tmp_path):
    first = json.loads(call(sys.executable, "-c", TELL, options=["--proxy"]).stdout)["env"]
    second = json.loads(call(sys.executable, "-c", TELL, options=["--proxy"]).stdout)["env"]
    assert first["SSL_CERT_FILE"] == second["SSL_CERT_FILE"]
    files = list((tmp_path / "cache/bitting").iterdir())
    assert len(files) == 2 and all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert open(first["SSL_CERT_FILE"]).read().count("BEGIN CERTIFICATE") > 1
