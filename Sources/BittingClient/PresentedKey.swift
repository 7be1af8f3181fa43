// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// The key that a request shows: `Authorization: Bearer`, `X-API-Key`, or the user name of HTTP Basic.
public enum PresentedKey: Sendable, Equatable {
    /// This one.
    case one(String)
    /// None of the places holds anything.
    case none
    /// Two different keys, or a place filled twice: to be refused, because two programs could pick differently.
    case ambiguous

    /// Looks at the values of all fields of both names, as the data plane does.
    ///
    /// Beside an `X-API-Key`, an `Authorization` whose content has not the form of a key is the application's own and
    /// left alone.
    public init(authorization: [String], apiKey: [String]) {
        guard authorization.count < 2, apiKey.count < 2 else {
            self = .ambiguous
            return
        }
        let shown = authorization.first.map(PresentedKey.credential) ?? .none
        guard let own = apiKey.first else {
            self = shown
            return
        }
        self = shown.isAnother(than: own) ? .ambiguous : .one(own)
    }

    private func isAnother(than own: String) -> Bool {
        switch self {
        case .none: false
        case .ambiguous: true
        case .one(let text): text != own && KeyText.isWellFormed(Array(text.utf8).span)
        }
    }

    /// What an `Authorization` field holds: `Bearer key`, `Basic base64(key:…)`, else nothing of ours.
    private static func credential(_ value: String) -> PresentedKey {
        guard let space = value.firstIndex(of: " ") else { return .none }
        let rest = value[space...].drop { $0 == " " }
        guard !rest.isEmpty else { return .none }
        switch value[..<space].lowercased() {
        case "bearer": return .one(String(rest))
        case "basic":
            guard let pair = Base64Text.bytes(rest) else { return .ambiguous }
            return .one(String(decoding: pair.prefix { $0 != 0x3A }, as: UTF8.self))
        default: return .none
        }
    }
}
