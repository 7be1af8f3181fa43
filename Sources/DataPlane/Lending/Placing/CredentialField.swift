// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Secrets
internal import Wire

/// Puts a held value where the provider wants it, straight into the outgoing bytes.
enum CredentialField {
    /// The header field of a slot that is one; nothing for the others. False when the value lacks a part.
    static func write(_ slot: CredentialSlot, _ filling: borrowing Filling, into out: inout ByteBuffer) -> Bool {
        switch slot {
        case .header(let name, let format):
            out.writeString(name)
            out.writeStaticString(": ")
            let isWhole = filling.runs(of: format) { span in
                for position in 0..<span.count { out.writeInteger(span[position]) }
            }
            out.writeStaticString("\r\n")
            return isWhole
        case .basic(let format):
            guard var pair = filling.bytes(of: format) else { return false }
            var encoded: [UInt8] = []
            Base64.encode(pair, into: &encoded)
            out.writeStaticString("Authorization: Basic ")
            out.writeBytes(encoded)
            out.writeStaticString("\r\n")
            Secret.wipe(&pair)
            Secret.wipe(&encoded)
            return true
        case .query, .path, .body, .awsSignature, .signature, .clientCredentials: return true
        }
    }
}
