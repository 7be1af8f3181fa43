// SPDX-License-Identifier: Apache-2.0
internal import Access

/// A checkpoint, and where it was found.
struct FoundCheckpoint: Sendable {
    /// `note 3 of FILE`
    let place: String
    let checkpoint: Checkpoint
}

/// Why what should be a checkpoint counts for nothing.
struct CheckpointFault: Error {
    let what: String
}

/// Reads notes and holds them against one key.
struct CheckpointReader {
    let key: VerifierKey

    /// The checkpoint in a note.
    func read(_ note: [UInt8], at place: String) throws(CheckpointFault) -> FoundCheckpoint {
        let (signed, checkpoint) = try parse(note, place)
        guard signed.isSigned(by: key), checkpoint.origin == key.name else {
            throw CheckpointFault(
                what: "\(place) is not signed by \(key.name): it was altered, or is of another installation.")
        }
        return FoundCheckpoint(place: place, checkpoint: checkpoint)
    }

    private func parse(_ note: [UInt8], _ place: String) throws(CheckpointFault) -> (SignedNote, Checkpoint) {
        do throws(NoteFault) {
            let signed = try SignedNote(parsing: note)
            return (signed, try Checkpoint(parsing: signed.text))
        } catch {
            throw CheckpointFault(what: "\(place) \(CheckpointReader.reason(error)).")
        }
    }

    /// The checkpoints of a file, in its order: notes one after another; or a log, in which only the lines that hold a
    /// note count.
    func read(file path: String) throws -> [FoundCheckpoint] {
        var found: [FoundCheckpoint] = []
        func add(_ note: [UInt8]) throws {
            found.append(try read(note, at: "note \(found.count + 1) of \(PlainText.line(path))"))
        }
        try CheckpointReader.forEachLine(of: path) { line in
            if let note = NoteLine.note(in: line) { try add(note) }
        }
        guard found.isEmpty else { return found }
        var splitter = NoteSplitter()
        try CheckpointReader.forEachLine(of: path) { line in
            if let note = splitter.take(line) { try add(note) }
        }
        if let note = splitter.end() { try add(note) }
        return found
    }

    private static func forEachLine(of path: String, _ body: ([UInt8]) throws -> Void) throws {
        let descriptor = try FileBytes.open(path)
        defer { FileBytes.close(descriptor) }
        var lines = LineSource(descriptor: descriptor, limit: longestLine)
        while let line = try lines.next() { try body(line) }
    }

    private static let longestLine = 1 << 24

    private static func reason(_ fault: NoteFault) -> String {
        switch fault {
        case .cutShort: "is cut short"
        case .text, .signature: "is not written as a signed note"
        case .notACheckpoint: "is a signed note, but no checkpoint"
        }
    }
}

/// Finds where one note ends and the next begins. A note is some lines, an empty one, and signature lines; more empty
/// lines may stand between notes.
struct NoteSplitter {
    private var note: [UInt8] = []
    private var isSigned = false

    private static let mark = Array(SignedNote.Signature.mark.utf8)

    /// The note before this line, if the line shows that it is complete.
    mutating func take(_ line: [UInt8]) -> [UInt8]? {
        let before = isSigned && !line.starts(with: Self.mark) ? end() : nil
        if note.isEmpty, line.isEmpty { return before }
        isSigned = isSigned || line.isEmpty
        note += line + [0x0A]
        return before
    }

    /// The last note, which may be cut short.
    mutating func end() -> [UInt8]? {
        defer { self = NoteSplitter() }
        return note.isEmpty ? nil : note
    }
}
