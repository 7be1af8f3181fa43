// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Wire

/// One POST over a connection of its own; of the answer only the status is read.
struct Post: Sendable {
    private let destination: Destination
    private let head: ByteBuffer
    private let body: ByteBuffer

    init(to destination: Destination, path: String, type: String, body: String) {
        self.destination = destination
        self.body = ByteBuffer(string: body)
        var head = ByteBuffer(string: "POST \(path) HTTP/1.1\r\n")
        head.writeImmutableBuffer(destination.hostLine)
        head.writeString(
            "Content-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nUser-Agent: bitting\r\nConnection: close\r\n\r\n"
        )
        self.head = head
    }

    /// Returns when the answer begins with a 2xx. Ends early when its task is cancelled.
    func send(through dialer: Dialer, limits: TimeLimits) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answered = loop.makePromise(of: Int.self)
        let request = OutgoingRequest(
            head: head, isHead: false, isIdempotent: false, body: .length(body.readableBytes))
        let exchange = try await loop.submit {
            let pool = ConnectionPool(on: loop, dialer: dialer, limits: limits)
            return NIOLoopBound(PostExchange(body, through: pool, answered), eventLoop: loop)
        }.get()
        let status = try await withTaskCancellationHandler {
            loop.execute { exchange.value.start(request, to: destination) }
            return try await answered.futureResult.get()
        } onCancel: {
            loop.execute { exchange.value.finish(.failure(SecondPlaceFault("it was given up"))) }
        }
        guard (200..<300).contains(status) else { throw SecondPlaceFault("it answered with \(status)") }
    }
}

/// The course of one ``Post``. Confined to one event loop.
private final class PostExchange: ExchangeOwner {
    private let body: ByteBuffer
    private let pool: ConnectionPool
    private var answered: EventLoopPromise<Int>?
    private var exchange: Exchange?

    init(_ body: ByteBuffer, through pool: ConnectionPool, _ answered: EventLoopPromise<Int>) {
        self.body = body
        self.pool = pool
        self.answered = answered
    }

    func start(_ request: OutgoingRequest, to destination: Destination) {
        guard answered != nil else { return }
        let exchange = Exchange(to: destination, through: pool, for: self)
        self.exchange = exchange
        exchange.start(request)
    }

    func finish(_ result: Result<Int, any Error>) {
        guard let answered else { return }
        self.answered = nil
        exchange?.cancel()
        exchange = nil
        pool.close()
        answered.completeWith(result)
    }

    func exchangeReady() {
        exchange?.send(body: body)
        exchange?.finishBody()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) { finish(.success(head.status)) }
    func received(body: ByteBuffer) {}
    func receivedSoFar() {}
    func receivedEnd() {}
    func failed(_ failure: EgressFailure) { finish(.failure(SecondPlaceFault(failure))) }
    func writabilityChanged(_ isWritable: Bool) {}
}

extension SecondPlaceFault {
    fileprivate init(_ failure: EgressFailure) {
        switch failure {
        case .refusedAddress(let address, let refusal): self.init(refusing: address, refusal)
        case .unreachable(let obstacle): self.init("it cannot be reached: \(obstacle.rawValue)")
        case .timedOut(let phase): self.init("it took too long: \(phase.rawValue)")
        case .closedEarly: self.init("it closed the connection without an answer")
        case .malformedResponse(let code): self.init("its answer is not HTTP: \(code)")
        case .tooManyConnections, .requestBodyLength: self.init("it could not be sent to")
        }
    }
}
