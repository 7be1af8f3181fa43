// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// A connection on which every request is lent: who calls and where to were said when it was opened.
///
/// The key is held against the index at every request again, so a revoke ends it with the next one.
struct HostEntrance {
    /// The one place its requests go.
    let origin: Origin
    /// The caller's Bitting key.
    let key: [UInt8]
    /// Which integration, where several of the app lead there.
    let integration: [UInt8]?

    /// Whether a request's Host is the one the connection was opened for (RFC 9112 section 3.2).
    func isHost(_ field: Field?, _ bytes: Span<UInt8>) -> Bool {
        guard let field else { return false }
        let host = bytes.text(field.value).lowercased()
        return host == origin.authority || host == "\(origin.hostText):\(origin.port)"
    }
}
