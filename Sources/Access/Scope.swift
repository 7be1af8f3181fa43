// SPDX-License-Identifier: Apache-2.0

/// One permission, `resource:action`; either part may be `*`.
package struct Scope: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let resource: String
    package let action: String

    /// Reads `resource:action`. Each part is `*` or 1 to 64 of `A-Za-z0-9._-`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, Scope.isPart(parts[0]), Scope.isPart(parts[1]) else { return nil }
        resource = String(parts[0])
        action = String(parts[1])
    }

    private init(resource: String, action: String) {
        self.resource = resource
        self.action = action
    }

    private static func isPart(_ text: some StringProtocol) -> Bool {
        guard text != "*" else { return true }
        return (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(Scope.isPartByte)
    }

    /// A byte that may stand in a part.
    static func isPartByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    package var description: String { "\(resource):\(action)" }

    package static func < (left: Scope, right: Scope) -> Bool {
        (left.resource, left.action) < (right.resource, right.action)
    }

    /// A scope written in this program's own source.
    package static func of(_ resource: StaticString, _ action: StaticString) -> Scope {
        Scope(resource: "\(resource)", action: "\(action)")
    }

    /// Whether holding this scope is enough where `needed` is asked for.
    package func covers(_ needed: Scope) -> Bool {
        (resource == "*" || resource == needed.resource) && (action == "*" || action == needed.action)
    }

    /// What is covered by both; nil for nothing.
    func meet(_ other: Scope) -> Scope? {
        guard let resource = Scope.meet(resource, other.resource), let action = Scope.meet(action, other.action) else {
            return nil
        }
        return Scope(resource: resource, action: action)
    }

    private static func meet(_ left: String, _ right: String) -> String? {
        if left == "*" { return right }
        return right == "*" || right == left ? left : nil
    }
}

/// The scopes of a key, sorted and without repeats, laid out so that a check reads bytes and allocates nothing.
package struct ScopeSet: Hashable, Sendable, CustomStringConvertible {
    package let scopes: [Scope]
    /// `a:b c:d`, as it stands in headers.
    package let text: [UInt8]
    private let grants: [Grant]

    private struct Grant: Hashable, Sendable {
        let start: Int
        let colon: Int
        let end: Int
    }

    /// A set of scopes.
    package init(_ scopes: some Sequence<Scope>) {
        self.scopes = Set(scopes).sorted()
        var text: [UInt8] = []
        var grants: [Grant] = []
        for scope in self.scopes {
            if !text.isEmpty { text.append(0x20) }
            let start = text.count
            text.append(contentsOf: scope.description.utf8)
            grants.append(Grant(start: start, colon: start + scope.resource.utf8.count, end: text.count))
        }
        self.text = text
        self.grants = grants
    }

    package var description: String { String(decoding: text, as: UTF8.self) }

    /// These and one more.
    package func adding(_ scope: Scope) -> ScopeSet { covers(scope) ? self : ScopeSet(scopes + [scope]) }

    /// Whether one of the scopes covers `needed`.
    package func covers(_ needed: Scope) -> Bool { scopes.contains { $0.covers(needed) } }

    /// Whether each of `other` is covered.
    package func covers(all other: ScopeSet) -> Bool { other.scopes.allSatisfy(covers) }

    /// What both sets hold. Allocates nothing when that is all of `other`.
    package func narrowed(to other: ScopeSet) -> ScopeSet {
        if covers(all: other) { return other }
        return ScopeSet(scopes.flatMap { held in other.scopes.compactMap { held.meet($0) } })
    }

    /// Whether one of the scopes covers the scope that stands in `bytes` at `needed`, its colon at `colon`. Allocates
    /// nothing.
    func covers(_ bytes: Span<UInt8>, _ needed: Range<Int>, colon: Int) -> Bool {
        let text = text.span
        for grant in grants
        where Self.part(text, grant.start, grant.colon, bytes, needed.lowerBound, colon)
            && Self.part(text, grant.colon + 1, grant.end, bytes, colon + 1, needed.upperBound)
        { return true }
        return false
    }

    private static func part(
        _ held: Span<UInt8>, _ start: Int, _ end: Int, _ asked: Span<UInt8>, _ first: Int, _ last: Int
    ) -> Bool {
        if end - start == 1, held[start] == 0x2A { return true }
        guard end - start == last - first else { return false }
        for offset in 0..<(end - start) where held[start + offset] != asked[first + offset] { return false }
        return true
    }
}
