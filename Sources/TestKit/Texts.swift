// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import Secrets

extension ScopeSet {
    /// The scopes in `text`, separated by spaces; what is no scope is left out.
    package init(text: String) { self.init(text.split(separator: " ").compactMap { Scope($0) }) }
}

extension Secret {
    /// A secret of a test's own making.
    package init(text: String) { self.init(copying: Array(text.utf8).span) }

    /// What it holds. For tests, where nothing is secret.
    package borrowing func exposed() -> [UInt8] { revealing { span in (0..<span.count).map { span[$0] } } }
}

extension HeldValue {
    /// One of its parts, as text. For tests, where nothing is secret.
    package borrowing func exposed(_ part: String = NamedPart.whole) -> String? {
        revealing(part) { span in String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self) }
    }
}

extension Route {
    /// A route that the test knows to be well formed.
    package static func of(_ methods: [String], _ path: String) -> Route {
        guard let route = try? Route(methods: methods, path: path) else { preconditionFailure("no route: \(path)") }
        return route
    }
}

extension LendRule {
    /// A rule that the test knows to be well formed, whatever the query.
    package static func of(_ methods: [String], _ path: String) -> LendRule { LendRule(.of(methods, path)) }
}

extension AddressRange {
    /// A range that the test knows to be well formed.
    package static func of(_ text: String) -> AddressRange {
        guard let range = AddressRange(text) else { preconditionFailure("no range: \(text)") }
        return range
    }
}
