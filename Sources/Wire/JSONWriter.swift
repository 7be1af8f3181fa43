// SPDX-License-Identifier: Apache-2.0

/// Writes a JSON text into bytes, in the order of the calls, compact or indented by two spaces.
///
///     var writer = JSONWriter()
///     writer.object {
///         $0.member("valid", true)
///         $0.key("scopes")
///         $0.array { $0.string("labels:create") }
///     }
package struct JSONWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var depth = 0
    /// Whether something stands before the next value in its container.
    private var follows = false
    /// Whether a key was written that waits for its value.
    private var hasKey = false

    /// An empty writer.
    package init(pretty: Bool = false) {
        isPretty = pretty
    }

    /// Drops what was written, keeps the storage.
    package mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        (depth, follows, hasKey) = (0, false, false)
    }

    /// Appends bytes outside the JSON grammar, such as a final line feed.
    package mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// An object, whose members `body` writes.
    package mutating func object<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try container(0x7b, 0x7d, body)
    }

    /// An array, whose elements `body` writes.
    package mutating func array<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try container(0x5b, 0x5d, body)
    }

    private mutating func container<Failure: Error>(
        _ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginValue()
        bytes.append(open)
        depth += 1
        follows = false
        try body(&self)
        depth -= 1
        if follows { breakLine() }
        bytes.append(close)
        follows = true
    }

    /// The name of the member whose value is written next.
    package mutating func key(_ name: String) {
        beginValue()
        quote(name)
        bytes.append(.colon)
        if isPretty { bytes.append(.space) }
        hasKey = true
    }

    /// A string.
    package mutating func string(_ text: String) {
        beginValue()
        quote(text)
        follows = true
    }

    /// A string from bytes; what is not UTF-8 becomes U+FFFD.
    package mutating func string(_ text: Span<UInt8>) {
        guard (try? UTF8Span(validating: text)) != nil else {
            return string(text.text(Slice(start: 0, end: text.count)))
        }
        beginValue()
        quote(text)
        follows = true
    }

    /// An integer.
    package mutating func integer(_ value: some BinaryInteger) {
        ascii(String(value))
    }

    /// `true` or `false`.
    package mutating func bool(_ value: Bool) {
        ascii(value ? "true" : "false")
    }

    /// `null`.
    package mutating func null() {
        ascii("null")
    }

    /// A value that is JSON already, written as it is: a stored document, a number's text.
    package mutating func raw(_ text: some Sequence<UInt8>) {
        beginValue()
        bytes.append(contentsOf: text)
        follows = true
    }

    private mutating func ascii(_ text: String) {
        raw(text.utf8)
    }

    private mutating func beginValue() {
        if hasKey {
            hasKey = false
            return
        }
        if follows { bytes.append(.comma) }
        if depth > 0 { breakLine() }
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        bytes.append(.lineFeed)
        bytes.append(contentsOf: repeatElement(.space, count: 2 * depth))
    }

    private mutating func quote(_ text: String) {
        bytes.append(.quote)
        for byte in text.utf8 { escapeJSON(byte) { bytes.append($0) } }
        bytes.append(.quote)
    }

    private mutating func quote(_ text: Span<UInt8>) {
        bytes.append(.quote)
        escapeJSON(text) { bytes.append($0) }
        bytes.append(.quote)
    }
}
