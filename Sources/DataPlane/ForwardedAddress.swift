// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

extension OriginalCall {
    /// Who makes a call that is for us, not for an API behind a gateway: the peer, or whom a trusted peer names. Whoever may open the
    /// Unix socket is trusted; such a peer has no address.
    static func caller(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, peer: IPAddress?, trusting trusted: [AddressRange]
    ) -> IPAddress? {
        if let peer, !trusted.contains(where: { $0.contains(peer) }) { return peer }
        guard let list = head.fields.first(.xForwardedFor) else { return peer }
        guard head.fields.count(of: .xForwardedFor) == 1 else { return nil }
        return client(list.value, bytes, trusting: trusted)
    }
}
