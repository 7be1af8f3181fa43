// SPDX-License-Identifier: Apache-2.0
internal import Access
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
    /// The id of the integration that was chosen then. Another is never taken in its place, whatever becomes of it.
    let integration: [UInt8]
    /// `/lend/{its name}`: where its requests would go on the data plane, for keys that are bound to routes.
    let lendPath: [UInt8]

    init(key: [UInt8], _ integration: Integration, origin: Origin) {
        self.origin = origin
        self.key = key
        self.integration = Array(integration.id.description.utf8)
        lendPath = Array("/lend/\(integration.name)".utf8)
    }

    /// Whether a request's Host is the one the connection was opened for (RFC 9112 section 3.2).
    func isHost(_ field: Field?, _ bytes: Span<UInt8>) -> Bool {
        guard let field else { return false }
        let host = bytes.text(field.value).lowercased()
        return host == origin.authority || host == "\(origin.hostText):\(origin.port)"
    }
}
