// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

extension Origin {
    /// Reads the target of a CONNECT, `host:port` (RFC 9110 section 9.3.6). The port must be there.
    init?(connecting target: Slice, in bytes: Span<UInt8>) {
        let text = bytes.text(target)
        guard let colon = text.lastIndex(of: ":"), text[colon...].dropFirst().allSatisfy(\.isNumber),
            let origin = Origin("https://\(text)")
        else { return nil }
        self = origin
    }
}
