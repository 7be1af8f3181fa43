// SPDX-License-Identifier: Apache-2.0
import Access
import Foundation
import Secrets
import Testing
import Wire

@testable import CommandLine

/// A trail held against checkpoints that were kept elsewhere.
@Suite("audit verify with checkpoints")
struct CheckpointTests {
    static func signer(_ byte: UInt8) -> NoteSigner {
        NoteSigner(installation: SigningKey(seed: Secret(copying: [UInt8](repeating: byte, count: 32).span)))
    }

    static let signer = signer(1)
    static let key = signer.verifier.description
    static let start = Instant(milliseconds: 1_800_000_000_000)

    /// A trail of so many events. `lie` changes what the event of that number says, and all hashes behind it are right
    /// again: what somebody can do who has the database and this program's source.
    static func trail(_ count: Int, lying lie: Int? = nil) -> [Event] {
        var chain = EventChain.start
        return (1...count).map { number in
            let note = EventNote(number == lie ? "key.create" : "key.revoke", subject: "key_\(number)")
            let id = EventID(high: 1, low: UInt64(number))
            return chain.attach(note, id: id, by: .setup, at: start + .seconds(Int64(number)))
        }
    }

    /// The note over the first `size` events, signed so many minutes after the start.
    static func note(_ events: [Event], _ size: Int, minute: Int64 = 1, by signer: NoteSigner = signer) -> String {
        var tree = MerkleFrontier.empty
        for event in events.prefix(size) { tree.append(event.hash) }
        let checkpoint = Checkpoint(
            origin: signer.verifier.name, size: Int64(size), root: tree.root, at: start + .seconds(60 * minute))
        return signer.sign(checkpoint.text).description
    }

    /// The notes over 0, 3, 7 and 10 events of a trail.
    static func notes(_ events: [Event]) -> [String] {
        [0, 3, 7, 10].enumerated().map { minute, size in note(events, size, minute: Int64(minute)) }
    }

    private static func json(_ event: Event) -> JSON {
        [
            "sequence": .integer(event.sequence), "id": .string(event.id.description),
            "at": .string(event.at.description), "action": .string(event.action),
            "outcome": .string(event.outcome.rawValue), "caller": .string(event.caller), "address": .null,
            "subject": event.subject.map(JSON.string) ?? .null, "account": .null, "details": .object([]),
            "previous_hash": .string(event.previous.hexadecimal), "hash": .string(event.hash.hexadecimal),
        ]
    }

    /// Checks an exported trail against a file with this text.
    private func verify(
        _ events: some Sequence<Event>, against notes: String, _ options: [String] = ["--key", key]
    ) async throws -> Stage.Performance {
        let directory = FileManager.default.temporaryDirectory
        let (trail, kept) = (
            directory.appending(path: "trail-\(UUID().uuidString)"),
            directory.appending(path: "notes-\(UUID().uuidString)")
        )
        defer { for file in [trail, kept] { try? FileManager.default.removeItem(at: file) } }
        try Data(events.map { Self.json($0).text + "\n" }.joined().utf8).write(to: trail)
        try Data(notes.utf8).write(to: kept)
        var run = await Stage().run(["audit", "verify", trail.path, "--checkpoints", kept.path] + options)
        run.errors = run.errors.replacing(kept.path, with: "FILE")
        return run
    }

    /// Ways in which a file may hold notes.
    static let forms: [@Sendable ([String]) -> String] = [
        { $0.joined() }, { $0.joined(separator: "\n") }, { "\n\n" + $0.joined(separator: "\n\n\n") + "\n" },
        { $0.reversed().joined(separator: "\n") },
        { $0.map { "Nov 23 host bitting[1]: " + NoteLine.text(of: $0) + "\n" }.joined(separator: "another line\n\n") },
    ]

