// SPDX-License-Identifier: Apache-2.0
import Access
import Foundation
import Secrets
import Testing
import Wire

@testable import CommandLine

@Suite("bitting audit verify")
struct AuditTests {
    /// A trail as the server would write it.
    private static let trail = events(6)

    private static func events(_ count: Int) -> [Event] {
        var chain = EventChain.start
        return (1...count).map { number in
            let id = EventID(high: 0x0190_0000_0000_7000, low: UInt64(number))
            let at = Instant(milliseconds: 1_800_000_000_000 + Int64(number) * 1000)
            let note = EventNote(
                "key.create", subject: "key_\(number)", account: number % 2 == 0 ? AccountID(high: 1, low: 2) : nil,
                details: [Event.Detail("name", "Label \"printer\" \(number)"), Event.Detail("hint", "shop_…")])
            return chain.attach(note, id: id, by: .setup, at: at)
        }
    }

    private static func json(_ event: Event) -> JSON {
        [
            "sequence": .integer(event.sequence), "id": .string(event.id.description),
            "at": .string(event.at.description), "action": .string(event.action),
            "outcome": .string(event.outcome.rawValue), "caller": .string(event.caller),
            "address": event.address.map(JSON.string) ?? .null, "subject": event.subject.map(JSON.string) ?? .null,
            "account": event.account.map { .string($0.description) } ?? .null,
            "details": .object(event.details.map { JSON.Member(name: $0.name, value: .string($0.value)) }),
            "previous_hash": .string(event.previous.hexadecimal), "hash": .string(event.hash.hexadecimal),
        ]
    }

    private static let lines = trail.map { json($0).text }

    /// Checks a file with this text.
    private func verify(_ text: String, _ options: String...) async throws -> Stage.Performance {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("trail-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return await Stage().run(["audit", "verify", file.path] + options)
    }

    static let forms: [String] = [
        lines.joined(separator: "\n") + "\n", lines.joined(separator: "\n"),
        lines.joined(separator: "\r\n") + "\r\n\r\n",
        "[" + lines.joined(separator: ",") + "]", "[\n" + lines.joined(separator: ",\n") + "\n]\n",
        #"{"items":["# + lines.joined(separator: ",") + #"],"next_cursor":null}"#,
        JSON.object([JSON.Member(name: "items", value: .array(trail.map(json)))]).prettyText,
        #"{"items":["# + lines[..<2].joined(separator: ",") + "]}\n" + #"{"items":["#
            + lines[2...].joined(separator: ",") + "]}\n",
    ]

    @Test("An intact trail is intact in each form in which it can be exported", arguments: forms)
    func intact(_ text: String) async throws {
        let run = try await verify(text)
        #expect(run.errors == "")
        #expect(run.status == 0)
        #expect(
            run.output == """
                The trail is intact: 6 events, 1 to 6.
                First: 2027-01-15T08:00:01.000Z
                Last:  2027-01-15T08:00:06.000Z
                Last hash: \(AuditTests.trail[5].hash.hexadecimal)

                """)
    }

    @Test("What the event list prints is what is checked")
    func exported() async throws {
        let page = JSON.object([
            JSON.Member(name: "items", value: .array(AuditTests.trail.map(AuditTests.json))),
            JSON.Member(name: "next_cursor", value: .null),
        ])
        let list = await Stage(answers: [.json(page.text)]).run("event", "list", "--all", "--json")
        #expect(try await verify(list.output).status == 0)
    }

