// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What a request is for, by its method and path.
enum Target {
    case verify
    case batch
    case settle
    /// Unkey's `keys.verifyKey`.
    case unkey
    case oauth(OAuth.Kind)
    case keySet
    case metadata
    case follow
    /// With what follows `/v1/authorize` where a gateway appends the original path.
    case authorize(rest: Range<Int>?)
    case lend
    case reveal
    case healthy
    case ready
    case wrongMethod(allow: String)
    case unknown

    static func of(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Target {
        let target = head.target
        if starts(bytes, target, "/v1/authorize") {
            let end = target.start + 13
            if end == target.end || bytes[end] == 0x3F { return .authorize(rest: nil) }
            return bytes[end] == 0x2F ? .authorize(rest: end..<target.end) : .unknown
        }
        if starts(bytes, target, "/lend/") { return .lend }
        let path = Slice(start: target.start, end: bytes.firstIndex(of: 0x3F, in: target) ?? target.end)
        if bytes.equals(path, "/lend") { return reading(head, bytes, .lend) }
        if bytes.equals(path, "/v1/verify") { return only("POST", head, bytes, .verify) }
        if bytes.equals(path, "/v1/verify/batch") { return only("POST", head, bytes, .batch) }
        if bytes.equals(path, "/v1/verify/settle") { return only("POST", head, bytes, .settle) }
        if bytes.equals(path, "/v2/keys.verifyKey") { return only("POST", head, bytes, .unkey) }
        if starts(bytes, target, "/oauth/") { return oauth(path, head, bytes) }
        if bytes.equals(path, "/.well-known/jwks.json") { return reading(head, bytes, .keySet) }
        if bytes.equals(path, "/.well-known/oauth-authorization-server") { return reading(head, bytes, .metadata) }
        if bytes.equals(path, "/v1/reveal") { return only("POST", head, bytes, .reveal) }
        if bytes.equals(path, "/v1/follow") { return only("POST", head, bytes, .follow) }
        if bytes.equals(path, "/healthz") { return only("GET", head, bytes, .healthy) }
        if bytes.equals(path, "/readyz") { return only("GET", head, bytes, .ready) }
        return .unknown
    }

    private static func oauth(_ path: Slice, _ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Target {
        if bytes.equals(path, "/oauth/introspect") { return only("POST", head, bytes, .oauth(.introspection)) }
        if bytes.equals(path, "/oauth/revoke") { return only("POST", head, bytes, .oauth(.revocation)) }
        if bytes.equals(path, "/oauth/token") { return only("POST", head, bytes, .oauth(.exchange)) }
        return .unknown
    }

    private static func reading(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ target: Target) -> Target {
        bytes.equals(head.method, "HEAD") ? target : only("GET", head, bytes, target)
    }

    private static func only(
        _ method: StaticString, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ target: Target
    ) -> Target {
        bytes.equals(head.method, method) ? target : .wrongMethod(allow: "\(method)")
    }

    @inline(__always)
    private static func starts(_ bytes: Span<UInt8>, _ slice: Slice, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        return slice.count >= count && bytes.equals(Slice(start: slice.start, end: slice.start + count), text)
    }

    var route: Counters.Route {
        switch self {
        case .verify: .verify
        case .batch: .batch
        case .settle: .settle
        case .unkey: .unkey
        case .oauth, .keySet, .metadata: .oauth
        case .follow: .follow
        case .authorize: .authorize
        case .lend: .lend
        case .reveal: .reveal
        case .healthy, .ready: .health
        case .wrongMethod, .unknown: .other
        }
    }
}
