// SPDX-License-Identifier: Apache-2.0
package import Access

/// What may be called through an integration: methods, a path, and where it matters the parameters of the query.
package struct LendRule: Hashable, Sendable {
    package let route: Route
    /// The parameters that may stand in the query, and no others; nil for any.
    package let query: [QueryRule]?

    /// A rule.
    package init(_ route: Route, query: [QueryRule]? = nil) {
        self.route = route
        self.query = query
    }

    /// Whether the call is allowed. `query` gives the decoded parameters, or nil where they cannot be read; it is asked
    /// only by a rule that looks at them.
    package func allows(
        _ bytes: Span<UInt8>, method: Range<Int>, path: Range<Int>, query parameters: () -> [QueryParameter]?
    ) -> Bool {
        guard route.allows(bytes, method: method, path: path) else { return false }
        guard let query else { return true }
        guard let parameters = parameters() else { return false }
        return parameters.allSatisfy { parameter in
            query.contains { $0.name == parameter.name && $0.allows(parameter.value) }
        }
    }
}

/// A parameter of a query, decoded.
package struct QueryParameter: Equatable, Sendable {
    package let name: [UInt8]
    package let value: [UInt8]

    /// A parameter.
    package init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// A parameter that may stand in the query, and the values it may have.
package struct QueryRule: Hashable, Sendable {
    package let name: [UInt8]
    /// One of them must match the whole value.
    package let values: [Glob]

    /// A rule.
    package init(name: String, values: [Glob]) {
        self.name = Array(name.utf8)
        self.values = values
    }

    func allows(_ value: [UInt8]) -> Bool { values.contains { $0.matches(value) } }
}

/// Text in which `*` stands for any run of bytes, also none. Matching takes time in proportion to both lengths.
package struct Glob: Hashable, Sendable {
    private let runs: [[UInt8]]

    /// The bounds of its text.
    package static let longest = 200

    /// Reads a pattern of 200 bytes at most.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Glob.longest else { return nil }
        runs = bytes.split(separator: 0x2A, omittingEmptySubsequences: false).map(Array.init)
    }

    /// As it was written.
    package var text: String { runs.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "*") }

    /// Whether the whole of `value` matches.
    package func matches(_ value: [UInt8]) -> Bool {
        guard let first = runs.first, let last = runs.last, runs.count > 1 else { return value == runs.first ?? [] }
        guard value.count >= first.count + last.count, value.starts(with: first),
            value.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = value[first.count..<(value.count - last.count)]
        for run in runs[1..<(runs.count - 1)] where !run.isEmpty {
            guard let found = rest.firstRange(of: run) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
