// SPDX-License-Identifier: Apache-2.0
package import Access

/// The parts of the trail that webhooks are told of now, as messages: read and written out once, however many want
/// them.
///
/// Holds ``mostPages`` pages at most, so that its size does not depend on how far behind anybody is.
package actor EventShelf {
    private struct Page {
        var messages: [Message] = []
        var usedAt: UInt64 = 0
    }

    static let pageLength: Int64 = 128
    static let mostPages = 16

    private let read: @Sendable (_ after: Int64, _ limit: Int) async throws -> [Event]
    private var pages: [Int64: Page] = [:]
    private var readings: [Int64: Task<Void, any Error>] = [:]
    private var uses: UInt64 = 0

    /// A shelf over the trail. `read` gives the events behind a sequence, oldest first, without gaps.
    package init(read: @escaping @Sendable (_ after: Int64, _ limit: Int) async throws -> [Event]) { self.read = read }

    /// The messages behind `sequence`, as far as they stand on its page; none where the trail ends.
    package func messages(after sequence: Int64) async throws -> ArraySlice<Message> {
        // Sequences have no gaps, so a page is a fixed part of the trail.
        let number = sequence / Self.pageLength
        // A reading that was under way already may have begun before the event was there: the next one has not.
        for _ in 0..<2 {
            if let found = held(number, after: sequence) { return found }
            try await fill(number)
        }
        return held(number, after: sequence) ?? []
    }

    private func held(_ number: Int64, after sequence: Int64) -> ArraySlice<Message>? {
        guard let messages = pages[number]?.messages, let last = messages.last, last.sequence > sequence else {
            return nil
        }
        uses += 1
        pages[number]?.usedAt = uses
        return messages.drop { $0.sequence <= sequence }
    }

    /// One reading of a page at a time; who wants it meanwhile waits for that one, until it stands on the shelf.
    private func fill(_ number: Int64) async throws {
        let reading = readings[number] ?? Task { try await self.read(page: number) }
        readings[number] = reading
        try await reading.value
    }

    private func read(page number: Int64) async throws {
        defer { readings[number] = nil }
        let start = end(of: number)
        let count = Int((number + 1) * Self.pageLength - start)
        guard count > 0 else { return }
        let messages = try await read(start, count).map(Message.init)
        // Given up meanwhile: what was read would stand there with a gap before it.
        guard end(of: number) == start else { return }
        pages[number, default: Page()].messages += messages
        uses += 1
        pages[number]?.usedAt = uses
        while pages.count > Self.mostPages, let oldest = pages.min(by: { $0.value.usedAt < $1.value.usedAt })?.key {
            pages[oldest] = nil
        }
    }

    /// Up to which sequence a page is held.
    private func end(of number: Int64) -> Int64 { pages[number]?.messages.last?.sequence ?? number * Self.pageLength }
}
