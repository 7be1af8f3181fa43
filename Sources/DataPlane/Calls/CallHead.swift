// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What the header block of a request says, as far as a call needs it.
enum CallHead: Equatable {
    /// A call, and whether its messages are plain.
    case call(CallMethod, isPlain: Bool)
    /// A request that is not gRPC: answered with this status.
    case notACall(status: Int)
    /// Against RFC 9113, 8.2 and 8.3.
    case malformed

    /// Reads the fields that a block decoded to.
    static func read(_ decoder: borrowing HeaderDecoder) -> CallHead {
        var reading = Reading()
        let text = decoder.text.span
        for field in decoder.fields where !reading.take(field.name, field.value, text) { return .malformed }
        guard let method = reading.method, let path = reading.path, reading.hasScheme else { return .malformed }
        guard method, reading.isGRPC else { return .notACall(status: method ? 415 : 405) }
        return .call(path, isPlain: reading.isPlain)
    }

    private struct Reading {
        /// Whether it is POST.
        var method: Bool?
        var path: CallMethod?
        var hasScheme = false
        var isGRPC = false
        var isPlain = true
        private var hasFields = false

        /// False for a field that must not stand where it stands.
        mutating func take(_ name: Slice, _ value: Slice, _ text: Span<UInt8>) -> Bool {
            guard !name.isEmpty else { return false }
            if text[name.start] == UInt8(ascii: ":") { return !hasFields && takePseudo(name, value, text) }
            hasFields = true
            for position in name.start..<name.end where text[position].lowercased != text[position] { return false }
            if text.equals(name, "content-type") {
                isGRPC = text.startsIgnoringCase(value, with: "application/grpc") && isGRPCSuffix(value, text)
            } else if text.equals(name, "grpc-encoding") {
                isPlain = text.equals(value, "identity")
            } else if text.equals(name, "te") {
                return text.equals(value, "trailers")
            }
            return !Self.isOfOneHop(name, text)
        }

        /// `application/grpc`, `application/grpc+proto`, and either with parameters.
        private func isGRPCSuffix(_ value: Slice, _ text: Span<UInt8>) -> Bool {
            let rest = Slice(start: value.start + 16, end: value.end)
            return rest.isEmpty || text[rest.start] == 0x3B || text.startsIgnoringCase(rest, with: "+proto")
        }

        private mutating func takePseudo(_ name: Slice, _ value: Slice, _ text: Span<UInt8>) -> Bool {
            if text.equals(name, ":method") {
                defer { method = text.equals(value, "POST") }
                return method == nil
            }
            if text.equals(name, ":path") {
                defer { path = Self.path(value, text) }
                return path == nil && !value.isEmpty
            }
            if text.equals(name, ":scheme") {
                defer { hasScheme = true }
                return !hasScheme
            }
            return text.equals(name, ":authority")
        }

        private static func path(_ value: Slice, _ text: Span<UInt8>) -> CallMethod {
            if text.equals(value, "/envoy.service.auth.v3.Authorization/Check") { return .check }
            return text.equals(value, "/grpc.health.v1.Health/Check") ? .health : .unknown
        }

        /// RFC 9113, 8.2.2.
        private static func isOfOneHop(_ name: Slice, _ text: Span<UInt8>) -> Bool {
            switch name.count {
            case 7: text.equals(name, "upgrade")
            case 10: text.equals(name, "connection") || text.equals(name, "keep-alive")
            case 16: text.equals(name, "proxy-connection")
            case 17: text.equals(name, "transfer-encoding")
            default: false
            }
        }
    }
}

/// The heads of calls. A client's blocks are alike, byte for byte, once its table is filled: what the last one said is
/// kept.
struct CallHeads {
    private var decoder = HeaderDecoder()
    private var last: [UInt8] = []
    private var lastHead = CallHead.malformed
    private static let longestKept = 256

    /// What the block at `slice` says.
    mutating func read(_ bytes: Span<UInt8>, _ slice: Slice) throws(HeaderBlockFault) -> CallHead {
        if !last.isEmpty, bytes.equals(slice, last) { return lastHead }
        let before = decoder.generation
        try decoder.read(bytes, slice)
        let head = CallHead.read(decoder)
        // Only a block that left the table alone means the same again, and only until another changes it.
        if decoder.generation == before, slice.count <= Self.longestKept {
            last = bytes.copy(slice)
            lastHead = head
        } else {
            last = []
        }
        return head
    }
}
