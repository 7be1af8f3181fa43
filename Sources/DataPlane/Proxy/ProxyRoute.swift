// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import Wire

/// What a CONNECT leads to.
enum ProxyRoute {
    /// Into the proxy itself, where each call is lent.
    case lent(HostEntrance)
    /// To the host, unread.
    case blind(Destination, ProxyCaller)
    /// To the certificate of the proxy's own authority, `GET /ca.pem`, for whoever is to trust it.
    case authority
    case refused(Problem)

    static func decide(
        _ head: RequestHead, _ bytes: Span<UInt8>, _ desk: ProxyDesk, _ state: EventLoopState, peer: IPAddress?,
        at now: Moment
    ) -> ProxyRoute {
        guard bytes.equals(head.method, "CONNECT") else {
            return bytes.equals(head.method, "GET") && bytes.equals(head.target, "/ca.pem")
                ? .authority : .refused(.proxyTakesConnect)
        }
        guard head.framing == .none else { return .refused(.proxyHasBody) }
        guard let target = Origin(connecting: head.target, in: bytes) else { return .refused(.proxyTargetMalformed) }
        let shown: ProxyCredentials
        switch ProxyCredentials.read(head.fields, bytes) {
        case .absent: return .refused(.proxyKeyMissing)
        case .unreadable: return .refused(.proxyKeyUnreadable)
        case .shown(let credentials): shown = credentials
        }
        switch ProxyCaller.find(shown.key, head, bytes, state, peer: peer, at: now) {
        case .refused(let problem): return .refused(problem)
        case .caller(let caller): return decide(caller, shown, target, desk, state, at: now)
        }
    }

    private static func decide(
        _ caller: ProxyCaller, _ shown: ProxyCredentials, _ target: Origin, _ desk: ProxyDesk, _ state: EventLoopState,
        at now: Moment
    ) -> ProxyRoute {
        switch state.lending.reach(target, of: caller.app, named: shown.integration, at: now.at) {
        case .integration(let integration):
            return .lent(HostEntrance(key: shown.key, integration, origin: target))
        case .ambiguous(let names): return .refused(.proxyAmbiguous(names))
        case .unknown(let names): return .refused(.proxyIntegrationUnknown(names))
        case .closed(.paused): return .refused(.lend(.integrationPaused))
        case .closed(.revoked): return .refused(.lend(.integrationRevoked))
        case .closed(.expired): return .refused(.lend(.integrationExpired))
        case .closed(.unavailable): return .refused(.lend(.credentialUnavailable))
        case .nowhere:
            return desk.tunnel(to: target).map { .blind($0, caller) } ?? .refused(.proxyHostUnknown)
        }
    }
}
