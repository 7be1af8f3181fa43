// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// The value of a credential in the clear: one text, or several parts by name. Wiped when it goes.
package struct HeldValue: ~Copyable, Sendable {
    /// What is wrong with opened bytes.
    package enum Fault: Error { case layout }

    private let bytes: Secret
    /// Empty where the bytes are one text.
    private let parts: [Part]

    private struct Part: Sendable {
        let name: String
        let range: Range<Int>
    }

    /// A value that is one text, printable ASCII.
    package init(_ text: consuming Secret) {
        bytes = text
        parts = []
    }

    /// A value of parts, or of one that is the whole; their bytes are wiped. The parts are put in the order of their names.
    package init(wiping given: inout [(name: String, bytes: [UInt8])]) {
        let isWhole = given.count == 1 && given[0].name == NamedPart.whole
        given.sort { $0.name < $1.name }
        var joined: [UInt8] = []
        joined.reserveCapacity(given.reduce(0) { $0 + $1.bytes.count + 4 })
        var parts: [Part] = []
        for index in given.indices {
            let count = given[index].bytes.count
            for shift in isWhole ? [] : [24, 16, 8, 0] { joined.append(UInt8(truncatingIfNeeded: count >> shift)) }
            if !isWhole { parts.append(Part(name: given[index].name, range: joined.count..<(joined.count + count))) }
            joined.append(contentsOf: given[index].bytes)
            Secret.wipe(&given[index].bytes)
        }
        bytes = Secret(wiping: &joined)
        self.parts = parts
    }

    /// What was opened from the vault. `names` are the version's parts, in their order; empty for one text.
    ///
    /// Layout of several parts: for each its length in 4 bytes, big-endian, and its bytes.
    package init(opened: consuming Secret, parts names: [String]) throws(Fault) {
        var parts: [Part] = []
        let isWhole = opened.revealing { span in
            guard !names.isEmpty else { return true }
            var position = 0
            for name in names {
                guard position + 4 <= span.count else { return false }
                let count = (0..<4).reduce(0) { $0 << 8 | Int(span[position + $1]) }
                position += 4
                guard count <= span.count - position else { return false }
                parts.append(Part(name: name, range: position..<(position + count)))
                position += count
            }
            return position == span.count
        }
        guard isWhole else { throw .layout }
        bytes = opened
        self.parts = parts
    }

    /// The names of its parts as a version keeps them: empty for one text.
    package var partNames: [String] { parts.map(\.name) }

    /// Lends the bytes of one part; nil where there is none of that name.
    package borrowing func revealing<Result>(_ name: String, _ body: (Span<UInt8>) -> Result) -> Result? {
        guard !parts.isEmpty else { return name == NamedPart.whole ? bytes.revealing(body) : nil }
        guard let part = parts.first(where: { $0.name == name }) else { return nil }
        return bytes.revealing { span in body(span.extracting(part.range)) }
    }

    /// Lends all bytes as they are sealed.
    package borrowing func revealingAll<Result>(_ body: (borrowing Secret) -> Result) -> Result { body(bytes) }
}
