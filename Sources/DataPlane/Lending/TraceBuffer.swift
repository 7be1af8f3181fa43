// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// The records of one event loop on their way to the log: handed over in batches, so that a call costs no lock.
final class TraceBuffer {
    private let log: LendLog
    private let loop: any EventLoop
    private var lines = ByteBuffer()
    private var count = 0
    private var timer: Scheduled<Void>?

    private static let batch = 32 * 1024
    private static let patience = TimeAmount.milliseconds(250)

    init(_ log: LendLog, on loop: any EventLoop) {
        self.log = log
        self.loop = loop
    }

    func write(_ record: TraceRecord, code: String?, sent: Int, received: Int) {
        record.write(into: &lines, code: code, sent: sent, received: received, tick: Clock.ticks())
        count += 1
        if lines.readableBytes >= Self.batch {
            flush()
        } else if timer == nil {
            timer = loop.assumeIsolated().scheduleTask(in: Self.patience) { [weak self] in self?.flush() }
        }
    }

    /// Hands over what there is.
    func flush() {
        timer?.cancel()
        timer = nil
        guard count > 0 else { return }
        log.give(lines, count: count)
        lines = ByteBuffer()
        count = 0
    }
}
