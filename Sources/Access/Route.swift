// SPDX-License-Identifier: Apache-2.0

/// Methods and a path pattern: `/labels`, `/labels/*` (one segment), `/labels/**` (any number, also none).
package struct Route: Hashable, Sendable {
    /// Method names as they are sent, or empty for any.
    package let methods: [String]
    /// The pattern as it was written.
    package let path: String
    private let segments: [Segment]

    private enum Segment: Hashable, Sendable {
        case literal([UInt8])
        case one
        case rest
    }

    /// What is wrong with a route.
    package enum Fault: Error, Equatable {
        case method(String)
        case path(String)
    }

    /// Reads a route. `methods` is a list of tokens, or `["*"]`; `**` may only be the last segment.
    package init(methods: [String], path: String) throws(Fault) {
        guard !methods.isEmpty else { throw .method("") }
        for method in methods where !Route.isMethod(method) { throw .method(method) }
        self.methods = methods.contains("*") ? [] : methods
        let bytes = Array(path.utf8)
        guard bytes.count <= 1024, CanonicalPath.read(bytes.span, 0..<bytes.count) == .asWritten else {
            throw .path(path)
        }
        var segments: [Segment] = []
        let parts = bytes.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
        for (position, part) in parts.enumerated() {
            switch part {
            case [0x2A]: segments.append(.one)
            case [0x2A, 0x2A]:
                guard position == parts.count - 1 else { throw .path(path) }
                segments.append(.rest)
            default:
                guard !part.contains(0x2A) else { throw .path(path) }
                segments.append(.literal(Array(part)))
            }
        }
        self.segments = segments
        self.path = path
    }

    /// The methods as they are shown: `["*"]` for any.
    package var shownMethods: [String] { methods.isEmpty ? ["*"] : methods }

    private static func isMethod(_ text: String) -> Bool {
        text == "*"
            || ((1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == 0x2D })
    }

    /// Whether the method at `method` and the canonical path at `path` are allowed. Reads bytes, allocates nothing.
    package func allows(_ bytes: Span<UInt8>, method: Range<Int>, path: Range<Int>) -> Bool {
        allowsMethod(bytes, method) && matches(bytes, path)
    }

    private func allowsMethod(_ bytes: Span<UInt8>, _ method: Range<Int>) -> Bool {
        guard !methods.isEmpty else { return true }
        for allowed in methods where Route.isEqual(allowed.utf8.count, allowed.utf8, bytes, method) { return true }
        return false
    }

    private static func isEqual(
        _ count: Int, _ text: some Sequence<UInt8>, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> Bool {
        guard count == range.count else { return false }
        var position = range.lowerBound
        for byte in text {
            if bytes[position] != byte { return false }
            position += 1
        }
        return true
    }

    private func matches(_ bytes: Span<UInt8>, _ path: Range<Int>) -> Bool {
        var position = path.lowerBound
        for segment in segments {
            if segment == .rest { return true }
            guard position < path.upperBound, bytes[position] == 0x2F else { return false }
            let start = position + 1
            position = start
            while position < path.upperBound, bytes[position] != 0x2F { position += 1 }
            switch segment {
            case .literal(let text): if !Route.isEqual(text.count, text, bytes, start..<position) { return false }
            case .one: if position == start { return false }
            case .rest: return true
            }
        }
        return position == path.upperBound
    }
}
