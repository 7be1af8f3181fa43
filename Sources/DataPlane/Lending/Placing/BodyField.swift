// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Secrets
internal import Wire

/// A value as a member of a JSON object or a field of a form. What the caller put there is dropped.
enum BodyField {
    enum Outcome {
        case written(ByteBuffer)
        case refused(LendRefusal)
    }

    static func write(
        _ name: String, _ format: SlotFormat, _ filling: borrowing Filling, into body: ByteBuffer?, contentType: String
    ) -> Outcome {
        guard var value = filling.bytes(of: format) else { return .refused(.credentialUnavailable) }
        defer { Secret.wipe(&value) }
        let media = contentType.prefix { $0 != ";" }.filter { $0 != " " }
        if media == "application/x-www-form-urlencoded" { return .written(form(name, value, body)) }
        guard media == "application/json" || media.hasSuffix("+json") else { return .refused(.bodyUnfit) }
        guard let json = try? JSON.parse(String(decoding: body?.readableBytesView ?? .init(), as: UTF8.self)),
            var members = json.asObject
        else { return .refused(.bodyUnfit) }
        members.removeAll { $0.name == name }
        members.append(.init(name: name, value: .string(String(decoding: value, as: UTF8.self))))
        return .written(ByteBuffer(string: JSON.object(members).text))
    }

    private static func form(_ name: String, _ value: [UInt8], _ body: ByteBuffer?) -> ByteBuffer {
        var out = ByteBuffer()
        if let body {
            let bytes = body.readableBytesUInt8Span
            QueryRewriter.forEachParameter(0..<bytes.count, bytes) { whole, _, _ in
                guard !QueryRewriter.isCredential(whole, name, bytes) else { return }
                for position in whole.start..<whole.end { out.writeInteger(bytes[position]) }
                out.writeStaticString("&")
            }
        }
        out.writeString(name)
        out.writeStaticString("=")
        for byte in value { QueryRewriter.percent(byte, into: &out) }
        return out
    }
}
