// SPDX-License-Identifier: Apache-2.0
internal import Secrets
internal import Wire

/// Where a request shows its key: `Authorization: Bearer`, `X-API-Key`, or the user name of HTTP Basic.
enum KeyInRequest: Equatable {
    /// At this range of the message's bytes.
    case at(Range<Int>)
    /// Decoded from Basic; not in the message as it stands.
    case decoded([UInt8])
    /// None of the places holds anything.
    case absent
    /// Two different keys, or a place filled twice: refused, because two programs could pick differently.
    case ambiguous

    /// Looks at all places. Allocates only for Basic.
    ///
    /// Beside an `X-API-Key`, an `Authorization` whose content has not the form of a key is the application's own and
    /// left alone.
    static func find(_ fields: FieldSection, _ bytes: Span<UInt8>) -> KeyInRequest {
        var own: Range<Int>?
        var authorization: Slice?
        for field in fields {
            if field.known == .xAPIKey {
                guard own == nil else { return .ambiguous }
                own = field.value.start..<field.value.end
            } else if field.known == .authorization {
                guard authorization == nil else { return .ambiguous }
                authorization = field.value
            }
        }
        guard let authorization else { return own.map(KeyInRequest.at) ?? .absent }
        let shown = credential(authorization, bytes)
        guard let own else { return shown }
        return shown.isAnother(than: own, bytes) ? .ambiguous : .at(own)
    }

    private func isAnother(than own: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        switch self {
        case .absent: false
        case .ambiguous: true
        case .at(let range):
            KeyText.isWellFormed(bytes.extracting(range))
                && !bytes.equals(
                    Slice(start: range.lowerBound, end: range.upperBound),
                    Slice(start: own.lowerBound, end: own.upperBound))
        case .decoded(let user):
            KeyText.isWellFormed(user.span) && !bytes.equals(Slice(start: own.lowerBound, end: own.upperBound), user)
        }
    }

    /// What an `Authorization` field holds: `Bearer key`, `Basic base64(key:…)`, else nothing of ours.
    private static func credential(_ value: Slice, _ bytes: Span<UInt8>) -> KeyInRequest {
        if value.count > 7, bytes.startsIgnoringCase(value, with: "bearer ") {
            let token = bytes.trimmed(Slice(start: value.start + 7, end: value.end))
            return .at(token.start..<token.end)
        }
        guard value.count > 6, bytes.startsIgnoringCase(value, with: "basic ") else { return .absent }
        let encoded = bytes.trimmed(Slice(start: value.start + 6, end: value.end))
        guard let pair = Base64.decode(bytes, encoded) else { return .ambiguous }
        return .decoded(Array(pair.prefix { $0 != 0x3A }))
    }
}
