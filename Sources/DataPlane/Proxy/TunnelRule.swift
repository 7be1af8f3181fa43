// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys

/// A host and port that may be tunnelled to unread: `pypi.org`, `mirror.internal:8443`, `*.example.com`.
///
/// The port is 443 unless it is named. `*.` stands for one or more labels, and for nothing else: not for the domain
/// itself, nor for addresses.
package struct TunnelRule: Sendable, Equatable, CustomStringConvertible {
    private let origin: Origin
    /// Whether the origin's own name is left out and every name below it is meant.
    private let isBelow: Bool

    /// Reads a rule; nil for anything else.
    package init?(_ text: String) {
        isBelow = text.hasPrefix("*.")
        guard let origin = Origin("https://" + (isBelow ? text.dropFirst(2) : text[...])) else { return nil }
        if isBelow, case .address = origin.host { return nil }
        self.origin = origin
    }

    /// Whether this rule lets `target` through.
    func allows(_ target: Origin) -> Bool {
        guard target.port == origin.port else { return false }
        guard isBelow else { return target.host == origin.host }
        guard case .name(let wanted) = target.host, case .name(let domain) = origin.host else { return false }
        return wanted.hasSuffix("." + domain)
    }

    /// As it is read, with its port.
    package var description: String { (isBelow ? "*." : "") + "\(origin.hostText):\(origin.port)" }
}
