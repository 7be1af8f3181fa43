// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CommandLine

@Suite("Wrong use ends with 2 before anything is called")
struct UsageTests {
    private static let key = "key_01k9zzzzzzzzzzzzzzzzzzzzzz"
    private static let create = [
        "key", "create", "--keyspace", "s", "--name", "n", "--owner", "acc_01k9zzzzzzzzzzzzzzzzzzzzzz",
    ]

    static let wrong: [([String], String)] = [
        (["keyy"], "Unexpected argument 'keyy'"),
        (["key", "show", "acc_01k9zzzzzzzzzzzzzzzzzzzzzz"], "invalid for '<id>'"),
        (["key", "show", "key_01K9ZZZZZZZZZZZZZZZZZZZZZZ"], "invalid for '<id>'"),
        (["key", "show", "../keyspaces"], "invalid for '<id>'"),
        (["key", "change", key], "Nothing to change"),
        (["key", "change", key, "--name", "n", "--clear", "name"], "invalid for '--clear"),
        (
            ["key", "change", key, "--not-before", "2026-12-01T00:00:00Z", "--clear", "not-before"],
            "both changed and cleared"
        ),
        (["key", "revoke", key], "--reason"),
        (["key", "revoke", key, "--reason", "bored"], "compromised"),
        (["key", "list", "--limit", "201"], "1 to 200"),
        (["key", "list", "--limit", "0"], "1 to 200"),
        (create + ["--expires-at", "tomorrow"], "invalid for '--expires-at"),
        (create + ["--expires-at", "2027-01-01T00:00:00Z", "--expires-in", "1d"], "not both"),
        (create + ["--allow-address", "10.0.0.1/8"], "write 10.0.0.0/8"),
        (create + ["--allow-address", "10.0.0.0/33"], "from 0 to 32"),
        (create + ["--allow-address", "example.org"], "not an IPv4 or IPv6"),
        (create + ["--allow-route", "/labels"], "invalid for '--allow-route"),
        (create + ["--allow-route", "GET /a/../b"], "invalid for '--allow-route"),
        (create + ["--scope", "labels"], "invalid for '--scope"),
        (create + ["--metadata", "[]"], "invalid for '--metadata"),
        (["integration", "create", "--name", "x"], "Missing expected argument"),
        (["event", "list", "--after", "-1"], "--after"),
        (["provider", "show", ".."], "only dots"),
        (["provider", "put", "p", "/nowhere/p.yaml"], "No such file"),
        (["audit", "verify", "/nowhere/trail"], "No such file"),
        (["serve"], "--data DIR"),
        (["init"], "BITTING_DATA"),
        (["verify", "--scope", "a:b", "--scopes", "a:b"], "not both"),
        (["verify", "--adress", "::1"], "Unknown option --adress"),
    ]

    @Test("It says what is wrong and what to do, on standard error", arguments: wrong)
    func says(_ words: [String], _ part: String) async {
        let run = await Stage().run(words)
        #expect(run.status == 2)
        #expect(run.errors.contains(part), "\(run.errors)")
        #expect(run.errors.hasPrefix("error: "))
        #expect(run.errors.contains("\nfix: "))
        #expect(run.output == "")
        #expect(run.calls.isEmpty)
    }

    @Test("Without a management key nothing is called")
    func noKey() async {
        let run = await Stage(environment: [:]).run("key", "list")
        #expect(run.status == 2)
        #expect(run.errors.contains("BITTING_KEY is not set"))
        #expect(run.calls.isEmpty)
    }

    @Test(
        "An address that cannot be called is refused and not repeated",
        arguments: [
            "ftp://h", "127.0.0.1:7199", "https:///x", "http://user:pass@h", "http://h?x", "http://h/ x", "http://:1",
        ])
    func badURL(_ url: String) async {
        let run = await Stage().run("key", "list", "--url", url)
        #expect(run.status == 2)
        #expect(!run.errors.contains(url))
        #expect(run.calls.isEmpty)
    }
}
