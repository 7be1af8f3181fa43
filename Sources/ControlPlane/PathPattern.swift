// SPDX-License-Identifier: Apache-2.0

/// A path with places for values: `/v1/keys/{id}`. Text is compared byte by byte, so a path has one spelling only.
struct PathPattern: Sendable {
    let text: String
    private let segments: [Segment]

    private enum Segment: Sendable {
        case literal(Substring)
        case value(name: String)
    }

    init(_ text: String) {
        self.text = text
        segments = PathPattern.split(text).map { part in
            part.hasPrefix("{") ? .value(name: String(part.dropFirst().dropLast())) : .literal(part)
        }
    }

    /// The segments of a path; an empty last one stands for a slash at the end.
    static func split(_ path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The values at their places, or nil if the path is another. Escapes are not resolved: no id and no name needs
    /// one.
    func values(in parts: [Substring]) -> [String: String]? {
        guard parts.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text): if text != part { return nil }
            case .value(let name): values[name] = String(part)
            }
        }
        return values
    }
}
