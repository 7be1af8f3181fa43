// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How many requests the control plane has answered, by operation and status. Names come from the table, never from a
/// request.
final class CallCounts: Sendable {
    private struct Line: Hashable {
        let operation: String
        let status: Int
    }

    /// The operation of a request that is for none: no such path, no such method.
    static let noOperation = "none"
    /// The operation of a request that is no HTTP.
    static let malformed = "malformed"
    private static let family = "bitting_requests_total"

    private let counts = Mutex<[Line: Int]>([:])

    func count(_ operation: String, _ status: Int) {
        counts.withLock { $0[Line(operation: operation, status: status), default: 0] += 1 }
    }

    /// Puts these counts into Prometheus text, behind the other lines of their family: all lines of one must stand
    /// together.
    func added(to text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if let place = lines.lastIndex(where: { $0.hasPrefix(Self.family + "{") }) {
            lines.insert(contentsOf: samples, at: place + 1)
            return lines.joined(separator: "\n")
        }
        let head = [
            "# HELP \(Self.family) Requests answered, by plane, route and status code.",
            "# TYPE \(Self.family) counter",
        ]
        return (head + samples).map { $0 + "\n" }.joined() + text
    }

    private var samples: [String] {
        counts.withLock { $0 }
            .sorted { ($0.key.operation, $0.key.status) < ($1.key.operation, $1.key.status) }
            .map {
                "\(Self.family){plane=\"control\",route=\"\($0.key.operation)\",code=\"\($0.key.status)\"} \($0.value)"
            }
    }
}