    @Test("An intact trail is proven, in whatever form the notes were kept", arguments: forms.indices)
    func proven(_ form: Int) async throws {
        let events = Self.trail(12)
        let run = try await verify(events, against: Self.forms[form](Self.notes(events)))
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.output.contains(
                """
                Proven by 4 checkpoints of \(Self.signer.verifier.name): events 1 to 10.
                Newest checkpoint: 2027-01-15T08:03:00.000Z
                Later events, 11 to 12: no checkpoint yet, only the chain vouches.

                """))
    }

    @Test("What was cut off at the end is missed by the chain and found by the checkpoints")
    func cut() async throws {
        let events = Self.trail(12)
        let run = try await verify(events.prefix(6), against: Self.notes(events).joined())
        #expect(run.status == 1)
        #expect(run.output == "")
        #expect(
            run.errors.hasPrefix(
                "error: The trail is not what was signed: the trail was cut off at the end: 4 events are missing. "
                    + "It ends at 6, and note 4 of FILE, signed at 2027-01-15T08:03:00.000Z, counts 10."))
        let empty = try await verify([], against: Self.notes(events).joined())
        #expect(empty.status == 1)
        #expect(empty.errors.contains("10 events are missing. It ends at 0"))
        let one = try await verify(events.prefix(9), against: Self.notes(events).joined())
        #expect(one.errors.contains("1 event is missing."))
    }

    @Test(
        "Events that were written anew, with right hashes, are found between the checkpoints around them",
        arguments: [(1, "1 to 3", 2), (3, "1 to 3", 2), (4, "4 to 7", 3), (8, "8 to 10", 4), (10, "8 to 10", 4)])
    func rewritten(_ lie: Int, _ range: String, _ note: Int) async throws {
        let run = try await verify(Self.trail(12, lying: lie), against: Self.notes(Self.trail(12)).joined())
        #expect(run.status == 1)
        #expect(
            run.errors.hasPrefix(
                "error: The trail is not what was signed: among the events \(range) some were replaced after note \(note) of FILE"
            ), "\(run.errors)")
    }

    @Test("An event behind the newest checkpoint may be changed unseen, and that is said")
    func behind() async throws {
        let run = try await verify(Self.trail(12, lying: 11), against: Self.notes(Self.trail(12)).joined())
        #expect(run.status == 0)
        #expect(run.output.contains("Later events, 11 to 12: no checkpoint yet"))
    }

    @Test("Any byte of a note that is changed ends with 1")
    func altered() async throws {
        let events = Self.trail(3)
        let note = Array(Self.note(events, 3).utf8)
        let mark = note.lastIndex(of: 0x20) ?? 0
        let signature = note.index(mark, offsetBy: 3)
        for position in [0, 9, 17, 21, 40, 62, 70, 85, mark - 3, signature, note.count - 6] {
            var bytes = note
            bytes[position] = bytes[position] == 0x35 ? 0x36 : 0x35
            let run = try await verify(events, against: String(decoding: bytes, as: UTF8.self))
            #expect(run.status == 1, "byte \(position)")
            #expect(run.errors.contains("note 1 of FILE "), "\(run.errors)")
        }
    }

    @Test("Notes of another key are refused, also under this one's name")
    func otherKey() async throws {
        let events = Self.trail(3)
        let other = Self.note(events, 3, by: Self.signer(2))
        let says =
            "error: The trail is not what was signed: note 1 of FILE is not signed by \(Self.signer.verifier.name)"
        let run = try await verify(events, against: other)
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix(says))
        let renamed = other.replacing(Self.signer(2).verifier.name, with: Self.signer.verifier.name)
        #expect(try await verify(events, against: renamed).errors.hasPrefix(says))
    }

    @Test("A signed note that is no checkpoint, or one under another origin, is refused")
    func noCheckpoint() async throws {
        let events = Self.trail(3)
        let note = try await verify(events, against: Self.signer.sign("hello\n").description)
        #expect(note.errors.contains("note 1 of FILE is a signed note, but no checkpoint."))
        let text = try SignedNote(parsing: Array(Self.note(events, 3).utf8)).text
        let origin = Self.signer.sign("x" + text).description
        #expect(try await verify(events, against: origin).errors.contains("note 1 of FILE is not signed by"))
    }

    @Test("A file that was cut in the middle of a note ends with 1, wherever it was cut")
    func truncated() async throws {
        let events = Self.trail(10)
        let (whole, last) = (Self.notes(events).joined(), Self.notes(events)[3])
        for missing in [2, 10, 95, 100, 140, 160] {
            try #require(missing < last.utf8.count)
            let run = try await verify(events, against: String(decoding: whole.utf8.dropLast(missing), as: UTF8.self))
            #expect(run.status == 1, "\(missing)")
            #expect(run.errors.contains("note 4 of FILE "), "\(run.errors)")
        }
        // The line feed alone proves nothing.
        #expect(try await verify(events, against: String(whole.dropLast())).status == 0)
    }

    @Test("A file without a note is no proof", arguments: ["", "\n\n", "\n"])
    func emptied(_ text: String) async throws {
        let run = try await verify(Self.trail(3), against: text)
        #expect(run.status == 2)
        #expect(run.errors.contains("holds no checkpoint."))
    }

    @Test("A trail that begins in the middle is not proven; that it was cut is still seen")
    func middle() async throws {
        let events = Self.trail(12)
        let run = try await verify(events.dropFirst(4), against: Self.notes(events).joined())
        #expect(run.status == 2)
        #expect(run.output.hasPrefix("The trail is intact: 8 events, 5 to 12.\n"))
        #expect(!run.output.contains("Proven"))
        #expect(run.errors.hasPrefix("error: The checkpoints prove nothing about this trail: it begins at event 5,"))
        let cut = try await verify(events[4..<9], against: Self.notes(events).joined())
        #expect(cut.status == 1)
        #expect(cut.errors.contains("1 event is missing."))
        // What is passed over was not checked and cannot carry a proof.
        let passed = try await verify(
            events, against: Self.notes(events).joined(), ["--key", Self.key, "--from-sequence", "5"])
        #expect(passed.status == 2)
    }

    @Test("Silence longer than an hour, a trail that was set back and a clock that was are remarked, and are no fault")
    func remarks() async throws {
        let events = Self.trail(10)
        let notes = [(3, 0), (7, 60), (10, 126), (7, 130), (10, 129)].map { size, minute in
            Self.note(events, size, minute: Int64(minute))
        }
        let run = try await verify(events, against: notes.joined())
        #expect(run.status == 0)
        let remarks = run.output.split(separator: "\n").filter { $0.hasPrefix("Remark: ") }
        #expect(
            remarks == [
                "Remark: There is no checkpoint between 2027-01-15T09:00:00.000Z and 2027-01-15T10:06:00.000Z: the server did not run, or some were removed.",
                "Remark: note 4 of \(run.notesName) counts 7 events and the one before it 10: the trail was set back in between.",
                "Remark: note 5 of \(run.notesName) is older than the one before it: the clock was set back.",
            ])
    }

    @Test("When the newest checkpoint is old, that newer ones may be missing is remarked")
    func old() async throws {
        let events = Self.trail(3)
        let signed = Stage.now + .seconds(-60 * 66)
        var tree = MerkleFrontier.empty
        for event in events { tree.append(event.hash) }
        let checkpoint = Checkpoint(origin: Self.signer.verifier.name, size: 3, root: tree.root, at: signed)
        let run = try await verify(events, against: Self.signer.sign(checkpoint.text).description)
        #expect(run.status == 0)
        #expect(
            run.output.hasSuffix(
                "Remark: The newest checkpoint is from \(signed): if the server has run since then, newer ones are missing.\n"
            ))
    }

    @Test("A program gets the proof in JSON")
    func json() async throws {
        let events = Self.trail(12)
        let run = try await verify(events, against: Self.notes(events).joined(), ["--key", Self.key, "--json"])
        let result = try JSON.parse(run.output)
        #expect(result["events"] == 12)
        #expect(result["checkpoints"] == 4)
        #expect(result["proven_to"] == 10)
        #expect(result["signer"]?.asString == Self.signer.verifier.name)
        #expect(result["remarks"]?.asArray == [])
    }

    @Test("Without a key that one knows nothing is checked; a key that is none is refused")
    func keys() async throws {
        let events = Self.trail(3)
        let none = try await verify(events, against: Self.note(events, 3), [])
        #expect(none.status == 2)
        #expect(none.errors.contains("fix: Give --key as `bitting audit key` prints it."))
        let wrong = try await verify(events, against: Self.note(events, 3), ["--key", Self.key + "x"])
        #expect(wrong.status == 2)
        #expect(wrong.errors.hasPrefix("error: --key is no key of a signer."))
    }

    /// A data directory with these events and notes.
    private static func stage(_ events: [Event], _ notes: [String], key: VerifierKey? = signer.verifier) -> Stage {
        var stage = Stage()
        stage.house.readEvents = { _, body in for event in events { try body(event) } }
        stage.house.readCheckpoints = { _ in StoredCheckpoints(key: key, notes: notes) }
        return stage
    }

    @Test("The checkpoints in a data directory are checked too, and their own key is not taken for proof")
    func directory() async throws {
        let events = Self.trail(12)
        let intact = await Self.stage(events, Self.notes(events)).run("audit", "verify", "/")
        #expect(intact.status == 0)
        #expect(intact.output.contains("Proven by 4 checkpoints"))
        #expect(intact.output.contains("Remark: The key was taken from the directory itself"))
        let keyed = await Self.stage(events, Self.notes(events)).run("audit", "verify", "/", "--key", Self.key)
        #expect(!keyed.output.contains("Remark"))
        let cut = await Self.stage(Array(events.prefix(8)), Self.notes(events)).run("audit", "verify", "/")
        #expect(cut.status == 1)
        #expect(cut.errors.contains("checkpoint 4 of the directory"))
        let none = await Self.stage(events, []).run("audit", "verify", "/")
        #expect(none.status == 0)
        #expect(none.output.contains("There are no checkpoints: that nothing was cut off at the end is not proven."))
    }

    @Test("Whoever cuts the trail and its own checkpoints, and puts another key there, is found by the copy elsewhere")
    func everythingInTheDirectory() async throws {
        let events = Self.trail(12)
        let (short, other) = (Self.trail(6), Self.signer(2))
        let stage = Self.stage(short, [Self.note(short, 6, by: other)], key: other.verifier)
        #expect(await stage.run("audit", "verify", "/").status == 0)
        let kept = FileManager.default.temporaryDirectory.appending(path: "notes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: kept) }
        try Data(Self.notes(events).joined().utf8).write(to: kept)
        let run = await stage.run("audit", "verify", "/", "--checkpoints", kept.path, "--key", Self.key)
        #expect(run.status == 1)
        let unaware = await stage.run("audit", "verify", "/", "--checkpoints", kept.path)
        #expect(unaware.status == 1)
    }
}

extension Stage.Performance {
    /// The name of the file with the notes, as the remarks have it.
    fileprivate var notesName: String {
        let words = output.split(whereSeparator: \.isWhitespace)
        return words.first { $0.contains("/notes-") }.map(String.init) ?? ""
    }
}
