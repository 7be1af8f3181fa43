// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1.1 connection with a gate in front: bytes reach NIO's decoder only after our own parser has
/// found them to be HTTP/1.1 by the grammar. NIO's decoder (llhttp) forgives some things that two programs can read
/// differently; the gate does not.
struct StrictChannel: ServerChildChannel {
    private let base: HTTP1Channel
    private let counts: CallCounts

    /// How long a connection may stand still between requests.
    static let idleLimit = TimeAmount.seconds(75)

    init(responder: @escaping HTTPChannelHandler.Responder, counts: CallCounts) {
        self.counts = counts
        base = HTTP1Channel(responder: responder, configuration: .init(idleTimeout: StrictChannel.idleLimit))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        do {
            let gate = RequestGate()
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(gate)
            let value = base.setup(channel: channel, logger: logger)
            // Above the encoder an answer is still a head, a body and an end.
            let encoder = try pipeline.handler(type: HTTPResponseEncoder.self)
            try pipeline.addHandler(AnswerWatch(gate: gate, counts: counts), position: .after(encoder))
            return value
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
