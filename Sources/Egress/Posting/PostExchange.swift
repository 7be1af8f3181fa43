// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Wire

/// The course of one ``Post``. Confined to one event loop.
///
/// The status decides, and is known when the answer begins. What follows is thrown away: as much of it as costs less
/// than a new connection.
final class PostExchange: ExchangeOwner {
    private let post: Post
    private let pool: ConnectionPool
    private var answered: EventLoopPromise<Result<PostAnswer, EgressFailure>>?
    private var exchange: Exchange?
    private var answer: PostAnswer?
    private var bodyLength = 0
    private var limit: Scheduled<Void>?

    /// The longest answer that is read to its end, and how long it may take.
    private static let longestBody = 65_536
    private static let bodyTime = TimeAmount.seconds(2)

    private init(
        _ post: Post, through pool: ConnectionPool, _ answered: EventLoopPromise<Result<PostAnswer, EgressFailure>>
    ) {
        self.post = post
        self.pool = pool
        self.answered = answered
    }

    /// Posts and gives the answer; a failure when its task is cancelled or all took longer than `time`.
    static func post(
        _ post: Post, through pool: NIOLoopBound<ConnectionPool>, within time: TimeAmount?
    ) async -> Result<PostAnswer, EgressFailure> {
        let loop = pool.eventLoop
        let answered = loop.makePromise(of: Result<PostAnswer, EgressFailure>.self)
        let exchange = NIOLoopBoundBox<PostExchange?>.makeEmptyBox(eventLoop: loop)
        return await withTaskCancellationHandler {
            loop.execute {
                let made = PostExchange(post, through: pool.value, answered)
                exchange.value = made
                made.start(within: time)
            }
            return (try? await answered.futureResult.get()) ?? .failure(.unreachable(.closing))
        } onCancel: {
            loop.execute { exchange.value?.finish(.failure(.unreachable(.closing))) }
        }
    }

    private func start(within time: TimeAmount?) {
        if let time { limit(to: time) }
        let exchange = Exchange(to: post.destination, through: pool, for: self)
        self.exchange = exchange
        exchange.start(post.request)
    }

    private func limit(to time: TimeAmount) {
        limit?.cancel()
        limit = pool.loop.assumeIsolated().scheduleTask(in: time) { self.timedOut() }
    }

    private func timedOut() { finish(answer.map { .success($0) } ?? .failure(.timedOut(.firstByte))) }

    private func finish(_ result: Result<PostAnswer, EgressFailure>) {
        guard let answered else { return }
        self.answered = nil
        limit?.cancel()
        limit = nil
        exchange?.cancel()
        exchange = nil
        answered.succeed(result)
    }

    func exchangeReady() {
        exchange?.send(body: post.body)
        exchange?.finishBody()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) {
        answer = PostAnswer(head, in: bytes)
        limit(to: Self.bodyTime)
    }

    func received(body: ByteBuffer) {
        bodyLength += body.readableBytes
        if bodyLength > Self.longestBody { timedOut() }
    }

    func receivedSoFar() {}
    func receivedEnd() { finish(answer.map { .success($0) } ?? .failure(.closedEarly)) }
    func failed(_ failure: EgressFailure) { finish(answer.map { .success($0) } ?? .failure(failure)) }
    func writabilityChanged(_ isWritable: Bool) {}
}