    /// A way to falsify the lines, and what must be said of it.
    struct Fraud: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let says: String
        let commit: @Sendable (inout [String]) -> Void
    }

    static let frauds: [Fraud] = [
        Fraud(testDescription: "removed", says: "line 3: event 4: event 3 is missing before it.") { $0.remove(at: 2) },
        Fraud(testDescription: "two removed", says: "line 3: event 5: events 3 to 4 are missing before it.") {
            $0.removeSubrange(2...3)
        },
        Fraud(testDescription: "swapped", says: "line 2: event 3: event 2 is missing before it.") { $0.swapAt(1, 2) },
        Fraud(testDescription: "repeated", says: "line 4: event 3 stands where event 4 belongs") {
            $0.insert($0[2], at: 3)
        },
        Fraud(testDescription: "replaced by another trail's", says: "line 2: event 2 does not follow") {
            $0[1] = $0[1].replacing(AuditTests.trail[0].hash.hexadecimal, with: String(repeating: "0", count: 64))
        },
        Fraud(testDescription: "first does not begin a chain", says: "line 1: event 1 does not follow") {
            $0[0] = $0[0].replacing(String(repeating: "0", count: 64), with: String(repeating: "1", count: 64))
        },
        Fraud(testDescription: "not JSON", says: "line 3: it is not JSON: unexpected_end") { $0[2].removeLast() },
        Fraud(testDescription: "two on a line", says: "line 2: it is not JSON: trailing_bytes") { $0[1] += $0[2] },
        Fraud(testDescription: "a member more", says: "line 2: event 2 is not as events are written: note.") {
            $0[1] = $0[1].replacing("\"caller\"", with: "\"note\":\"x\",\"caller\"")
        },
        Fraud(testDescription: "a member less", says: "line 2: event 2 is not as events are written: caller.") {
            $0[1] = $0[1].replacing("\"caller\":\"setup\",", with: "")
        },
    ]

    @Test("A falsified trail ends with 1 and says which line and which event", arguments: frauds)
    func falsified(_ fraud: Fraud) async throws {
        var lines = AuditTests.lines
        fraud.commit(&lines)
        let run = try await verify(lines.joined(separator: "\n"))
        #expect(run.status == 1)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("error: The trail is broken at \(fraud.says)"), "\(run.errors)")
        #expect(run.errors.contains("\nfix: "))
    }

    static let edits: [(String, String)] = [
        (#""at":"2027-01-15T08:00:03.000Z""#, #""at":"2027-01-15T08:00:03.001Z""#),
        ("key.create", "key.revoke"), (#""done""#, #""refused""#), (#""setup""#, #""someone""#),
        (#""address":null"#, #""address":"::1""#), ("key_3", "key_4"), ("printer", "painter"),
        (#""account":null"#, #""account":"acc_00000000000000000000000001""#), (#""hint""#, #""hunt""#),
        (#","name":"Label \"printer\" 3""#, ""), (trail[2].hash.hexadecimal, String(repeating: "a", count: 64)),
    ]

    @Test("Each member of an event is covered", arguments: edits)
    func changed(_ old: String, _ new: String) async throws {
        var lines = AuditTests.lines
        lines[2] = lines[2].replacing(old, with: new)
        try #require(lines[2] != AuditTests.lines[2])
        let run = try await verify(lines.joined(separator: "\n"))
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("error: The trail is broken at line 3: event 3 was changed after it was written."))
    }

    @Test("A list names the item, not the line")
    func item() async throws {
        let run = try await verify(
            "[\n" + (AuditTests.lines[..<2] + AuditTests.lines[3...]).joined(separator: ",\n") + "]")
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("error: The trail is broken at item 3: event 4: event 3 is missing"))
    }

    @Test("An export that begins in the middle is checked from there, and says what it takes on trust")
    func middle() async throws {
        let text = AuditTests.lines[3...].joined(separator: "\n")
        let run = try await verify(text)
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("The trail is intact: 3 events, 4 to 6.\n"))
        #expect(
            run.output.hasSuffix(
                """
                It starts at event 4: what was before was not checked, the link to it is trusted.
                Trusted previous hash: \(AuditTests.trail[2].hash.hexadecimal)

                """))
    }

    @Test("Whoever says where a trail must begin learns what was cut off in front")
    func cutInFront() async throws {
        let text = AuditTests.lines[3...].joined(separator: "\n")
        let cut = try await verify(text, "--from-sequence", "1")
        #expect(cut.status == 1)
        #expect(
            cut.errors.hasPrefix("error: The trail is broken at line 1: event 4: events 1 to 3 are missing before it."))
        #expect(try await verify(text, "--from-sequence", "4").status == 0)
        let later = try await verify(AuditTests.lines.joined(separator: "\n"), "--from-sequence", "5")
        #expect(later.output.hasPrefix("The trail is intact: 2 events, 5 to 6.\n"))
    }

    @Test("What is cut off at the end shows in the last hash")
    func cutAtTheEnd() async throws {
        let run = try await verify(AuditTests.lines[..<5].joined(separator: "\n"), "--json")
        let result = try JSON.parse(run.output)
        #expect(result["last_hash"]?.asString == AuditTests.trail[4].hash.hexadecimal)
        #expect(result["events"] == 5)
        #expect(result["trusted_previous_hash"] == .null)
    }

    @Test("A data directory is read through the house, from its first event on")
    func directory() async throws {
        var stage = Stage()
        stage.house.readEvents = { directory, body in
            #expect(directory == "/")
            for event in AuditTests.trail { try body(event) }
        }
        let intact = await stage.run("audit", "verify", "/")
        #expect(intact.status == 0)
        #expect(intact.output.hasPrefix("The trail is intact: 6 events, 1 to 6.\n"))
        stage.house.readEvents = { _, body in
            for event in AuditTests.trail[1...] { try body(event) }
        }
        let cut = await stage.run("audit", "verify", "/")
        #expect(cut.status == 1)
        #expect(cut.errors.hasPrefix("error: The trail is broken: event 2: event 1 is missing before it."))
    }

    @Test("No events are no broken trail")
    func none() async throws {
        #expect(try await verify("").output == "There are no events to check.\n")
        #expect(try await verify("[]", "--json").output == "{\"events\":0}\n")
    }

    @Test("Lines longer than one read are put together")
    func longLines() async throws {
        var chain = EventChain.start
        let lines = (1...20).map { number in
            let note = EventNote("x", details: [Event.Detail("long", String(repeating: "é", count: 9_999 + number))])
            return AuditTests.json(
                chain.attach(note, id: EventID(high: 1, low: 1), by: .setup, at: Instant(milliseconds: 0))
            ).text
        }
        #expect(try await verify(lines.joined(separator: "\n")).status == 0)
    }
}
