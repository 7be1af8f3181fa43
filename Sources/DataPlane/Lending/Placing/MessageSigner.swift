// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import NIOCore
internal import Secrets
internal import Wire

/// Keyed digests over parts of a request, as a provider's description says.
enum MessageSigner {
    static func write(
        _ signature: MessageSignature, _ request: SignedRequest, _ filling: borrowing Filling,
        into out: inout ByteBuffer
    ) -> LendRefusal? {
        let timestamp = Array(text(of: request, signature.time).utf8)
        let needs = Set(signature.message.names)
        var names = ["timestamp": timestamp, "method": request.method, "path": request.path]
        names["query"] = request.query.isEmpty ? [] : [0x3F] + request.query
        if needs.contains("body") { names["body"] = request.bodyBytes }
        if needs.contains("body_sha256") { names["body_sha256"] = Array(request.bodyDigest.utf8) }
        guard var message = filling.bytes(of: signature.message, names: names) else { return .credentialUnavailable }
        defer { Secret.wipe(&message) }
        var code: [UInt8] = []
        let isKey = filling.part(signature.key) { key in
            code = KeyedDigest.code(signature.algorithm.digest, key: key, of: message)
        }
        guard isKey else { return .credentialUnavailable }
        let shown = ["signature": encoded(code, signature.encoding), "timestamp": timestamp]
        for field in signature.fields {
            guard var line = filling.bytes(of: field.format, names: shown) else { return .credentialUnavailable }
            out.writeString(field.name)
            out.writeStaticString(": ")
            out.writeBytes(line)
            out.writeStaticString("\r\n")
            Secret.wipe(&line)
        }
        return nil
    }

    private static func text(of request: SignedRequest, _ time: MessageSignature.Time) -> String {
        switch time {
        case .unix: String(request.at.milliseconds / 1000)
        case .unixMilliseconds: String(request.at.milliseconds)
        case .rfc3339: request.at.description
        }
    }

    private static func encoded(_ code: [UInt8], _ encoding: MessageSignature.Encoding) -> [UInt8] {
        switch encoding {
        case .hex: return Array(Hexadecimal.text(code).utf8)
        case .base64: return Array(Base64Text.text(code).utf8)
        case .base64url: return Array(Base64URL.text(code).utf8)
        }
    }
}

extension MessageSignature.Algorithm {
    fileprivate var digest: KeyedDigest.Algorithm {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }
}
