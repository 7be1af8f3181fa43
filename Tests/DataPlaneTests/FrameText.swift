// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Wire

/// Frames as a client writes them.
enum FrameText {
    static let preface = FrameHead.preface
    static let settings = frame(4, 0, 0)

    static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ body: [UInt8] = []) -> [UInt8] {
        [UInt8(body.count >> 16), UInt8(body.count >> 8 & 255), UInt8(body.count & 255), type, flags]
            + number(stream) + body
    }

    static func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * UInt32($0)) & 255) } }

    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }

    /// A block as gRPC's clients send it; `without` leaves a field out.
    static func block(
        _ path: String = "/envoy.service.auth.v3.Authorization/Check", without: String = "", and more: [UInt8] = []
    ) -> [UInt8] {
        let fields = [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "b"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ]
        return fields.filter { $0.0 != without }.flatMap { literal($0.0, $0.1) } + more
    }

    static func head(_ stream: UInt32, _ block: [UInt8] = block(), endsStream: Bool = false) -> [UInt8] {
        frame(1, endsStream ? 5 : 4, stream, block)
    }

    static func data(_ stream: UInt32, _ body: [UInt8], endsStream: Bool = true) -> [UInt8] {
        frame(0, endsStream ? 1 : 0, stream, body)
    }

    /// A message with its prefix.
    static func message(_ body: [UInt8], flag: UInt8 = 0, count: Int? = nil) -> [UInt8] {
        [flag] + number(UInt32(count ?? body.count)) + body
    }

    /// A whole call.
    static func call(_ stream: UInt32, _ body: [UInt8] = [], path: String? = nil) -> [UInt8] {
        head(stream, path.map { block($0) } ?? block()) + data(stream, message(body))
    }

    /// What came back, frame by frame.
    struct Frame: Equatable, CustomStringConvertible {
        let type: UInt8
        let flags: UInt8
        let stream: UInt32
        let body: [UInt8]

        var description: String {
            switch type {
            case 3: "reset \(stream) \(body[3])"
            case 7: "goaway \(body[7])"
            default: "\(type) \(stream) \(String(decoding: body, as: UTF8.self))"
            }
        }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    static func read(_ bytes: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var offset = 0
        while bytes.count - offset >= FrameHead.byteCount {
            let head = FrameHead(bytes.span, at: offset)
            let start = offset + FrameHead.byteCount
            guard bytes.count >= start + head.length else { break }
            frames.append(
                Frame(
                    type: head.type, flags: head.flags, stream: head.stream,
                    body: Array(bytes[start..<(start + head.length)])))
            offset = start + head.length
        }
        return frames
    }
}
