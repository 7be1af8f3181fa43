// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Secrets
internal import Wire

/// What formats are filled in with: the opened value and the credential's settings.
struct Filling: ~Copyable {
    let value: HeldValue
    let settings: [CredentialSetting]

    init(_ value: consuming HeldValue, settings: [CredentialSetting]) {
        self.value = value
        self.settings = settings
    }

    /// Gives the runs of bytes that make the filled format; false when a name in it stands for nothing.
    borrowing func runs(of format: SlotFormat, _ body: (Span<UInt8>) -> Void) -> Bool {
        for piece in format.pieces {
            switch piece {
            case .text(let text): body(text.span)
            case .part(let name):
                if value.revealing(name, body) != nil { continue }
                guard let setting = settings.first(where: { $0.name == name }) else { return false }
                body(Array(setting.value.utf8).span)
            }
        }
        return true
    }

    /// The filled format, to be wiped by whoever asked; nil when a name in it stands for nothing.
    borrowing func bytes(of format: SlotFormat) -> [UInt8]? {
        var bytes: [UInt8] = []
        let isWhole = runs(of: format) { span in
            for position in 0..<span.count { bytes.append(span[position]) }
        }
        return isWhole ? bytes : nil
    }
}

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
