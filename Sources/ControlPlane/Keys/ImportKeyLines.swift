// SPDX-License-Identifier: Apache-2.0
import Access
import Hummingbird
import IssuedKeys
import NIOCore
import Wire

/// `POST /v1/keys/import` with one item a line (`application/x-ndjson`), any number of them. Results are sent back while
/// lines are read, so a sender must read while it sends.
///
/// Lines are taken in some hundred at a time, each group in a transaction of its own; a line that is refused keeps no
/// other out. The last line of the answer says whether everything was read: without it the answer was cut short.
/// Sending the same lines again is safe: what is here already is `already_imported`.
func importKeyLines(_ call: Call, _ body: RequestBody) async throws -> Answer {
    // Whoever may not import is told so before the answer has begun.
    _ = try await call.ports.keys.takeIn(by: call.caller, [], at: call.now)
    return .streaming("application/x-ndjson") { writer in
        var intake = LineIntake(call: call)
        try await intake.run(body, to: &writer)
        try await writer.finish(nil)
    }
}

/// Reads lines, takes them in by groups, and writes a result for each.
private struct LineIntake {
    let call: Call
    private var lines = NumberedLines()
    private var waiting: [(number: Int, item: Result<KeyImport, any Error>)] = []
    private var imported = 0
    private var refused = 0

    /// How many lines share a transaction.
    private static let group = 500

    init(call: Call) { self.call = call }

    mutating func run(_ body: RequestBody, to writer: inout any ResponseBodyWriter) async throws {
        var failure: (any Error)?
        do {
            var parts = body.makeAsyncIterator()
            while let part = try await Door.next(&parts) {
                for line in lines.take(part.readableBytesView) { try await take(line, &writer) }
            }
            if let line = lines.end() { try await take(line, &writer) }
            try await takeIn(&writer)
        } catch {
            // Where it was the writing that failed, the last line cannot be written either, and the connection ends.
            failure = error
        }
        try await writer.write(ByteBuffer(bytes: last(failure)))
    }

    private mutating func take(_ line: NumberedLines.Line, _ writer: inout any ResponseBodyWriter) async throws {
        waiting.append((line.number, Result { try item(line) }))
        if waiting.count == Self.group { try await takeIn(&writer) }
    }

    private func item(_ line: NumberedLines.Line) throws -> KeyImport {
        guard let text = line.text else { throw RequestFault.lineTooLong }
        return try KeyImport(try JSON.parse(text), at: "", call.now, in: call.ports.zones)
    }

    /// The caller is asked for again with each group: a key that was revoked meanwhile imports nothing further.
    private mutating func takeIn(_ writer: inout any ResponseBodyWriter) async throws {
        guard !waiting.isEmpty else { return }
        let now = call.ports.now()
        let items = waiting.compactMap { try? $0.item.get() }
        var outcomes = try await outcomes(of: items, at: now)[...]
        var bytes: [UInt8] = []
        for (number, item) in waiting {
            let outcome = item.flatMap { _ in outcomes.removeFirst().mapError { $0 as any Error } }
            bytes += result(number, outcome)
        }
        waiting.removeAll(keepingCapacity: true)
        try await writer.write(ByteBuffer(bytes: bytes))
    }

    private func outcomes(of items: [KeyImport], at now: Instant) async throws -> [Outcome<Key>] {
        do {
            return try await call.ports.keys.takeIn(by: try call.callerNow(now), items, at: now)
        } catch {
            call.report(error)
            throw error
        }
    }

    private mutating func result(_ number: Int, _ outcome: Result<Key, any Error>) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("line", number)
            switch outcome {
            case .success(let key):
                imported += 1
                writer.member("status", 201)
                writer.text("key_id", key.id)
            case .failure(let error):
                refused += 1
                writer.result(refused: error)
            }
        }
        writer.append(0x0A)
        return writer.bytes
    }

    private func last(_ failure: (any Error)?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("done", failure == nil)
            writer.member("imported", imported)
            writer.member("refused", refused)
            if let failure { writer.result(refused: failure) }
        }
        writer.append(0x0A)
        return writer.bytes
    }
}
