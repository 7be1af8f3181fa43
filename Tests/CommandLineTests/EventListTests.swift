// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Testing

@testable import CommandLine

@Suite("bitting event list")
struct EventListTests {
    private static func page(_ sequences: [Int], next: String?) -> String {
        let items = sequences.map { #"{"sequence":\#($0),"action":"key.create"}"# }
        return #"{"items":[\#(items.joined(separator: ","))],"next_cursor":\#(next.map { "\"\($0)\"" } ?? "null")}"#
    }

    @Test("--all goes on behind the last event of each page")
    func all() async {
        let stage = Stage(answers: [
            .json(EventListTests.page([4, 5], next: "5")), .json(EventListTests.page([6], next: nil)),
        ])
        let run = await stage.run("event", "list", "--after", "3", "--all", "--json")
        #expect(run.output == EventListTests.page([4, 5, 6], next: nil) + "\n")
        #expect(run.calls.map { $0.url.split(separator: "?").last } == ["after=3&limit=200", "after=5&limit=200"])
    }

    @Test("What is left is said")
    func more() async {
        let run = await Stage(answers: [.json(EventListTests.page([1], next: "1"))]).run(
            "event", "list", "--limit", "1")
        #expect(run.errors == "There are more: --all, or --after 1\n")
    }

    @Test("--follow prints what there is at once, then has the server wait; one event a line for a program")
    func follow() async {
        // The stage's pause gives up, as an interrupt would.
        let stage = Stage(answers: [
            .json(EventListTests.page([1], next: "1")), .json(EventListTests.page([2], next: "2")),
            .json(EventListTests.page([], next: "7")),
        ])
        let run = await stage.run("event", "list", "--follow", "--json")
        #expect(
            run.output == """
                {"sequence":1,"action":"key.create"}
                {"sequence":2,"action":"key.create"}

                """)
        #expect(
            run.calls.map { $0.url.split(separator: "?").last } == [0, 1, 2].map { "after=\($0)&limit=200&wait=20s" })
        let table = await stage.run("event", "list", "--follow")
        #expect(table.output.split(separator: "\n").filter { $0.hasPrefix("SEQUENCE") }.count == 1)
    }
}
