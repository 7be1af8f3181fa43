// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The log of lent calls: one line of JSON each, appended to a file by a thread of its own. A disk that does not keep up
/// costs records, which are counted, and never a call.
package final class LendLog: Sendable {
    private struct State {
        var waiting: [(lines: ByteBuffer, count: Int)] = []
        var bytes = 0
        var isWriting = false
        var dropped = 0
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// What may wait for the disk.
    private static let mostBytes = 8 << 20

    /// Over a file that is open for appending; it is not closed here.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
        thread.start()
    }

    /// Takes whole lines over.
    func give(_ lines: ByteBuffer, count: Int) {
        let begins = state.withLock { state in
            guard state.bytes + lines.readableBytes <= Self.mostBytes else {
                state.dropped += count
                return false
            }
            state.waiting.append((lines, count))
            state.bytes += lines.readableBytes
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { thread.submit { _ in self.writeAll() } }
    }

    private func writeAll() {
        while true {
            let batch = state.withLock { state in
                defer { (state.waiting, state.bytes) = ([], 0) }
                if state.waiting.isEmpty { state.isWriting = false }
                return state.waiting
            }
            guard !batch.isEmpty else { return }
            for (lines, count) in batch where !write(lines) { state.withLock { $0.dropped += count } }
        }
    }

    private func write(_ lines: ByteBuffer) -> Bool {
        unsafe lines.withUnsafeReadableBytes { raw in
            var done = 0
            while done < raw.count {
                let count = unsafe Glibc.write(descriptor, raw.baseAddress?.advanced(by: done), raw.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    /// Writes what waits and ends the thread.
    func close() async { try? await thread.shutdownGracefully() }

    /// Its part of `/metrics`.
    var metrics: String {
        """
        # HELP bitting_lend_log_dropped_total Records of lent calls that the log could not take.
        # TYPE bitting_lend_log_dropped_total counter
        bitting_lend_log_dropped_total \(state.withLock { $0.dropped })

        """
    }
}
