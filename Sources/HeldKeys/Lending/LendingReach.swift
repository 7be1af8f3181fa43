// SPDX-License-Identifier: Apache-2.0
package import Access

/// What of an app's integrations leads to one origin, before any call there is made.
package enum OriginReach: Equatable, Sendable {
    case integration(Integration)
    /// The one that is meant is not to be used now.
    case closed(Closure)
    /// The app has none of the name that was given; the names of those that lead there.
    case unknown([String])
    /// None was named, and several could be meant: their names.
    case ambiguous([String])
    /// None leads there.
    case nowhere

    /// Why an integration is not to be used, whatever the call.
    package enum Closure: Equatable, Sendable {
        case paused, revoked, expired
        /// Its credential, provider or data key is missing.
        case unavailable
    }
}

extension Lending {
    /// Finds the integration of `app` that leads to `origin`: the one of that name, or else the only active one.
    ///
    /// A name that leads to another origin says nothing about this one: a program has one proxy for all its hosts. A
    /// name that does lead there is never traded for another, whatever its state.
    ///
    /// - Parameter name: its name or id; nil when the caller named none.
    package func reach(_ origin: Origin, of app: AppID, named name: [UInt8]?, at now: Instant) -> OriginReach {
        let names = names(app: app, to: origin)
        if let name {
            guard let named = find(app: app, .name(name)) else { return names.isEmpty ? .nowhere : .unknown(names) }
            guard named.isWhole else { return .closed(.unavailable) }
            if named.origins.contains(origin) { return named.reach(at: now) }
        }
        guard names.count > 1 else { return find(app: app, .origin(origin, named: nil))?.reach(at: now) ?? .nowhere }
        return .ambiguous(names)
    }
}

extension Loan {
    fileprivate func reach(at now: Instant) -> OriginReach {
        switch integration.state {
        case .paused: .closed(.paused)
        case .revoked: .closed(.revoked)
        case .active:
            integration.expiresAt.map { now >= $0 } ?? false ? .closed(.expired) : .integration(integration)
        }
    }
}
