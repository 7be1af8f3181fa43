// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Secrets
internal import Wire

/// AWS Signature Version 4 in the `Authorization` field
/// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
///
/// Signed are Host, every `x-amz-` field that leaves, and the digest of the body. The caller's own signature, date and
/// session are dropped. A caller that says what the digest is (`x-amz-content-sha256`) is believed: AWS holds it
/// against the body itself, and the body streams through.
enum AWSSigner {
    /// The fields that are never the caller's.
    static let ownFields = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"]

    /// Whether the body must be read to be signed.
    static func needsBody(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool { announced(head, bytes) == nil }

    /// The caller's word on the body: a digest, or that it is unsigned.
    private static func announced(_ head: RequestHead, _ bytes: Span<UInt8>) -> [UInt8]? {
        for field in head.fields where bytes.equalsIgnoringCase(field.name, "x-amz-content-sha256") {
            let value = bytes.copy(field.value)
            if value.count == 64 { return value.allSatisfy(isLowerHexadecimal) ? value : nil }
            let words = ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"]
            return words.contains { value == Array($0.utf8) } ? value : nil
        }
        return nil
    }

    /// Whether the caller signs chunk by chunk with its own key, which nobody else can do for it.
    private static func isChunkSigned(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        head.fields.contains { field in
            bytes.equalsIgnoringCase(field.name, "x-amz-content-sha256")
                && bytes.startsIgnoringCase(field.value, with: "streaming-aws4-")
        }
    }

    static func write(
        _ signature: AWSSignature, _ request: SignedRequest, _ filling: borrowing Filling, host: String,
        into out: inout ByteBuffer
    ) -> LendRefusal? {
        let bytes = request.message.readableBytesUInt8Span
        guard !isChunkSigned(request.head, bytes) else { return .chunksSigned }
        guard let region = filling.bytes(of: signature.region), let service = filling.bytes(of: signature.service),
            var id = filling.bytes(of: .part(signature.accessKeyID))
        else { return .credentialUnavailable }
        defer { Secret.wipe(&id) }
        let time = AWSTime(request.at)
        let digest = announced(request.head, bytes) ?? Array(request.bodyDigest.utf8)
        var fields = [("host", Array(host.utf8)), ("x-amz-content-sha256", digest), ("x-amz-date", time.moment)]
        if let name = signature.sessionToken {
            guard let token = filling.bytes(of: .part(name)) else { return .credentialUnavailable }
            fields.append(("x-amz-security-token", token))
        }
        let own = fields.dropFirst()
        fields += passing(request.head, bytes)
        let signed = AWSCanonical(request, fields, digest: digest, isS3: service == Array("s3".utf8))
        let scope = time.day + [0x2F] + region + [0x2F] + service + Array("/aws4_request".utf8)
        let text = Array("AWS4-HMAC-SHA256\n".utf8) + time.moment + [0x0A] + scope + [0x0A] + signed.digest
        guard let code = code(text, signature, filling, [time.day, region, service, Array("aws4_request".utf8)]) else {
            return .credentialUnavailable
        }
        for field in own { write(field.0, field.1, into: &out) }
        out.writeStaticString("Authorization: AWS4-HMAC-SHA256 Credential=")
        out.writeBytes(id + [0x2F] + scope)
        out.writeString(", SignedHeaders=\(signed.names), Signature=\(Hexadecimal.text(code))\r\n")
        return nil
    }

    private static func write(_ name: String, _ value: [UInt8], into out: inout ByteBuffer) {
        out.writeString("\(name): ")
        out.writeBytes(value)
        out.writeStaticString("\r\n")
    }

    /// The key is derived anew from day, region and service; four short digests.
    private static func code(
        _ text: [UInt8], _ signature: AWSSignature, _ filling: borrowing Filling, _ steps: [[UInt8]]
    ) -> [UInt8]? {
        var key = Array("AWS4".utf8)
        let isThere = filling.part(signature.secretAccessKey) { span in
            for position in 0..<span.count { key.append(span[position]) }
        }
        defer { Secret.wipe(&key) }
        guard isThere else { return nil }
        for step in steps {
            let next = KeyedDigest.code(.sha256, key: key.span, of: step)
            Secret.wipe(&key)
            key = next
        }
        return KeyedDigest.code(.sha256, key: key.span, of: text)
    }

    /// The caller's `x-amz-` fields that leave, by name, repeated ones joined.
    private static func passing(_ head: RequestHead, _ bytes: Span<UInt8>) -> [(String, [UInt8])] {
        var found: [String: [UInt8]] = [:]
        for field in head.fields where bytes.startsIgnoringCase(field.name, with: "x-amz-") {
            let name = bytes.text(field.name).lowercased()
            guard !ownFields.contains(name), !head.fields.isConnectionOption(field.name, in: bytes) else { continue }
            let value = bytes.copy(field.value)
            found[name] = found[name].map { $0 + [0x2C] + value } ?? value
        }
        return found.map { ($0.key, $0.value) }
    }

    private static func isLowerHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
