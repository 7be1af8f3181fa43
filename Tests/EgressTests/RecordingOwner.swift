// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import Wire

/// Writes down what an exchange says, and lets a test act on it.
final class RecordingOwner: ExchangeOwner {
    enum Entry: Equatable {
        case ready
        case head(Int)
        case soFar
        case end
        case failed(EgressFailure)
        case writable(Bool)
    }

    private(set) var entries: [Entry] = []
    private(set) var body = ByteBuffer()
    private(set) var heads: [ByteBuffer] = []
    var onReady: () -> Void = {}
    var onHead: () -> Void = {}
    var onBody: (ByteBuffer) -> Void = { _ in }
    var onWritable: () -> Void = {}
    var onOver: () -> Void = {}
    var keepsBody = true

    var text: String { String(buffer: body) }
    var status: Int? {
        for case .head(let status) in entries { return status }
        return nil
    }
    var failure: EgressFailure? {
        for case .failed(let failure) in entries { return failure }
        return nil
    }
    /// `end` or a failure, which must come exactly once.
    var outcomes: [Entry] {
        entries.filter { entry in
            if case .failed = entry { true } else { entry == .end }
        }
    }

    func exchangeReady() {
        entries.append(.ready)
        onReady()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) {
        entries.append(.head(head.status))
        heads.append(bytes)
        onHead()
    }

    func received(body: ByteBuffer) {
        if keepsBody { self.body.writeImmutableBuffer(body) }
        onBody(body)
    }

    func receivedSoFar() { entries.append(.soFar) }

    func receivedEnd() {
        entries.append(.end)
        onOver()
    }

    func failed(_ failure: EgressFailure) {
        entries.append(.failed(failure))
        onOver()
    }

    func writabilityChanged(_ isWritable: Bool) {
        entries.append(.writable(isWritable))
        if isWritable { onWritable() }
    }
}

extension OutgoingRequest {
    static func get(_ path: String = "/") -> OutgoingRequest {
        OutgoingRequest(
            head: ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n"), isHead: false, isIdempotent: true,
            body: .none)
    }

    static func head() -> OutgoingRequest {
        OutgoingRequest(
            head: ByteBuffer(string: "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"), isHead: true, isIdempotent: true,
            body: .none)
    }

    static func post(_ body: RequestBody) -> OutgoingRequest {
        let framing =
            switch body {
            case .none: ""
            case .length(let count): "Content-Length: \(count)\r\n"
            case .chunked: "Transfer-Encoding: chunked\r\n"
            }
        return OutgoingRequest(
            head: ByteBuffer(string: "POST / HTTP/1.1\r\nHost: h\r\n\(framing)\r\n"), isHead: false,
            isIdempotent: false,
            body: body)
    }
}
