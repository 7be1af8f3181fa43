// SPDX-License-Identifier: Apache-2.0
package import Access

/// What of an app's integrations leads to one origin.
package enum OriginReach: Equatable, Sendable {
    /// This one; its id as text.
    case integration([UInt8])
    /// The one that was named is not to be used now: `paused`, `revoked` or `expired`.
    case closed(LendVerdict.Closed)
    /// None of the name that was given leads there; the names that do.
    case unknown([String])
    /// None was named, and several could be meant: their names.
    case ambiguous([String])
    /// None leads there.
    case nowhere
}

extension Lending {
    /// Finds the integration of `app` that leads to `origin`: the one of that name, or else the only one that is
    /// active.
    ///
    /// - Parameter name: its name or id; nil when the caller named none.
    package func reach(_ origin: Origin, of app: AppID, named name: [UInt8]?, at now: Instant) -> OriginReach {
        let leading = integrations(of: app, leadingTo: origin)
        guard !leading.isEmpty else { return .nowhere }
        if let name {
            let text = String(decoding: name, as: UTF8.self)
            guard let named = leading.first(where: { $0.name == text || $0.id.description == text }) else {
                return .unknown(leading.map(\.name))
            }
            return named.closed(at: now).map { .closed($0) } ?? .integration(Array(named.id.description.utf8))
        }
        let open = leading.filter { $0.closed(at: now) == nil }
        if open.count > 1 { return .ambiguous(open.map(\.name)) }
        if let only = open.first { return .integration(Array(only.id.description.utf8)) }
        return leading.count == 1 ? leading[0].closed(at: now).map { .closed($0) } ?? .nowhere : .nowhere
    }
}

extension LendVerdict {
    /// Why an integration is not to be used, whatever the call.
    package enum Closed: Equatable, Sendable { case paused, revoked, expired }
}

extension Integration {
    fileprivate func closed(at now: Instant) -> LendVerdict.Closed? {
        switch state {
        case .active: expiresAt.map { now >= $0 } ?? false ? .expired : nil
        case .paused: .paused
        case .revoked: .revoked
        }
    }
}
