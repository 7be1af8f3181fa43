// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@testable import CommandLine

@Suite("Limits and quotas on the command line")
struct AllowanceCallTests {
    private static let hex = "01k9zzzzzzzzzzzzzzzzzzzzzz"

    /// The words behind the command, and the member they become.
    static let forKeys: [(String, String)] = [
        ("--limit burst=100/1m", #""limits":[{"name":"burst","limit":100,"per":"1m"}]"#),
        (
            "--limit a=1/90s:shared=owner --limit b=5/in-flight:shared=account",
            #""limits":[{"name":"a","limit":1,"per":"90s","shared_by":"owner"},{"name":"b","limit":5,"in_flight":true,"shared_by":"account"}]"#
        ),
        ("--limit a=7/366d:shared=key", #""limits":[{"name":"a","limit":7,"per":"366d"}]"#),
        ("--no-limits", #""limits":[]"#), ("--quota 1000", #""quota":{"amount":1000}"#),
        ("--quota 1000/month", #""quota":{"amount":1000,"refill":{"every":"month","zone":"UTC"}}"#),
        (
            "--quota 1000/week@Europe/Berlin+add --alert 80 --alert 100",
            #""quota":{"amount":1000,"refill":{"every":"week","zone":"Europe/Berlin","mode":"add"},"alerts":[80,100]}"#
        ),
        (
            "--quota 5/day@Etc/GMT+5+add",
            #""quota":{"amount":5,"refill":{"every":"day","zone":"Etc/GMT+5","mode":"add"}}"#
        ),
        ("--quota 9007199254740991/12h", #""quota":{"amount":9007199254740991,"refill":{"every":"12h"}}"#),
    ]

    @Test("A key is made and changed with them", arguments: forKeys)
    func keys(_ words: String, _ member: String) async throws {
        let words = words.split(separator: " ").map(String.init)
        let made = await Stage(answers: [.json("{}")])
            .run(["key", "create", "--keyspace", "s", "--owner", "acc_\(Self.hex)", "--name", "n"] + words)
        #expect(made.calls.first?.summary.contains("," + member + "}") == true, "\(made.errors)")
        let changed = await Stage(answers: [.json("{}")]).run(["key", "change", "key_\(Self.hex)"] + words)
        #expect(changed.calls.first?.summary.hasSuffix("\n{\(member)}") == true, "\(changed.errors)")
    }

    static let ownerChanges = ["account change acc_\(hex)", "app change app_\(hex)", "user change usr_\(hex)"]

    @Test("An owner has a quota, which can be cleared", arguments: ownerChanges)
    func owners(_ command: String) async throws {
        let words = command.split(separator: " ").map(String.init)
        let changed = await Stage(answers: [.json("{}")]).run(words + ["--quota", "10/day", "--alert", "50"])
        let quota = #"{"quota":{"amount":10,"refill":{"every":"day","zone":"UTC"},"alerts":[50]}}"#
        #expect(changed.calls.first?.summary.hasSuffix("\n" + quota) == true, "\(changed.errors)")
        let cleared = await Stage(answers: [.json("{}")]).run(words + ["--clear", "quota"])
        #expect(cleared.calls.first?.summary.hasSuffix("\n{\"quota\":null}") == true, "\(cleared.errors)")
    }

    @Test("A new owner has one", arguments: ["account", "app", "user"])
    func newOwners(_ noun: String) async throws {
        let account = noun == "account" ? [] : ["--account", "acc_\(Self.hex)"]
        let run = await Stage(answers: [.json("{}")]).run([noun, "create", "--name", "n", "--quota", "10"] + account)
        #expect(run.calls.first?.summary.hasSuffix(#"{"name":"n","quota":{"amount":10}}"#) == true, "\(run.errors)")
    }

    @Test("A keyspace has default limits, which can be cleared")
    func keyspaces() async throws {
        let made = await Stage(answers: [.json("{}")])
            .run("keyspace", "create", "--name", "s", "--prefix", "sh", "--default-limit", "a=1/1s")
        let limits = #""default_limits":[{"name":"a","limit":1,"per":"1s"}]"#
        #expect(made.calls.first?.summary.hasSuffix(#"{"name":"s","prefix":"sh",\#(limits)}"#) == true)
        let change = ["keyspace", "change", "ks_\(Self.hex)"]
        let changed = await Stage(answers: [.json("{}")]).run(change + ["--default-limit", "a=1/1s"])
        #expect(changed.calls.first?.summary.hasSuffix("\n{\(limits)}") == true)
        let cleared = await Stage(answers: [.json("{}")]).run(change + ["--clear", "default-limits"])
        #expect(cleared.calls.first?.summary.hasSuffix("\n{\"default_limits\":null}") == true)
    }

    static let slips = [
        "--limit burst", "--limit burst=100", "--limit =100/1m", "--limit Burst=100/1m", "--limit a=0/1m",
        "--limit a=-1/1m", "--limit a=+1/1m", "--limit a=1.5/1m", "--limit a=1e3/1m", "--limit a=1000000001/1m",
        "--limit a=99999999999999999999/1m", "--limit a=1/", "--limit a=1/0s", "--limit a=1/367d", "--limit a=1/1w",
        "--limit a=1/1m:shared=all", "--limit a=1/1m:owner", "--limit a=1/1m/2", "--limit a=1/1m --no-limits",
        "--quota 0", "--quota -1", "--quota 1.5", "--quota 9007199254740992", "--quota 1000/", "--quota 1000/year",
        "--quota 1000/30s", "--quota 1000/12h@Europe/Berlin", "--quota 1000/month@", "--quota 1000/+add",
        "--quota /month", "--alert 80", "--quota 10 --alert 0", "--quota 10 --alert 101", "--quota 10 --alert 1.5",
    ]

    @Test("A slip of the hand ends with 2 and calls nothing", arguments: slips)
    func wrong(_ words: String) async {
        let run = await Stage(answers: [])
            .run(["key", "change", "key_\(Self.hex)"] + words.split(separator: " ").map(String.init))
        #expect(run.status == 2)
        #expect(run.calls.isEmpty)
        #expect(run.output == "")
    }

    @Test("The help says how they are written", arguments: ["key create", "key change"])
    func help(_ command: String) async {
        let run = await Stage().run(command.split(separator: " ").map(String.init) + ["--help"])
        let text = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for word in ["NAME=100/1m", "NAME=5/in-flight", ":shared=owner", "1000/day", "@Europe/Berlin", "+add"] {
            #expect(text.contains(word), "\(word)")
        }
    }

    private static let key = """
        {"id":"key_1","name":"n","limits":[{"name":"burst","limit":100,"per":"1m","shared_by":"key"},\
        {"name":"at-once","limit":5,"in_flight":true,"shared_by":"owner"}],"limits_from":"key",\
        "quota":{"amount":1000,"refill":{"amount":500,"every":"month","zone":"Europe/Berlin","mode":"add"},\
        "alerts":[80,100],"remaining":958,"refills_at":"2026-12-01T00:00:00.000Z"}}
        """

    @Test("A card shows them as they are given")
    func card() async {
        let run = await Stage(answers: [.json(Self.key)]).run("key", "show", "key_\(Self.hex)")
        #expect(
            run.output == """
                id:          key_1
                name:        n
                limits:      burst=100/1m
                             at-once=5/in-flight:shared=owner
                limits_from: key
                quota:       958 of 1000 then 500/month@Europe/Berlin+add left, refilled 2026-12-01T00:00:00.000Z, \
                alerts at 80, 100 %

                """)
    }

    @Test("A list shows them in short, and nothing where there is none")
    func list() async {
        let page = #"{"items":[\#(Self.key),{"id":"key_2","quota":null,"limits":[]}],"next_cursor":null}"#
        let run = await Stage(answers: [.json(page)]).run("key", "list")
        let lines = run.output.split(separator: "\n")
        #expect(lines.first?.contains("LIMITS") == true && lines.first?.contains("QUOTA LEFT") == true)
        #expect(lines.dropFirst().first?.contains("burst=100/1m, at-once=5/in-flight:shared=owner  958/1000") == true)
        #expect(lines.last?.contains("/") == false)
    }
}
